"""Whether the one who asked is still there: nobody else waits in their place."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.errors import ClientGoneError

Result = TypeVar("Result")
# Returns when the client has hung up.
Left = Callable[[], Awaitable[None]]


async def while_there(work: Awaitable[Result], left: Left | None) -> Result:
    """Wait for something, but no longer than its client does; then it is cancelled.

    Otherwise a client that asks and hangs up leaves a request behind each time, until the server
    takes no more of them: for one picture that is being made, thousands in a second.

    Args:
        work: What is waited for; shield what must go on.
        left: Tells when the client has hung up; None where nobody's connection waits.

    Raises:
        ClientGoneError: When the client hung up first.
    """
    if left is None:
        return await work
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(left())
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        leaving.result()  # what was sent after all may have been too large
        raise ClientGoneError("The client hung up.")
    finally:
        working.cancel()
        leaving.cancel()
