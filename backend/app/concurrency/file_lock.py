"""Locks on files, between processes and threads; the system frees one when its holder dies.

The filelock package does not fit: its locks are exclusive, and it must be able to write the file.
"""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_POLL_SECONDS = 0.05
_MAY_STILL_BE_READ = {errno.EACCES, errno.EPERM, errno.EROFS}


class FileLockedError(Exception):
    """Somebody else holds the lock."""


@contextmanager
def file_lock(
    path: Path,
    *,
    shared: bool = False,
    timeout_seconds: float = 0.0,
    create: bool = True,
    mode: int = 0o644,
) -> Iterator[None]:
    """Hold a lock on a file; blocks the thread while it waits.

    The file stays when the lock is released: a lock on a removed file would keep nobody out.

    Args:
        path: The file. A link is not followed.
        shared: Hold it together with others who share it.
        timeout_seconds: How long to wait for others.
        create: Make the file when it is not there.
        mode: Permissions of a new file.

    Raises:
        FileLockedError: When others held it all that time.
        OSError: When the file can be neither made nor read.
    """
    # Opened anew each time: a lock belongs to the open file, so threads keep each other out.
    descriptor = _open(path, mode) if create else os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        _lock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX, timeout_seconds)
        yield
    finally:
        os.close(descriptor)


def _open(path: Path, mode: int) -> int:
    try:
        return os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, mode)
    except OSError as error:
        if error.errno not in _MAY_STILL_BE_READ:
            raise
        # Reading is enough for a lock on a file of another user, or on a read-only disk.
        try:
            return os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            raise error from None


def _lock(descriptor: int, kind: int, timeout_seconds: float) -> None:
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise FileLockedError from None
            time.sleep(_POLL_SECONDS)
        else:
            return
