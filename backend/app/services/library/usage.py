"""Counting uses, hits and misses without a write for each read."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.models import CacheStatistics, ImageAsset
from app.observability.repeated_errors import RepeatedTrouble

FLUSH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class CacheRequests:
    """Requests for scenes by whether the cache served them."""

    hits: int
    misses: int

    @property
    def hit_rate(self) -> float:
        """Percent of requests that were served from the cache."""
        requests = self.hits + self.misses
        return round(100 * self.hits / requests, 2) if requests else 0.0


@dataclass(slots=True)
class Use:
    """Uses of one image: those in its row, all that were counted, and when the last one was."""

    stored: int
    counted: int
    last_used: datetime


class UsageRecorder:
    """Keeps counts in memory and writes them every second, and at the end.

    A crash loses at most the last second of counts, never an image. For an image in use the
    count shown is the one in memory, so that it never goes back while a write is under way.
    """

    def __init__(self, database: Database, pause_seconds: float = FLUSH_SECONDS) -> None:
        self._database = database
        self._pause_seconds = pause_seconds
        self._uses: dict[int, Use] = {}
        self._hits = 0
        self._misses = 0
        self._flushing = asyncio.Lock()
        self._flushes = 0

    def use(self, image_id: int, stored: int) -> Use:
        """Count one use of an image, whose row has ``stored``; gives what to show."""
        now = utc_now()
        entry = self._uses.setdefault(image_id, Use(stored, stored, now))
        entry.counted += 1
        entry.last_used = now
        return entry

    def hit(self) -> None:
        """Count a scene that was served from the cache."""
        self._hits += 1

    def miss(self) -> None:
        """Count a scene that was not."""
        self._misses += 1

    async def requests(self) -> CacheRequests:
        """All requests for scenes, also those that are still to be written; waits for no write."""
        while True:
            flushes = self._flushes
            stored = await self._database.read(_requests)
            if flushes == self._flushes:  # else some may be in both
                return CacheRequests(stored.hits + self._hits, stored.misses + self._misses)

    async def hits(self) -> int:
        """All scenes that were served from the cache."""
        return (await self.requests()).hits

    async def flush(self) -> None:
        """Write what was counted since the last time.

        Whoever is cancelled meanwhile does not stop the write: its thread would commit all the
        same, and the next flush would count everything twice.
        """
        await asyncio.shield(self._flush())

    async def _flush(self) -> None:
        async with self._flushing:
            news = {
                image_id: (entry.counted - entry.stored, entry.last_used)
                for image_id, entry in self._uses.items()
                if entry.counted > entry.stored
            }
            hits, misses = self._hits, self._misses
            self._forget_idle()
            if not (news or hits or misses):
                return
            await self._database.write(_write, news, hits, misses)
            self._flushes += 1
            self._hits -= hits
            self._misses -= misses
            for image_id, (added, _) in news.items():
                self._uses[image_id].stored += added

    async def keep_flushing(self) -> None:
        """Flush every second until cancelled."""
        trouble = RepeatedTrouble("counts could not be written")
        while True:
            await asyncio.sleep(self._pause_seconds)
            try:
                await self.flush()
                trouble.is_over()
            except SQLAlchemyError as error:
                # A full disk or a long backup passes; what was counted is written next time.
                trouble.tell(error)

    def _forget_idle(self) -> None:
        idle = [key for key, entry in self._uses.items() if entry.counted == entry.stored]
        for image_id in idle:
            del self._uses[image_id]


def _requests(session: Session) -> CacheRequests:
    counted = session.get(CacheStatistics, 1)
    return CacheRequests(counted.hits, counted.misses) if counted else CacheRequests(0, 0)


def _write(session: Session, news: dict[int, tuple[int, datetime]], hits: int, misses: int) -> None:
    for image_id, (added, last_used) in news.items():
        session.execute(
            update(ImageAsset)
            .where(ImageAsset.id == image_id)
            .values(use_count=ImageAsset.use_count + added, last_used=last_used)
        )
    counted = session.get(CacheStatistics, 1)
    if counted is None:
        session.add(CacheStatistics(id=1, hits=hits, misses=misses))
    else:
        counted.hits += hits
        counted.misses += misses
