"""How many images are made at once, who is next, and how many may wait."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from app.concurrency.disconnect import Left, while_there
from app.errors import OverloadedError
from app.models import ImageAsset
from app.observability.metrics import Metrics
from app.observability.request import note_wait
from app.services.coordination.leases import Leases

MAX_WAITING = 100
WAITING_IN_LINE = "waiting|"
"""What the key of a lease begins with that only keeps a place in line."""

# Whoever is next says so. Otherwise a process with much to make would always be quicker than one
# that checks only now and then whether the lane is free.
_NEXT = "ahead-of-need|next"
_LANE = "ahead-of-need"
_PAUSE_SECONDS = 0.25


@dataclass(slots=True, eq=False)
class Generation:
    """An image under way, from the moment its order enters the queue until its end.

    Attributes:
        is_low: Nobody waits for it: it is made ahead of need.
        is_charged: The client that waits for it was charged for it.
        line_key: Its place in the line of all processes that wait for room.
        in_line_since: When it took that place; None if it does not wait there.
        patience: Bounds its waiting behind others that are made ahead of need.
        granted: Done when its turn has come.
        task: Makes it. It belongs to nobody who asked, so that hanging up ends nothing.
    """

    is_low: bool = False
    is_charged: bool = False
    line_key: str = field(default_factory=lambda: f"{WAITING_IN_LINE}{uuid4().hex}")
    in_line_since: datetime | None = None
    patience: asyncio.Timeout | None = None
    granted: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    task: asyncio.Task[ImageAsset] | None = None

    @property
    def has_begun(self) -> bool:
        """Whether its turn has come."""
        return self.granted.done() and not self.granted.cancelled()

    async def image(self, left: Left | None = None) -> ImageAsset:
        """Wait for the image; a caller that gives up or hangs up cancels nothing.

        Raises:
            ClientGoneError: When the client hung up first.
            AppError: When there will be none.
        """
        if self.task is None:
            raise RuntimeError("nobody makes this image yet")
        note_wait()
        return await while_there(self.task, left)


class GenerationQueue:
    """First come, first served; refuses at once when too many wait already.

    What is made ahead of need has room of its own, so that it never turns anyone else away, and
    its turn comes only while nobody else waits.

    Args:
        at_once: How many images this process makes at once.
        metrics: Show how many wait.
        leases: Bound what is made ahead of need to one at a time in all processes; None if images
            cost nothing.
    """

    def __init__(self, at_once: int, metrics: Metrics, leases: Leases | None = None) -> None:
        self._at_once = self._free = at_once
        self._room = at_once + MAX_WAITING if at_once else 0
        self._low_room = MAX_WAITING if at_once else 0
        self._metrics = metrics
        self._leases = leases
        self._lane_of_this_process = asyncio.Lock()
        self._inside: set[Generation] = set()
        self._waiting: deque[Generation] = deque()
        self._low_waiting: deque[Generation] = deque()

    def enter(self, *, is_low_priority: bool = False) -> Generation:
        """Enter; every ``enter`` is followed by one ``leave``.

        Raises:
            OverloadedError: When too many are inside.
        """
        taken = sum(one.is_low == is_low_priority for one in self._inside)
        if taken >= (self._low_room if is_low_priority else self._room):
            raise OverloadedError(
                "Too many images are being made; please try again in a moment.",
                detail={"reason": "queue_full"},
                retry_after=10,
            )
        generation = Generation(is_low_priority)
        self._inside.add(generation)
        self._metrics.generations_waiting.set(len(self._inside))
        return generation

    def leave(self, generation: Generation) -> None:
        """Leave, made or not."""
        self._inside.discard(generation)
        self._metrics.generations_waiting.set(len(self._inside))

    def promote(self, generation: Generation) -> None:
        """Somebody waits for it now: it is no longer made ahead of need.

        Whoever comes after the first changes nothing.
        """
        if not generation.is_low:
            return
        generation.is_low = False
        if generation.patience is not None:
            generation.patience.reschedule(asyncio.get_running_loop().time())
        if generation in self._low_waiting:
            self._low_waiting.remove(generation)
            self._waiting.append(generation)
        self._grant()

    @asynccontextmanager
    async def turn(self, generation: Generation) -> AsyncIterator[None]:
        """Wait for its turn; it may have several, one after the other."""
        generation.granted = asyncio.get_running_loop().create_future()
        (self._low_waiting if generation.is_low else self._waiting).append(generation)
        self._grant()
        try:
            await generation.granted
        except asyncio.CancelledError:
            if not generation.granted.cancelled():  # its turn came in the same moment
                self._release()
            raise
        try:
            yield
        finally:
            self._release()

    @asynccontextmanager
    async def lane(self, generation: Generation) -> AsyncIterator[None]:
        """Hold the one lane of what is made ahead of need; others pass by.

        Somebody who comes to wait for the image meanwhile ends the waiting for the lane.
        """
        async with AsyncExitStack() as stack:
            if generation.is_low and self._leases is not None:
                await self._wait_for_lane(self._leases, generation, stack)
            yield

    async def _wait_for_lane(
        self, leases: Leases, generation: Generation, stack: AsyncExitStack
    ) -> None:
        try:
            async with asyncio.timeout(None) as generation.patience:
                await stack.enter_async_context(self._lane_of_this_process)
                async with _patiently(leases, _NEXT):
                    await stack.enter_async_context(_patiently(leases, _LANE))
        except TimeoutError:
            if generation.is_low:
                raise
            await stack.aclose()
        finally:
            generation.patience = None

    def _grant(self) -> None:
        while self._free and (generation := self._next()) is not None:
            self._free -= 1
            generation.granted.set_result(None)
        self._metrics.generations_running.set(self._at_once - self._free)

    def _next(self) -> Generation | None:
        for waiting in (self._waiting, self._low_waiting):
            while waiting:
                generation = waiting.popleft()
                if not generation.granted.cancelled():
                    return generation
        return None

    def _release(self) -> None:
        self._free += 1
        self._grant()


@asynccontextmanager
async def _patiently(leases: Leases, key: str) -> AsyncIterator[None]:
    """Wait for a lease, and hold it."""
    while True:
        async with leases.hold(key) as is_ours:
            if is_ours:
                yield
                return
        await asyncio.sleep(_PAUSE_SECONDS)
