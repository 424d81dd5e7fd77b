"""Thread pools: one passes the log context on, one encodes and paints at low priority."""

import contextvars
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_NICENESS = 10


class ContextThreadPool(ThreadPoolExecutor):
    """Passes the caller's context, with the request's id, on to the thread."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run ``fn`` on a thread, in a copy of the caller's context."""
        work = partial(fn, *args, **kwargs)
        return super().submit(contextvars.copy_context().run, work)


def create_work_pool() -> ContextThreadPool:
    """Make the pool; Pillow lets go of the interpreter lock while it encodes, so threads do."""
    return ContextThreadPool(
        max_workers=os.cpu_count() or 1, thread_name_prefix="images", initializer=_step_back
    )


def _step_back() -> None:
    # On Linux each thread has its own priority, so that the event loop's thread keeps its own.
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
