"""The schema: brought up to date by Alembic, and checked before the server answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Connection, Engine, inspect, text

from app.database.engine import file_address, sqlite_module

if TYPE_CHECKING:
    from alembic.config import Config

log = structlog.get_logger()

_MIGRATIONS = Path(__file__).resolve().parents[2] / "alembic"
_MAGIC = b"SQLite format 3\0"  # https://sqlite.org/fileformat.html


class SchemaError(Exception):
    """The database's schema does not fit this version of the program."""


def alembic_config() -> Config:
    """Alembic's configuration, wherever the program was started from.

    Not from ``alembic.ini``, in which a ``%`` in the checkout's path would be an interpolation.
    """
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def refuse_foreign(path: Path | None) -> None:
    """Make sure that a file is this program's database, or none yet; nothing is written to it.

    To be asked before a writer is made, which changes the file's journal at once.

    Args:
        path: The file; None for a database in memory.

    Raises:
        SchemaError: When it is anything else.
        OSError: When it cannot be read.
    """
    if path is None or not path.exists():
        return
    if not path.is_file():
        raise SchemaError(f"DATABASE_URL names {path}, which is not a file")
    with path.open("rb") as file:
        header = file.read(len(_MAGIC))
    if header and header != _MAGIC:
        raise SchemaError(
            f"{path}: file is not a database of SQLite; let DATABASE_URL name another, or restore "
            "a backup where this one is damaged"
        )
    refuse_other_programs(path)


def refuse_other_programs(path: Path) -> None:
    """Make sure that a file is no database of another program; a damaged one may be ours.

    Raises:
        SchemaError: When it is; nothing is written to it.
        OSError: When it cannot be read.
    """
    if not path.is_file():
        return
    with path.open("rb") as file:
        header = file.read(len(_MAGIC))
    if header == _MAGIC and not _is_ours(path):
        raise SchemaError(
            f"{path} is not Emberpeak's database, but another program's, and was left as it is: "
            "let DATABASE_URL name a file of its own"
        )


def _is_ours(path: Path) -> bool:
    # A log beside it may hold all there is; without one nothing has to be made to read the file.
    log_file = path.with_name(f"{path.name}-wal")
    has_log = log_file.exists() and log_file.stat().st_size > 0
    for mode in ("ro", "ro&immutable=1") if has_log else ("ro&immutable=1",):
        try:
            with closing(sqlite_module().connect(file_address(path, mode), uri=True)) as database:
                names = {row[0] for row in database.execute("SELECT name FROM sqlite_master")}
                columns = {row[1] for row in database.execute("PRAGMA table_info(image_assets)")}
        except sqlite_module().Error:
            continue
        return not names or ("alembic_version" in names and "content_hash" in columns)
    return True  # whatever it is cannot be read; opening it says why


def upgrade_schema(writer: Engine) -> None:
    """Bring the schema up to date in one transaction.

    Raises:
        SchemaError: When the database was written by a newer version of the program.
    """
    current = _current(writer)
    if current == newest_revision():
        return
    _refuse_unknown(current)
    log.info("bringing the database up to date" if current else "setting up the database")
    # Imported here: most starts change nothing, and it takes a quarter of a second.
    from alembic import command

    config = alembic_config()
    with migration(writer) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    log.info("database upgraded", revision=newest_revision())


@contextmanager
def migration(writer: Engine) -> Iterator[Connection]:
    """Open the one transaction in which the schema changes.

    SQLite changes a table by copying it and dropping the old one. With foreign keys on, the drop
    deletes every row first and cascades: a new column in image_assets would empty scene_cache.
    The pragma is ignored within a transaction, so it stands around it.

    Raises:
        SchemaError: When rows are left that point to nothing; nothing is changed then.
    """
    with writer.connect() as connection:
        _foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                yield connection
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise SchemaError("the migration left rows that point to nothing; undone")
        finally:
            _foreign_keys(connection, "ON")


def _foreign_keys(connection: Connection, state: str) -> None:
    cursor = connection.connection.cursor()  # past SQLAlchemy, which would begin a transaction
    cursor.execute(f"PRAGMA foreign_keys={state}")
    cursor.close()


def check_schema(writer: Engine) -> None:
    """Make sure that the schema is the one this version was written for.

    Raises:
        SchemaError: When it is older or newer.
    """
    current = _current(writer)
    if current == newest_revision():
        return
    _refuse_unknown(current)
    raise SchemaError(
        "the database is not up to date: run 'alembic upgrade head', or ./start_server.sh does it"
    )


def is_known_revision(revision: str) -> bool:
    """Whether this version of the program can bring a database of that revision up to date."""
    return revision in _revisions()


def newest_revision() -> str:
    """The revision that this version of the program was written for."""
    return _revisions()[-1]


def _revisions() -> list[str]:
    """All revisions in their order, by the names of their files, such as ``20261123_0001_....py``.

    To ask Alembic for them would import it, and every migration, at each start.
    """
    names = sorted(path.name for path in (_MIGRATIONS / "versions").glob("*_*_*.py"))
    return [name.split("_")[1] for name in names]


def _current(writer: Engine) -> str | None:
    with writer.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def _refuse_unknown(current: str | None) -> None:
    if current is not None and not is_known_revision(current):
        raise SchemaError(
            f"the database has revision {current}, which a newer version of Emberpeak wrote: "
            "update the program, or restore an older backup"
        )
