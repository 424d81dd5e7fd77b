"""Threads that know on whose behalf they work, so that their log lines say so."""

import contextvars
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class ContextThreadPool(ThreadPoolExecutor):
    """Hands the context of whoever submits, with the request's id, on to the thread."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run ``fn`` on a thread, in a copy of the caller's context."""
        work = partial(fn, *args, **kwargs)
        return super().submit(contextvars.copy_context().run, work)
