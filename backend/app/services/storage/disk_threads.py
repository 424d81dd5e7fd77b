"""Threads for short work on a disk that may be far away, or gone; and which disks are not."""

import asyncio
import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from app.concurrency.thread_pool import ContextThreadPool
from app.domain import FileStamp
from app.services.storage.errors import StorageUnavailableError

P = ParamSpec("P")
T = TypeVar("T")

# A disk that slept needs ten seconds to come up.
PATIENCE_SECONDS = 20.0
_THREADS = 8
_MOUNTS = Path("/proc/self/mountinfo")  # Linux only
_LOCAL = {"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "tmpfs", "xfs", "zfs"}


def file_stamp(path: str) -> FileStamp | None:
    """The stamp of a file; None if it is not there or cannot be reached."""
    try:
        found = os.stat(path)  # noqa: PTH116 - Path takes four times as long
    except OSError:
        return None
    return FileStamp(found.st_size, found.st_mtime_ns)


def is_local(folder: Path) -> bool:
    """Whether a folder lies on a disk of this machine, which answers in microseconds.

    A network disk may never answer. Where the system does not tell, the answer is no.
    """
    place = folder.resolve()
    try:
        mounts = [line.split() for line in _MOUNTS.read_text().splitlines()]
    except OSError:
        return False
    kinds = {_unescaped(fields[4]): fields[fields.index("-") + 1] for fields in mounts}
    mount = next(parent for parent in (place, *place.parents) if str(parent) in kinds)
    return kinds[str(mount)] in _LOCAL


def _unescaped(text: str) -> str:
    return re.sub(r"\\(\d{3})", lambda found: chr(int(found[1], 8)), text)


class DiskThreads:
    """A network mount that no longer answers holds up these threads, and not the event loop.

    Args:
        folders: The folders on that disk; what they say in microseconds needs no thread.
        patience: How many seconds a caller waits.
    """

    def __init__(self, folders: Iterable[Path], patience: float = PATIENCE_SECONDS) -> None:
        self._is_local = all(is_local(folder) for folder in folders)
        self._patience = patience
        self._pool = ContextThreadPool(_THREADS, thread_name_prefix="disk")

    async def run(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do some work there.

        Raises:
            StorageUnavailableError: When it takes too long; work that has not begun is given up.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._patience):
                return await loop.run_in_executor(self._pool, partial(work, *args, **kwargs))
        except TimeoutError as error:
            raise StorageUnavailableError("The image folder does not answer.") from error

    async def stamp(self, path: str) -> FileStamp | None:
        """The stamp of a file; None if it is not there, or if its disk does not answer."""
        if self._is_local:  # a file that is a link to a network disk is its owner's risk
            return file_stamp(path)
        with suppress(StorageUnavailableError):
            return await self.run(file_stamp, path)
        return None

    def close(self) -> None:
        """Begin nothing more, and wait for nothing."""
        self._pool.shutdown(wait=False, cancel_futures=True)
