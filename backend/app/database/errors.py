"""What the database cannot do, as opposed to mistakes of our own."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import DatabaseError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.errors import AppError, DatabaseUnavailableError, DiskFullError

PATIENCE_SECONDS = 60.0
"""For so long writes may fail before it is reported."""

WRITE_NOTHING = "UPDATE alembic_version SET version_num = version_num"
"""Fails where nothing can be written; `BEGIN IMMEDIATE` alone passes on a read-only file."""

# Another program holds the lock, the disk is broken, the file is gone, no database, or damaged.
_TROUBLE = (
    *("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY"),
    *("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_PERM", "SQLITE_AUTH", "SQLITE_PROTOCOL"),
)


DATABASE_ERRORS = (DBAPIError, PoolTimeoutError)
"""What SQLAlchemy raises for the database, rather than for our use of it."""


def trouble_of(error: Exception) -> AppError | None:
    """The answer to a client; None if the mistake is ours, and a crash."""
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlite_errorname", "")
    if code.startswith("SQLITE_FULL"):
        return DiskFullError("The disk is full; nothing was stored.")
    # An empty file in the database's place is a database without tables.
    has_no_tables = isinstance(error, DatabaseError) and str(cause).startswith("no such table")
    if isinstance(error, PoolTimeoutError) or code.startswith(_TROUBLE) or has_no_tables:
        return DatabaseUnavailableError(
            "The database cannot be used just now.",
            detail={"reason": "database_unavailable"},
            retry_after=5,
        )
    return None


def why_not_writable(path: Path) -> str | None:
    """What the file system has against writing; a full disk is not told here."""
    if not path.is_file():
        return "there is no such file"
    if not os.access(path, os.W_OK):
        return "the file is read-only"
    # A write needs a journal or -wal file beside it.
    return None if os.access(path.parent, os.W_OK) else "its folder is read-only"


class WriteTrouble:
    """Whether writes succeed, for checks that do not write themselves.

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
