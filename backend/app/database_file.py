"""The file behind the connections: noticed when it goes away, is replaced, or cannot be written."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError

_PROBE_SECONDS = 1.0

WRITE_NOTHING = "UPDATE alembic_version SET version_num = version_num"
"""Fails where nothing can be written; `BEGIN IMMEDIATE` alone passes on a read-only file."""


def file_address(path: Path, mode: str) -> str:
    """The address of an existing file for SQLite.

    Args:
        path: The file.
        mode: ``rw`` or ``ro``, perhaps with further options such as ``&immutable=1``.
    """
    # With two slashes at its beginning, which pathlib keeps, a path would be read as a host.
    return f"file:/{quote(str(path.absolute()).lstrip('/'))}?mode={mode}"


def watch_file(engine: Engine, path: Path, writer: Engine | None = None) -> None:
    """Open the file again when another lies in its place; fail while there is none.

    A connection stays with the file that it opened, also where that was removed: what is then
    written and acknowledged would be gone with the process. Asking costs 2 microseconds.

    Args:
        engine: Its connections are watched.
        path: The database file.
        writer: Let go of the old file first, so that its -wal is not taken for the new one's.
    """

    @event.listens_for(engine, "connect")
    def remember(_connection: Any, record: Any) -> None:
        record.info["file"] = identity_of(path)

    @event.listens_for(engine, "checkout")
    def compare(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["file"] != identity_of(path):
            if writer is not None:
                _reopen(writer)
            raise DisconnectionError


def never_create_again(engine: Engine, path: Path) -> None:
    """Make the file with the first connection only: an empty one must not replace a lost one."""

    @event.listens_for(engine, "do_connect")
    def limit(_dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
        if opened:
            arguments[0] = file_address(path, "rw")
            options["uri"] = True

    @event.listens_for(engine, "connect")
    def note(_connection: Any, _record: Any) -> None:
        opened.append(True)

    opened: list[bool] = []


def why_not_writable(module: Any, path: Path) -> str | None:
    """Write for a moment, on a connection of its own, and take it back; gives what SQLite says."""
    try:
        connection = module.connect(
            file_address(path, "rw"), uri=True, timeout=_PROBE_SECONDS, isolation_level=None
        )
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(WRITE_NOTHING)
            connection.execute("ROLLBACK")
        finally:
            connection.close()
    except module.Error as error:
        return str(error)
    return None


def identity_of(path: Path) -> tuple[int, int] | None:
    """Device and number of a file, which another in its place does not have; None for none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _reopen(writer: Engine) -> None:
    try:
        writer.connect().close()
    except SQLAlchemyError:
        return  # still no file; whoever reads is told so
