"""What the database could not do, told from our own mistakes."""

from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.errors import AppError, DatabaseUnavailableError, DiskFullError

# Another program holds the lock, the disk is broken, the file is gone, no database, or damaged.
_TROUBLE = (
    *("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY"),
    *("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_PERM", "SQLITE_AUTH", "SQLITE_PROTOCOL"),
)


def trouble_of(error: SQLAlchemyError) -> AppError | None:
    """What a client is told; None where the mistake is ours, and a crash."""
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
