"""What keeps the image folder from being used."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.errors import AppError, DiskFullError

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_RETRY_SECONDS = 30.0


class StorageUnavailableError(AppError):
    """The image folder cannot be read or written just now."""

    status = 503

    def __init__(
        self,
        message: str = "The image folder cannot be read or written just now.",
        reason: str = "storage_unavailable",
        *,
        detail: dict[str, Any] | None = None,
        retry_after: float | None = _RETRY_SECONDS,
    ) -> None:
        super().__init__(message, detail=detail or {"reason": reason}, retry_after=retry_after)


class StorageEmptyError(StorageUnavailableError):
    """The image folder is not this library's: most likely a disk is not mounted."""

    def __init__(self) -> None:
        super().__init__(
            "The image folder is not this library's: is its disk mounted?",
            "storage_empty",
        )


@contextmanager
def readable_errors() -> Iterator[None]:
    """Turn what the system says into errors with a status.

    Raises:
        DiskFullError: When there is no room.
        StorageUnavailableError: When a file or folder cannot be used.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskFullError(
                "The disk is full; the image could not be stored.",
                detail={"reason": "disk_full"},
            ) from error
        raise StorageUnavailableError from error
