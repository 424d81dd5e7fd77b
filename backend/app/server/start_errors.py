"""Why a server cannot start, in a line for the person who starts it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import DBAPIError

from app.config import Settings
from app.database.schema import SchemaError
from app.errors import AppError
from app.services.backup.errors import BackupError, in_words
from app.services.providers.factory import ProviderSetupError

log = structlog.get_logger()


def why_not_started(error: BaseException, settings: Settings) -> str | None:
    """Say it for what an operator can mend; None where the mistake is ours, and a crash."""
    if isinstance(error, (SchemaError, BackupError, ProviderSetupError, AppError)):
        return str(error)
    if isinstance(error, OSError):
        return f"{in_words(error)}; is its disk mounted, can it be written, and is it this user's?"
    if isinstance(error, DBAPIError):
        return (
            f"the database {settings.database_url} cannot be used: {error.orig}; free it "
            "where another program holds it, give it to this user where it is read-only, or "
            "restore a backup where it is damaged"
        )
    return None


@contextmanager
def start_reported(settings: Settings) -> Iterator[None]:
    """Log in one line why what happens within cannot go on, where that is known."""
    try:
        yield
    except Exception as error:
        reason = why_not_started(error, settings)
        if reason is not None:
            log.error("cannot start", reason=reason)  # noqa: TRY400 - no traceback
            # Starlette hands its traceback on as text, which uvicorn logs.
            logging.getLogger("uvicorn.error").addFilter(_is_no_traceback)
        raise


def _is_no_traceback(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith("Traceback")
