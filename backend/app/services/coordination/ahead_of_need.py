"""What is painted ahead of need: one picture at a time in all processes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from app.services.coordination.exclusive_work import ExclusiveWork
from app.services.generation.queue import Place

# Whoever is next says so, or a process with much to paint would always be quicker than those
# that look only now and then whether the lane is free.
_NEXT = "ahead-of-need|next"
_LANE = "ahead-of-need"
_LOOK_SECONDS = 0.25


class AheadOfNeed:
    """A lane for one, with a place to wait for it; the rest of a process queues up before."""

    def __init__(self, exclusive: ExclusiveWork) -> None:
        self._exclusive = exclusive
        self._of_this_process = asyncio.Lock()

    @asynccontextmanager
    async def lane(self, place: Place) -> AsyncIterator[None]:
        """Wait for the lane and hold it; do neither for an order somebody waits for.

        Who comes to wait for it meanwhile ends the waiting.
        """
        async with AsyncExitStack() as stack:
            if place.is_low:
                await self._wait(place, stack)
            yield

    async def _wait(self, place: Place, stack: AsyncExitStack) -> None:
        try:
            async with asyncio.timeout(None) as place.patience:
                await stack.enter_async_context(self._of_this_process)
                async with self._lease(_NEXT):
                    await stack.enter_async_context(self._lease(_LANE))
        except TimeoutError:
            if place.is_low:
                raise
            await stack.aclose()
        finally:
            place.patience = None

    @asynccontextmanager
    async def _lease(self, key: str) -> AsyncIterator[None]:
        while True:
            async with self._exclusive.hold(key) as is_ours:
                if is_ours:
                    yield
                    return
            await asyncio.sleep(_LOOK_SECONDS)
