"""A few spaced and jittered tries, where trying again cannot pay twice."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

_logger = logging.getLogger(__name__)

# Each delay is taken this much longer or shorter, so that callers turned away together do not
# come back together.
_JITTER = 0.3

T = TypeVar("T")


async def try_again(
    call: Callable[[], Awaitable[T]],
    *,
    delays: Sequence[float],
    is_safe: Callable[[Exception], bool],
    patience: float,
    clock: Callable[[], float] = time.monotonic,
) -> T:
    """Make a call, and make it again after each delay while its failures allow it.

    Args:
        call: Makes one try.
        delays: Seconds before each further try; their number limits the tries.
        is_safe: Whether a failure means that another try cannot be billed twice.
        patience: Seconds spent in tries, pauses left out, after which there is no other: an
            overloaded server may take long to say so, and somebody is waiting.
        clock: Tells the seconds of a clock that is never set back.

    Raises:
        Exception: What the last try raised.
    """
    spent = 0.0
    for delay in delays:
        begun = clock()
        try:
            return await call()
        except Exception as error:
            spent += clock() - begun
            if not is_safe(error) or spent >= patience:
                raise
            pause = jittered(delay)
            _logger.info("gemini: %s, next try in %.1f s", type(error).__name__, pause)
        await asyncio.sleep(pause)
    return await call()


def jittered(delay: float) -> float:
    """Vary a delay by 30 % either way."""
    return delay * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - no secret
