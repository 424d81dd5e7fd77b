"""The schema: brought up to date by Alembic, and checked before the server answers."""

from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

log = structlog.get_logger()

_ALEMBIC_INI = Path(__file__).resolve().parents[2] / "alembic.ini"


class SchemaError(Exception):
    """The database's schema does not fit this version of the program."""


def alembic_config() -> Config:
    """Alembic's configuration, wherever the program was started from."""
    return Config(_ALEMBIC_INI)


def upgrade_schema(writer: Engine) -> None:
    """Bring the schema up to date in one transaction.

    Raises:
        SchemaError: When the database was written by a newer version of the program.
    """
    config = alembic_config()
    if _current(writer) == _head(config):
        return
    _refuse_unknown(config, writer)
    with writer.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    log.info("database upgraded", revision=_head(config))


def check_schema(writer: Engine) -> None:
    """Make sure that the schema is the one this version was written for.

    Raises:
        SchemaError: When it is older or newer.
    """
    config = alembic_config()
    if _current(writer) == _head(config):
        return
    _refuse_unknown(config, writer)
    raise SchemaError(
        "the database is not up to date: run 'alembic upgrade head', or ./start_server.sh does it"
    )


def _head(config: Config) -> str | None:
    return ScriptDirectory.from_config(config).get_current_head()


def _current(writer: Engine) -> str | None:
    with writer.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _refuse_unknown(config: Config, writer: Engine) -> None:
    current = _current(writer)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise SchemaError(
            f"the database has revision {current}, which a newer version of Emberpeak wrote: "
            "update the program, or restore an older backup"
        )
