"""Keeps purges apart from each other and from backups, across processes."""

import errno
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.concurrency.file_lock import FileLockedError, file_lock
from app.errors import AppError
from app.services.storage.layout import layout_of


class PurgeLockTimeoutError(AppError):
    """A backup or another purge held the lock for too long; trying later makes sense."""

    status = 503

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message, detail={"reason": reason}, retry_after=60)


class PurgeLock:
    """A lock on a file in the image folder, which the system frees when its holder dies.

    A purge holds it alone, and so does a self-check that moves files. A backup shares it from
    before it reads the rows until it has their files. Where the folder is missing, or is read-only
    and has no lock yet, nothing can be removed, and nobody has to be kept out.
    """

    def __init__(self, image_folder: Path) -> None:
        self._layout = layout_of(image_folder)

    @contextmanager
    def exclusive(self, timeout_seconds: float) -> Iterator[None]:
        """Hold the lock alone; blocks the thread while it waits.

        Raises:
            PurgeLockTimeoutError: When backups or another purge held it all that time.
        """
        busy = PurgeLockTimeoutError(
            "A backup or another clean-up is at work; no file was touched.", "backup_running"
        )
        with self._held(timeout_seconds, busy, shared=False):
            yield

    @contextmanager
    def shared(self, timeout_seconds: float = 600) -> Iterator[None]:
        """Hold purges off; blocks the thread while it waits.

        Raises:
            PurgeLockTimeoutError: When a purge held it all that time.
        """
        busy = PurgeLockTimeoutError("A clean-up is removing images.", "purge_running")
        with self._held(timeout_seconds, busy, shared=True):
            yield

    @contextmanager
    def _held(
        self, timeout_seconds: float, busy: PurgeLockTimeoutError, *, shared: bool
    ) -> Iterator[None]:
        with ExitStack() as stack:
            try:
                self._layout.make_own()
                lock = self._layout.purge_lock
                stack.enter_context(file_lock(lock, shared=shared, timeout_seconds=timeout_seconds))
            except FileLockedError:
                raise busy from None
            except OSError as error:
                if error.errno not in {errno.ENOENT, errno.EROFS}:
                    raise
            yield
