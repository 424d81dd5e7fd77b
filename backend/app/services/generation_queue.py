"""How many pictures are made at once, and how many may wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.errors import OverloadedError
from app.services.metrics import Metrics

MAX_WAITING = 100


class GenerationQueue:
    """First come, first served; refuses at once when too many wait already."""

    def __init__(self, at_once: int, metrics: Metrics) -> None:
        self._running = asyncio.Semaphore(at_once)
        self._room = at_once + MAX_WAITING if at_once else 0
        self._metrics = metrics
        self._inside = 0
        self._low = asyncio.Lock()
        self._waiting = 0
        self._nobody_waits = asyncio.Event()
        self._nobody_waits.set()

    def enter(self) -> None:
        """Take a place; every ``enter`` is followed by one ``leave``.

        Raises:
            OverloadedError: When there is none.
        """
        if self._inside >= self._room:
            raise OverloadedError(
                "Too many pictures are being made; please try again in a moment.",
                detail={"reason": "queue_full"},
                retry_after=10,
            )
        self._inside += 1
        self._metrics.generations_waiting.set(self._inside)

    def leave(self) -> None:
        """Give the place back."""
        self._inside -= 1
        self._metrics.generations_waiting.set(self._inside)

    @asynccontextmanager
    async def turn(self, *, is_low_priority: bool = False) -> AsyncIterator[None]:
        """Wait for one's turn among those who hold a place.

        Of low priority one at a time is made, and only while nobody else waits.
        """
        if is_low_priority:
            async with self._low, self._turn_behind_everyone():
                yield
            return
        self._waiting += 1
        self._nobody_waits.clear()
        try:
            await self._running.acquire()
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._nobody_waits.set()
        try:
            yield
        finally:
            self._running.release()

    @asynccontextmanager
    async def _turn_behind_everyone(self) -> AsyncIterator[None]:
        while True:
            await self._nobody_waits.wait()
            await self._running.acquire()
            if not self._waiting:
                break
            self._running.release()
            await asyncio.sleep(0)
        try:
            yield
        finally:
            self._running.release()
