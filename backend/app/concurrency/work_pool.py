"""Threads for encoding and painting: all cores, but behind everyone else."""

import os
import threading
from contextlib import suppress

from app.concurrency.thread_pool import ContextThreadPool

_NICENESS = 10


def _step_back() -> None:
    # On Linux each thread has its own priority, so that the event loop's thread keeps its own.
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)


def create_work_pool() -> ContextThreadPool:
    """Make the pool; Pillow lets go of the interpreter lock while it encodes, so threads do."""
    return ContextThreadPool(
        max_workers=os.cpu_count() or 1, thread_name_prefix="pictures", initializer=_step_back
    )
