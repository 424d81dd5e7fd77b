"""Files that locks are held on."""

import errno
import os
from pathlib import Path

_MAY_STILL_BE_READ = {errno.EACCES, errno.EPERM, errno.EROFS}


def open_lock_file(path: Path) -> int:
    """Open a lock's file, made where it is not there yet; gives its descriptor.

    Reading is enough for a lock: one that another user made, with sudo say, or on a disk that
    has become read-only, still keeps everybody apart.

    Raises:
        OSError: When it can be neither made nor read.
    """
    try:
        return os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        if error.errno not in _MAY_STILL_BE_READ:
            raise
        try:
            return os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            raise error from None
