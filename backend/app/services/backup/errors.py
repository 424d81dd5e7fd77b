"""What stops a backup or a restore, in words for the person who ran it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from app.database.engine import sqlite_module
from app.services.storage.purge_lock import PurgeLockTimeoutError

_MOST_NAMED = 10


class BackupError(Exception):
    """It cannot go on; nothing is left under a final name."""


class UnfinishedError(BackupError):
    """A restore was begun and is not at its end; what was there before is kept all the same."""


class DamagedError(BackupError):
    """What was stored is not what is there now.

    Attributes:
        problems: Each thing that is wrong, for a person.
    """

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__(shortened(problems))


def shortened(problems: tuple[str, ...] | list[str]) -> str:
    """Name the first few, and count the rest."""
    named = "; ".join(problems[:_MOST_NAMED])
    more = len(problems) - _MOST_NAMED
    return f"{named}; and {more} more" if more > 0 else named


@contextmanager
def plain_errors(doing: str) -> Iterator[None]:
    """Turn what the system or SQLite says into a ``BackupError``.

    Args:
        doing: What was tried, such as ``"making the backup in /backups"``.
    """
    try:
        yield
    except OSError as error:
        raise BackupError(f"{doing} failed: {in_words(error)}") from error
    except PurgeLockTimeoutError as error:
        raise BackupError(f"{doing} failed: {error}") from error
    except sqlite_module().Error as error:
        if "disk is full" in str(error):
            raise BackupError(f"{doing} failed: the disk is full") from error
        raise BackupError(f"{doing} failed: the database says: {error}") from error


def in_words(error: OSError) -> str:
    """Say what the system could not do, and with which file."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "the disk is full"
    return f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
