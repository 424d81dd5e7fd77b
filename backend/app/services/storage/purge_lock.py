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

    A purge holds it alone, and so does a self-check that moves files; whoever needs the files of
    all rows that it has seen, such as a backup, shares it from before it reads the rows until it
    has the files. The file is made when it is first needed and then stays: a lock on a file that
    was removed would keep nobody out.

    Args:
        image_folder: The image folder. Where it is not there, or is read-only and has no lock
            yet, nothing can be removed, and nobody has to be kept out.
    """

    def __init__(self, image_folder: Path) -> None:
        self._layout = layout_of(image_folder)
        self.path = self._layout.purge_lock

    @contextmanager
    def exclusive(self, timeout_seconds: float) -> Iterator[None]:
        """Hold the lock alone, as a purge does; blocks the thread while it waits.

        Raises:
            PurgeLockTimeoutError: When backups or another purge held it all that time.
        """
        with ExitStack() as stack:
            try:
                self._acquire(stack, shared=False, timeout_seconds=timeout_seconds)
            except FileLockedError:
                raise PurgeLockTimeoutError(
                    "A backup or another clean-up is at work; no file was touched.",
                    "backup_running",
                ) from None
            yield

    @contextmanager
    def shared(self, timeout_seconds: float = 600) -> Iterator[None]:
        """Hold purges off, as a backup does; blocks the thread while it waits.

        Raises:
            PurgeLockTimeoutError: When a purge held it all that time.
        """
        with ExitStack() as stack:
            try:
                self._acquire(stack, shared=True, timeout_seconds=timeout_seconds)
            except FileLockedError:
                raise PurgeLockTimeoutError(
                    "A clean-up is removing pictures.", "purge_running"
                ) from None
            yield

    def _acquire(self, stack: ExitStack, *, shared: bool, timeout_seconds: float) -> None:
        try:
            self._layout.make_own()
            stack.enter_context(
                file_lock(self.path, shared=shared, timeout_seconds=timeout_seconds)
            )
        except FileNotFoundError:
            pass
        except OSError as error:
            if error.errno != errno.EROFS:
                raise
