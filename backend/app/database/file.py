"""The file behind the connections: noticed when it goes away, is replaced, or cannot be written."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError

from app.database.errors import trouble_of

PATIENCE_SECONDS = 60.0
"""For so long writes may fail before anybody is told."""

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


def why_not_writable(path: Path) -> str | None:
    """What the file system has against writing; a full disk is not told here."""
    if not path.is_file():
        return "there is no such file"
    if not os.access(path, os.W_OK):
        return "the file is read-only"
    # A write needs a journal or -wal file beside it.
    return None if os.access(path.parent, os.W_OK) else "its folder is read-only"


class WriteTrouble:
    """What becomes of writes, for whoever watches without writing.

    Another program may hold the database for a while, such as for a backup or a repair: it is
    trouble only where no write came through for a minute.

    Args:
        now: Seconds on a clock that only goes forward.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._since: float | None = None
        self._reason = ""

    def ended(self, error: SQLAlchemyError | None) -> None:
        """Note how a write ended; an error of the caller's own says nothing about the database."""
        if error is None:
            self._since = None
        elif trouble_of(error) is not None:
            self._since = self._since or self._now()
            self._reason = str(getattr(error, "orig", None) or error)

    def why(self) -> str | None:
        """Why no write has come through for ``PATIENCE_SECONDS``; None where one has."""
        since = self._since
        is_long = since is not None and self._now() - since >= PATIENCE_SECONDS
        return self._reason if is_long else None


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
