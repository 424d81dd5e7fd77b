"""Migrations on real files: up, down, with data, half-way, and from another version."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    Table,
    func,
    insert,
    inspect,
    select,
    text,
)

from app.database.engine import create_writer
from app.database.schema import (
    SchemaError,
    alembic_config,
    check_schema,
    migration,
    newest_revision,
    upgrade_schema,
)
from app.models import Base

SCRIPTS = ScriptDirectory.from_config(alembic_config())
REVISIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Engine]:
    engine = create_writer(f"sqlite:///{tmp_path / 'game.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def config() -> Config:
    return alembic_config()


def move(writer: Engine, config: Config, target: str) -> None:
    """Up or down to a revision, as the program itself does it."""
    downwards = target == "base" or (
        current(writer) is not None and REVISIONS.index(target) < REVISIONS.index(current(writer))
    )
    with migration(writer) as connection:
        config.attributes["connection"] = connection
        (command.downgrade if downwards else command.upgrade)(config, target)


def current(writer: Engine) -> Any:
    with writer.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def fill(writer: Engine) -> None:
    """One row in every table, whatever tables there will be."""
    with writer.begin() as connection:
        for table in Base.metadata.sorted_tables:
            connection.execute(insert(table).values(some_values(table)))


def some_values(table: Table) -> dict[str, Any]:
    return {column.name: some_value(column.type) for column in table.columns}


def some_value(kind: Any) -> Any:
    if isinstance(kind, Integer):
        return 1  # also what foreign keys point to
    if isinstance(kind, Boolean):
        return False
    if isinstance(getattr(kind, "impl", kind), DateTime):
        return datetime(2026, 11, 23, tzinfo=UTC)
    if isinstance(kind, Date):
        return date(2026, 11, 23)
    if isinstance(kind, LargeBinary):
        return b"bytes"
    return "some text"  # also what foreign keys of text point to


def counts(writer: Engine) -> dict[str, int]:
    with writer.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def tables(writer: Engine) -> set[str]:
    return set(inspect(writer).get_table_names()) - {"alembic_version", "sqlite_sequence"}


def structure(writer: Engine) -> dict[str, list[str]]:
    """Each table and index in SQLite's own words; white space and order do not matter."""
    with writer.connect() as connection:
        rows = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        ).all()
    return {
        name: parts(sql) for name, sql in rows if name not in {"alembic_version", "sqlite_sequence"}
    }


def parts(sql: str) -> list[str]:
    start, _, rest = re.sub(r'[\s"]+', "", sql).partition("(")
    body, _, condition = rest.rpartition(")")
    return [start, *sorted(body.split(",")), condition]


def every(count: int) -> dict[str, int]:
    return dict.fromkeys(Base.metadata.tables, count)


class TestRevisions:
    def test_one_head(self) -> None:
        assert len(SCRIPTS.get_heads()) == 1

    def test_one_line_from_the_first(self) -> None:
        assert len(SCRIPTS.get_bases()) == 1
        assert not [script for script in SCRIPTS.walk_revisions() if script.is_merge_point]

    def test_up_from_nothing(self, writer: Engine) -> None:
        upgrade_schema(writer)
        assert current(writer) == SCRIPTS.get_current_head()
        assert tables(writer) == set(Base.metadata.tables)

    def test_up_twice_changes_nothing(self, writer: Engine) -> None:
        upgrade_schema(writer)
        fill(writer)
        upgrade_schema(writer)
        check_schema(writer)
        assert counts(writer) == every(1)


class TestDownAndUp:
    def test_to_the_base_with_data(self, writer: Engine, config: Config) -> None:
        upgrade_schema(writer)
        fill(writer)
        move(writer, config, "base")
        assert tables(writer) == set()
        upgrade_schema(writer)
        assert counts(writer) == every(0)
        fill(writer)
        assert counts(writer) == every(1)

    @pytest.mark.parametrize("revision", REVISIONS[:-1])
    def test_to_each_revision_with_data(
        self, revision: str, writer: Engine, config: Config
    ) -> None:
        upgrade_schema(writer)
        expected = structure(writer)
        fill(writer)
        move(writer, config, revision)
        kept = {name for name, count in counts_of(writer, tables(writer)).items() if count == 1}
        assert kept == tables(writer)
        move(writer, config, REVISIONS[-1])
        assert structure(writer) == expected
        assert kept <= {name for name, count in counts(writer).items() if count == 1}

    @pytest.mark.thorough
    @pytest.mark.parametrize("position", range(len(REVISIONS)))
    def test_each_single_step(self, position: int, writer: Engine, config: Config) -> None:
        before = REVISIONS[position - 1] if position else "base"
        if position:
            move(writer, config, before)
        unchanged = structure(writer)
        move(writer, config, REVISIONS[position])
        expected = structure(writer)
        move(writer, config, before)
        assert structure(writer) == unchanged
        move(writer, config, REVISIONS[position])
        assert structure(writer) == expected


def counts_of(writer: Engine, names: set[str]) -> dict[str, int]:
    with writer.connect() as connection:
        return {
            name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0 for name in names
        }


class TestDrift:
    def test_nothing_for_alembic_to_add(self, writer: Engine) -> None:
        upgrade_schema(writer)
        with writer.connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "compare_server_default": True}
            )
            assert compare_metadata(context, Base.metadata) == []

    def test_the_same_to_the_letter(self, writer: Engine, tmp_path: Path) -> None:
        """Conditions of indexes, checks and AUTOINCREMENT are nothing that Alembic compares."""
        upgrade_schema(writer)
        from_models = create_writer(f"sqlite:///{tmp_path / 'models.db'}")
        Base.metadata.create_all(from_models)
        assert structure(writer) == structure(from_models)
        from_models.dispose()


class TestOtherVersions:
    def newer(self, writer: Engine) -> None:
        upgrade_schema(writer)
        with writer.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    @pytest.mark.parametrize("act", [upgrade_schema, check_schema])
    def test_newer_is_refused(self, act: Any, writer: Engine) -> None:
        self.newer(writer)
        with pytest.raises(SchemaError) as caught:
            act(writer)
        message = str(caught.value)
        assert "revision 9999" in message
        assert "newer version" in message
        assert "update the program" in message

    def test_newer_is_left_as_it_is(self, writer: Engine) -> None:
        self.newer(writer)
        fill(writer)
        with pytest.raises(SchemaError):
            upgrade_schema(writer)
        assert counts(writer) == every(1)

    @pytest.mark.parametrize("revision", [None, *REVISIONS[:-1]])
    def test_older_says_what_to_do(
        self, revision: str | None, writer: Engine, config: Config
    ) -> None:
        if revision:
            move(writer, config, revision)
        with pytest.raises(SchemaError, match=r"alembic upgrade head.*start_server\.sh"):
            check_schema(writer)


def test_a_checkout_whose_path_has_a_percent_sign(
    writer: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the parser of ``alembic.ini`` it begins an interpolation."""
    copy = tmp_path / "50%(here)s" / "alembic"
    shutil.copytree(SCRIPTS.dir, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("app.database.schema._MIGRATIONS", copy)
    monkeypatch.setattr("app.database.schema.newest_revision", newest_revision.__wrapped__)
    upgrade_schema(writer)
    assert current(writer) == REVISIONS[-1]


@pytest.fixture
def extended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations, to which a test adds one more."""
    copy = tmp_path / "alembic"
    shutil.copytree(SCRIPTS.dir, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("app.database.schema._MIGRATIONS", copy)
    monkeypatch.setattr("app.database.schema.newest_revision", newest_revision.__wrapped__)
    return copy / "versions"


def add_revision(folder: Path, upgrade: str) -> None:
    body = "".join(f"    {line}\n" for line in upgrade.splitlines())
    (folder / "next.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = 'next'\ndown_revision = {REVISIONS[-1]!r}\n"
        f"def upgrade() -> None:\n{body}"
    )


class TestHalfWay:
    def test_an_error_leaves_the_old_schema(self, writer: Engine, extended: Path) -> None:
        upgrade_schema(writer)
        fill(writer)
        before = structure(writer)
        add_revision(
            extended,
            "op.create_table('half', sa.Column('id', sa.Integer(), primary_key=True))\n"
            "op.execute('DELETE FROM scene_cache')\n"
            "with op.batch_alter_table('image_assets', recreate='always') as batch:\n"
            "    batch.add_column(sa.Column('extra', sa.Text()))\n"
            "op.execute('DROP TABLE cache_statistics')\n"
            "raise RuntimeError('killed half-way')",
        )
        with pytest.raises(RuntimeError, match="killed half-way"):
            upgrade_schema(writer)
        assert structure(writer) == before
        assert counts(writer) == every(1)
        assert current(writer) == REVISIONS[-1]

    def test_killed_in_the_middle_the_next_start_finishes(
        self, writer: Engine, extended: Path, tmp_path: Path
    ) -> None:
        upgrade_schema(writer)
        fill(writer)
        before = structure(writer)
        step = (
            "op.create_table('half', sa.Column('id', sa.Integer(), primary_key=True))\n"
            "with op.batch_alter_table('image_assets', recreate='always') as batch:\n"
            "    batch.add_column(sa.Column('extra', sa.Text()))"
        )
        add_revision(extended, f"{step}\nimport os\nos.kill(os.getpid(), 9)")
        program = (
            "import pathlib, sys, app.database.schema, app.database.engine\n"
            "app.database.schema._MIGRATIONS = pathlib.Path(sys.argv[1])\n"
            "app.database.schema.upgrade_schema(app.database.engine.create_writer(sys.argv[2]))"
        )
        killed = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "alembic"), str(writer.url)],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            check=False,
        )
        assert killed.returncode == -9
        assert structure(writer) == before
        assert counts(writer) == every(1)
        add_revision(extended, step)
        upgrade_schema(writer)
        assert "half" in tables(writer)
        assert counts(writer) == every(1)

    def test_after_it_foreign_keys_are_on_again(self, writer: Engine, extended: Path) -> None:
        upgrade_schema(writer)
        add_revision(extended, "raise RuntimeError('killed half-way')")
        with pytest.raises(RuntimeError):
            upgrade_schema(writer)
        with writer.connect() as connection:
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1

    def test_from_nothing_nothing_is_left(self, writer: Engine, extended: Path) -> None:
        add_revision(extended, "raise RuntimeError('killed half-way')")
        with pytest.raises(RuntimeError):
            upgrade_schema(writer)
        assert structure(writer) == {}


class TestRebuiltTable:
    """Batch mode drops the old table; with foreign keys on that would empty what points to it."""

    def test_keeps_the_rows_that_point_to_it(self, writer: Engine, extended: Path) -> None:
        upgrade_schema(writer)
        fill(writer)
        add_revision(
            extended,
            "with op.batch_alter_table('image_assets', recreate='always') as batch:\n"
            "    batch.add_column(sa.Column('extra', sa.Text()))",
        )
        upgrade_schema(writer)
        assert counts(writer) == every(1)
        with writer.connect() as connection:
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1

    def test_rows_left_dangling_undo_it(self, writer: Engine, extended: Path) -> None:
        upgrade_schema(writer)
        fill(writer)
        add_revision(extended, "op.execute('DELETE FROM image_assets')")
        with pytest.raises(SchemaError, match="point to nothing"):
            upgrade_schema(writer)
        assert counts(writer) == every(1)


class TestCommandLine:
    def test_alembic_alone_finds_the_database_of_the_settings(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: Config
    ) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("DATABASE_URL", "sqlite:///./own/game.db")
        command.upgrade(config, "head")
        writer = create_writer("sqlite:///./own/game.db")
        check_schema(writer)
        command.downgrade(config, "base")
        assert tables(writer) == set()
        writer.dispose()
