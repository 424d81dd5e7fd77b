"""Pictures under way: their tasks belong to nobody who asked, so that hanging up ends none."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import structlog

from app.models import ImageAsset
from app.services.generation_queue import GenerationQueue, Place
from app.services.picture import SubjectType

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Flight:
    """A generation under way; await the task through ``asyncio.shield``."""

    task: asyncio.Task[ImageAsset]
    place: Place


class Flights:
    """Keeps the tasks, and gives back their places in the queue when they end."""

    def __init__(self, queue: GenerationQueue) -> None:
        self._queue = queue
        self._tasks: set[asyncio.Task[ImageAsset]] = set()
        self._of_subject: Counter[tuple[SubjectType, str]] = Counter()

    def of_subject(self, subject_type: SubjectType, subject_name: str) -> int:
        """How many pictures of a subject are being made right now."""
        return self._of_subject[subject_type, subject_name]

    def launch(
        self,
        work: Coroutine[Any, Any, ImageAsset],
        place: Place,
        subject_type: SubjectType,
        subject_name: str,
    ) -> Flight:
        """Start the work that has this place in the queue."""
        task = asyncio.create_task(work)
        subject = (subject_type, subject_name)
        self._of_subject[subject] += 1
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._end(done, place, subject))
        return Flight(task, place)

    async def close(self, patience_seconds: float) -> None:
        """Wait for the pictures under way, because they may be paid for; then give up."""
        if not self._tasks:
            return
        log.info("waiting for pictures under way", count=len(self._tasks))
        _, late = await asyncio.wait(self._tasks, timeout=patience_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _end(
        self, task: asyncio.Task[ImageAsset], place: Place, subject: tuple[SubjectType, str]
    ) -> None:
        self._tasks.discard(task)
        self._queue.leave(place)
        self._of_subject[subject] -= 1
        if not self._of_subject[subject]:
            del self._of_subject[subject]
        if not task.cancelled():
            task.exception()  # looked at here, in case that everyone who waited has hung up
