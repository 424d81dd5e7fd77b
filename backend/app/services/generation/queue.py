"""How many pictures are made at once, who is next, and how many may wait."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from app.errors import OverloadedError
from app.observability.metrics import Metrics

MAX_WAITING = 100


@dataclass(slots=True, eq=False)
class Place:
    """The place of one order, from its admission until its end.

    Attributes:
        is_low: Nobody waits for it: it is painted ahead of need.
        is_charged: Whoever came to wait for it was charged for it.
        patience: Bounds its waiting behind others that are painted ahead of need.
        granted: Done when its turn has come.
    """

    is_low: bool
    is_charged: bool = False
    patience: asyncio.Timeout | None = None
    granted: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    @property
    def has_begun(self) -> bool:
        """Whether its turn has come."""
        return self.granted.done() and not self.granted.cancelled()


class GenerationQueue:
    """First come, first served; refuses at once when too many wait already.

    What is painted ahead of need has room of its own, so that it never turns anyone else away,
    and its turn comes only while nobody else waits.
    """

    def __init__(self, at_once: int, metrics: Metrics) -> None:
        self._at_once = self._free = at_once
        self._room = at_once + MAX_WAITING if at_once else 0
        self._low_room = MAX_WAITING if at_once else 0
        self._metrics = metrics
        self._inside: set[Place] = set()
        self._waiting: deque[Place] = deque()
        self._low_waiting: deque[Place] = deque()

    def enter(self, *, is_low_priority: bool = False) -> Place:
        """Take a place; every ``enter`` is followed by one ``leave``.

        Raises:
            OverloadedError: When there is none.
        """
        taken = sum(place.is_low == is_low_priority for place in self._inside)
        if taken >= (self._low_room if is_low_priority else self._room):
            raise OverloadedError(
                "Too many pictures are being made; please try again in a moment.",
                detail={"reason": "queue_full"},
                retry_after=10,
            )
        place = Place(is_low_priority)
        self._inside.add(place)
        self._metrics.generations_waiting.set(len(self._inside))
        return place

    def leave(self, place: Place) -> None:
        """Give the place back."""
        self._inside.discard(place)
        self._metrics.generations_waiting.set(len(self._inside))

    def promote(self, place: Place) -> None:
        """Somebody waits for it now: what was painted ahead of need is so no longer.

        Whoever comes after the first changes nothing.
        """
        if not place.is_low:
            return
        place.is_low = False
        if place.patience is not None:
            place.patience.reschedule(asyncio.get_running_loop().time())
        if place in self._low_waiting:
            self._low_waiting.remove(place)
            self._waiting.append(place)
        self._grant()

    @asynccontextmanager
    async def turn(self, place: Place) -> AsyncIterator[None]:
        """Wait for the turn of a place; it may have several, one after the other."""
        place.granted = asyncio.get_running_loop().create_future()
        (self._low_waiting if place.is_low else self._waiting).append(place)
        self._grant()
        try:
            await place.granted
        except asyncio.CancelledError:
            if not place.granted.cancelled():  # its turn came in the same moment
                self._release()
            raise
        try:
            yield
        finally:
            self._release()

    def _grant(self) -> None:
        while self._free and (place := self._next()) is not None:
            self._free -= 1
            place.granted.set_result(None)
        self._metrics.generations_running.set(self._at_once - self._free)

    def _next(self) -> Place | None:
        for waiting in (self._waiting, self._low_waiting):
            while waiting:
                place = waiting.popleft()
                if not place.granted.cancelled():
                    return place
        return None

    def _release(self) -> None:
        self._free += 1
        self._grant()
