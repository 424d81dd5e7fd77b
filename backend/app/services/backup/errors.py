"""Errors of backups and restores. Their messages are for the person who ran the command."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from app.database.engine import sqlite_module
from app.services.storage.purge_lock import PurgeLockTimeoutError

_MOST_NAMED = 10


class BackupError(Exception):
    """A backup or a restore failed; nothing is left under a final name."""


class UnfinishedError(BackupError):
    """A restore was begun and could not be ended; the old data is kept."""


class DamagedError(BackupError):
    """A stored file differs from what was stored.

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
    """Turn errors of the system and of SQLite into a ``BackupError``.

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
