"""Notices a stop early: uvicorn ends the lifespan only after the last answer was sent."""

import asyncio
import signal
import threading
from contextlib import AsyncExitStack
from types import FrameType


def told_to_stop(stack: AsyncExitStack) -> asyncio.Event:
    """Make an event that is set by the first SIGTERM or SIGINT, or else at the very end.

    A stream of events has no end of its own, so that without this the server would wait for its
    whole patience before it stops. The earlier handler of the signal still runs.
    """
    stopping = asyncio.Event()
    stack.callback(stopping.set)
    if threading.current_thread() is threading.main_thread():
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            _listen(stack, signal.Signals(number), loop, stopping)
    return stopping


def _listen(
    stack: AsyncExitStack,
    number: signal.Signals,
    loop: asyncio.AbstractEventLoop,
    stopping: asyncio.Event,
) -> None:
    before = signal.getsignal(number)
    if not callable(before):
        return

    def heard(received: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stopping.set)
        before(received, frame)

    signal.signal(number, heard)
    stack.callback(signal.signal, number, before)
