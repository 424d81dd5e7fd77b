"""Whether the client is still connected."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.errors import ClientGoneError

Result = TypeVar("Result")
# Returns when the client has hung up.
Left = Callable[[], Awaitable[None]]


async def while_there(work: asyncio.Task[Result], left: Left | None) -> Result:
    """Wait for something that goes on in any case, but no longer than its client does.

    Otherwise a client that asks and hangs up leaves a request behind each time, until the server
    takes no more of them: for one image that is being made, thousands in a second.

    Args:
        work: What is waited for. Not shielded but left alone: a shield that is given up reports
            the failure of what is in it as nobody's, from Python 3.14 on.
        left: Tells when the client has hung up; None where nobody's connection waits.

    Raises:
        ClientGoneError: When the client hung up first.
    """
    if left is None:
        await asyncio.wait([work])
        return work.result()
    leaving = asyncio.ensure_future(left())
    leaving.add_done_callback(_look_at)
    try:
        await asyncio.wait([work, leaving], return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            leaving.result()  # what was sent after all may have been too large
            raise ClientGoneError("The client hung up.")
        return work.result()
    finally:
        leaving.cancel()


def _look_at(done: asyncio.Future[None]) -> None:
    """Look at a failure that came together with the work, and is nobody's concern."""
    if not done.cancelled():
        done.exception()
