"""Pictures under way: their tasks belong to nobody who asked, so that hanging up ends none."""

import asyncio
from collections.abc import Collection, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from app.concurrency.disconnect import Left, while_there
from app.models import ImageAsset
from app.observability.image_wait import note_wait
from app.services.generation.queue import GenerationQueue, Place

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Flight:
    """A generation under way."""

    task: asyncio.Task[ImageAsset]
    place: Place

    async def picture(self, left: Left | None = None) -> ImageAsset:
        """Wait for the picture; whoever gives up waiting, or hangs up, ends nothing.

        Raises:
            ClientGoneError: When the client hung up first.
            AppError: When there will be none.
        """
        note_wait()
        return await while_there(self.task, left)


class Flights:
    """Keeps the tasks, and gives back their places in the queue when they end."""

    def __init__(self, queue: GenerationQueue) -> None:
        self._queue = queue
        self._places: dict[asyncio.Task[ImageAsset], Place] = {}

    def launch(self, work: Coroutine[Any, Any, ImageAsset], place: Place) -> Flight:
        """Start the work that has this place in the queue."""
        task = asyncio.create_task(work)
        self._places[task] = place
        task.add_done_callback(lambda done: self._end(done, place))
        return Flight(task, place)

    async def close(self, patience_seconds: float) -> None:
        """Wait for the pictures under way, because they may be paid for; then give up.

        Those whose turn has not come are given up at once: begun now, they would be cut off in
        the middle of a paid call when the patience ends.
        """
        waiting = {task for task, place in self._places.items() if not place.has_begun}
        await _cancel(waiting)
        if not self._places:
            return
        log.info("waiting for pictures under way", count=len(self._places))
        _, late = await asyncio.wait(self._places, timeout=patience_seconds)
        await _cancel(late)

    def _end(self, task: asyncio.Task[ImageAsset], place: Place) -> None:
        del self._places[task]
        self._queue.leave(place)
        if not task.cancelled():
            task.exception()  # looked at here, in case that everyone who waited has hung up


async def _cancel(tasks: Collection[asyncio.Task[ImageAsset]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
