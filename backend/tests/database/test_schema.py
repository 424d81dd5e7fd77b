"""Migrations on real files: up, down, with data, half-way, and from another version."""

import re
import shutil
from collections.abc import Callable, Iterator
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
    insert,
    inspect,
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
HEAD = REVISIONS[-1]
ALEMBICS_AND_SQLITES = {"alembic_version", "sqlite_sequence"}


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
            # The triggers of some tables write their own row of another.
            row = insert(table).prefix_with("OR REPLACE").values(some_values(table))
            connection.execute(row)


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


def tables(writer: Engine) -> set[str]:
    return set(inspect(writer).get_table_names()) - ALEMBICS_AND_SQLITES


def counts(writer: Engine) -> dict[str, int]:
    with writer.connect() as connection:
        return {
            name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0
            for name in inspect(connection).get_table_names()
            if name not in ALEMBICS_AND_SQLITES
        }


def structure(writer: Engine) -> dict[str, list[str]]:
    """Each table and index in SQLite's own words; white space and order do not matter."""
    with writer.connect() as connection:
        rows = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        ).all()
    return {name: parts(sql) for name, sql in rows if name not in ALEMBICS_AND_SQLITES}


def parts(sql: str) -> list[str]:
    start, _, rest = re.sub(r'[\s"]+', "", sql).partition("(")
    body, _, condition = rest.rpartition(")")
    return [start, *sorted(body.split(",")), condition]


# What a later revision drops comes back without rows.
EMPTY_AGAIN = {"server_instances"}


def every(count: int) -> dict[str, int]:
    return dict.fromkeys(Base.metadata.tables, count)


def test_one_line_of_revisions() -> None:
    assert (len(SCRIPTS.get_bases()), SCRIPTS.get_heads()) == (1, [HEAD])
    # A start knows them by the names of their files.
    in_order = [script.revision for script in SCRIPTS.walk_revisions()][::-1]
    names = sorted(Path(script.path).name for script in SCRIPTS.walk_revisions())
    assert [name.split("_")[1] for name in names] == in_order
    assert newest_revision() == HEAD


def test_each_step_up_and_down_again_with_data(writer: Engine, config: Config) -> None:
    expected = {}
    for revision in REVISIONS:
        move(writer, config, revision)
        expected[revision] = structure(writer)
        if revision != HEAD:
            with pytest.raises(SchemaError, match=r"alembic upgrade head.*start_server\.sh"):
                check_schema(writer)
    check_schema(writer)
    fill(writer)
    upgrade_schema(writer)  # which has nothing to do
    assert counts(writer) == every(1)
    for revision in reversed(REVISIONS[:-1]):
        move(writer, config, revision)
        assert structure(writer) == expected[revision]
        assert {name for name, count in counts(writer).items() if count != 1} <= EMPTY_AGAIN
    oldest = tables(writer)
    upgrade_schema(writer)
    assert structure(writer) == expected[HEAD]
    assert oldest <= {name for name, count in counts(writer).items() if count == 1}
    move(writer, config, "base")
    assert tables(writer) == set()


def test_models_and_migrations_agree(writer: Engine, tmp_path: Path) -> None:
    """To the letter: Alembic compares no conditions of indexes, no checks, no AUTOINCREMENT."""
    upgrade_schema(writer)
    with writer.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
    from_models = create_writer(f"sqlite:///{tmp_path / 'models.db'}")
    Base.metadata.create_all(from_models)
    assert structure(writer) == structure(from_models)
    from_models.dispose()


@pytest.mark.parametrize("act", [upgrade_schema, check_schema])
def test_newer_version_is_refused_and_left_as_it_is(
    act: Callable[[Engine], None], writer: Engine
) -> None:
    upgrade_schema(writer)
    fill(writer)
    with writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match=r"revision 9999.*newer version.*update the program"):
        act(writer)
    assert counts(writer) == every(1)


@pytest.fixture
def extended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations, to which a test adds one more.

    To the parser of ``alembic.ini`` the percent sign in its path begins an interpolation.
    """
    copy = tmp_path / "50%(here)s" / "alembic"
    shutil.copytree(SCRIPTS.dir, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr("app.database.schema._MIGRATIONS", copy)
    return copy / "versions"


def add_revision(folder: Path, upgrade: str) -> None:
    body = "".join(f"    {line}\n" for line in upgrade.splitlines())
    (folder / "99999999_next_added.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = 'next'\ndown_revision = {HEAD!r}\n"
        f"def upgrade() -> None:\n{body}"
    )


REBUILD = (
    "with op.batch_alter_table('image_assets', recreate='always') as batch:\n"
    "    batch.add_column(sa.Column('extra', sa.Text()))\n"
)


FAILS_HALF_WAY = f"""
op.create_table('half', sa.Column('id', sa.Integer(), primary_key=True))
op.execute('DELETE FROM scene_cache')
{REBUILD}
op.execute('DROP TABLE cache_statistics')
raise RuntimeError('half-way')
"""


@pytest.mark.parametrize(
    ("upgrade", "error"),
    [
        (FAILS_HALF_WAY, "half-way"),
        ("op.execute('DELETE FROM image_assets')", "point to nothing"),
    ],
)
def test_failed_migration_leaves_what_was_there(
    upgrade: str, error: str, writer: Engine, extended: Path
) -> None:
    upgrade_schema(writer)
    fill(writer)
    before = structure(writer)
    add_revision(extended, upgrade)
    with pytest.raises((RuntimeError, SchemaError), match=error):
        upgrade_schema(writer)
    assert (structure(writer), current(writer)) == (before, HEAD)
    assert counts(writer) == every(1)
    with writer.connect() as connection:
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_rebuilt_table_keeps_the_rows_that_point_to_it(writer: Engine, extended: Path) -> None:
    """Batch mode drops the old table; with foreign keys on that would empty what points to it."""
    upgrade_schema(writer)
    fill(writer)
    add_revision(extended, REBUILD)
    upgrade_schema(writer)
    assert current(writer) == "next"
    assert counts(writer) == every(1)


def test_alembic_alone_finds_the_database_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: Config
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///./own/game.db")
    command.upgrade(config, "head")
    writer = create_writer("sqlite:///./own/game.db")
    check_schema(writer)
    command.downgrade(config, "base")
    assert tables(writer) == set()
    writer.dispose()


def test_two_spellings_of_an_accent_become_one_gallery_with_one_star(
    writer: Engine, config: Config
) -> None:
    """Revision 0010."""
    move(writer, config, "0009")
    composed, apart = "\u00c9p\u00e9e", "E\u0301pe\u0301e"
    with writer.begin() as connection:
        images = Base.metadata.tables["image_assets"]
        known = {column["name"] for column in inspect(connection).get_columns("image_assets")}
        values = {name: value for name, value in some_values(images).items() if name in known}
        for number, name in ((2, composed), (3, apart), (4, apart)):
            values |= {"id": number, "subject_name": name, "storage_path_full": str(number)}
            values |= {"is_featured": number < 4, "deleted_at": None, "missing_since": None}
            connection.execute(insert(images).values(values))
    move(writer, config, "0010")
    with writer.connect() as connection:
        rows = connection.execute(
            text("SELECT id, subject_name, is_featured FROM image_assets ORDER BY id")
        )
        assert [tuple(row) for row in rows] == [
            (2, composed, 1),
            (3, composed, 0),
            (4, composed, 0),
        ]
