"""Checking, encoding and writing pictures on all cores, and handing them on in order."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass

import structlog

from app.clock import utc_now
from app.database.engine import Database
from app.errors import AppError
from app.models import ImageAsset
from app.services.library.growth import Growth
from app.services.migration.job import Job
from app.services.migration.payload import decode_payload
from app.services.migration.report import Outcome
from app.services.migration.same_picture import find_same
from app.services.players.identity import Caller
from app.services.storage import InvalidImageError, StorageService, StoredImage

log = structlog.get_logger()

# Finished pictures that wait for a slow one before them: only their names are held.
_AHEAD = 4


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture whose bytes were checked, and written where that was needed.

    Attributes:
        job: The picture and its entries.
        existing: Its row, where it has one already that the mover is told of.
        lost_path: Name of the existing full file, where that or the thumbnail is gone.
        stored: Files just written, which no row names yet.
        error: Why it cannot be kept.
    """

    job: Job
    existing: ImageAsset | None = None
    lost_path: str | None = None
    stored: StoredImage | None = None
    error: AppError | None = None

    @property
    def expected(self) -> Outcome:
        """What keeping it will do."""
        if self.existing is None:
            return "stored"
        if self.existing.deleted_at is not None:
            return "restored"
        return "already_there" if self.lost_path is None else "healed"


class Preparation:
    """Turns jobs into files.

    Args:
        database: Tells which pictures are here already.
        storage: Checks, encodes and writes.
        growth: Refuses new ones before they are encoded.
        executor: Threads that do so.
        at_once: Most pictures handed to the threads at once, over all migrations: more would
            only make the pictures that players wait for queue behind them.
    """

    def __init__(
        self,
        database: Database,
        storage: StorageService,
        growth: Growth,
        executor: Executor,
        at_once: int,
    ) -> None:
        self._database = database
        self._storage = storage
        self._growth = growth
        self._executor = executor
        self._slots = asyncio.Semaphore(at_once)
        self._most_ahead = at_once * _AHEAD

    async def in_order(
        self, jobs: Iterable[Job], mover: Caller, *, dry_run: bool
    ) -> AsyncGenerator[Prepared, None]:
        """Prepare several at a time, but give them in the order offered: rows keep that order.

        Closed early it removes what was written and not handed on.
        """
        under_way: deque[asyncio.Task[Prepared]] = deque()
        waiting = iter(jobs)
        try:
            while True:
                for job in waiting:
                    task = asyncio.create_task(self.prepare(job, mover, dry_run=dry_run))
                    under_way.append(task)
                    if len(under_way) >= self._most_ahead:
                        break
                if not under_way:
                    return
                # Shielded: a task that is cut off cannot tell which files its thread wrote.
                prepared = await asyncio.shield(under_way[0])
                under_way.popleft()
                yield prepared
        finally:
            for left_over in await asyncio.gather(*under_way, return_exceptions=True):
                if isinstance(left_over, Prepared):
                    self.discard(left_over)

    async def prepare(self, job: Job, mover: Caller, *, dry_run: bool) -> Prepared:
        """Look whether the picture is here; check and write it where it is not.

        A dry run writes nothing.
        """
        async with self._slots:
            with self._database.reading() as session:
                existing = find_same(session, job, mover)
                try:
                    if existing is None:
                        self._growth.check_picture(session, mover.adds_as, utc_now())
                except AppError as error:
                    return Prepared(job, error=error)
            lost_path = None
            if existing is not None:
                if await self._storage.disk.run(self._storage.has_files, existing):
                    return Prepared(job, existing)
                lost_path = existing.storage_path_full
            loop = asyncio.get_running_loop()
            try:
                stored = await loop.run_in_executor(self._executor, self._store, job, dry_run)
            except AppError as error:
                return Prepared(job, existing, lost_path, error=error)
            return Prepared(job, existing, lost_path, stored)

    def discard(self, prepared: Prepared) -> None:
        """Remove files that no row will ever name."""
        if prepared.stored is not None:
            self._storage.remove([prepared.stored.path_full, prepared.stored.path_thumbnail])

    def _store(self, job: Job, dry_run: bool) -> StoredImage | None:
        data = decode_payload(job.first.payload)
        try:
            if dry_run:
                self._storage.check(data)
                return None
            created_at = job.created_at or utc_now()
            return self._storage.store_upload(data, job.first.subject_name, created_at)
        except (OSError, ValueError, MemoryError) as error:
            # One picture that the encoder chokes on must not stop all others for ever.
            log.warning(
                "a moved picture cannot be stored", source_hash=job.source_hash, reason=repr(error)
            )
            raise InvalidImageError("The picture cannot be stored.", "not_storable") from error
