"""Threads for short work on a disk that may be far away, or gone."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from app.concurrency.thread_pool import ContextThreadPool
from app.services.storage.errors import StorageUnavailableError

P = ParamSpec("P")
T = TypeVar("T")

# A disk that slept needs ten seconds to come up.
PATIENCE_SECONDS = 20.0
_THREADS = 8


class DiskThreads:
    """A network mount that no longer answers holds up these threads, and not the event loop.

    Args:
        patience: How many seconds a caller waits.
    """

    def __init__(self, patience: float = PATIENCE_SECONDS) -> None:
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

    def close(self) -> None:
        """Begin nothing more, and wait for nothing."""
        self._pool.shutdown(wait=False, cancel_futures=True)
