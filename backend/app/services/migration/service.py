"""MigrationService: moves every picture that can be moved, and says what became of each."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass

from app.clock import utc_now
from app.database import Database
from app.errors import AppError, ConflictError, PreconditionError
from app.models import ImageAsset
from app.services.cache import CacheService
from app.services.migration.job import Job, sort_into_jobs
from app.services.migration.merge import Merged, find_same, merge
from app.services.migration.offer import BadEntry, Dump
from app.services.migration.payload import decode_payload
from app.services.migration.report import EntryResult, MigrationReport, Outcome
from app.services.picture import GeneratedPicture
from app.services.saves import Precondition, SaveService
from app.services.storage import StorageService, StoredPicture

SAVE_SLOT = "old-game"


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A picture whose bytes were checked, and written where that was needed."""

    job: Job
    existing: ImageAsset | None = None
    stored: StoredPicture | None = None
    lost_files_of: int | None = None
    error: AppError | None = None


class MigrationService:
    """Decodes and encodes on all cores, and commits each picture by itself, in order.

    Cut off at any moment it has kept what it said it kept; the same again adds nothing twice.
    """

    def __init__(
        self,
        database: Database,
        storage: StorageService,
        cache: CacheService,
        saves: SaveService,
        executor: Executor,
        at_once: int,
    ) -> None:
        self._database = database
        self._storage = storage
        self._cache = cache
        self._saves = saves
        self._executor = executor
        self._at_once = at_once

    async def move(self, dump: Dump, player: str, *, dry_run: bool) -> MigrationReport:
        """Keep every picture of a dump that can be kept.

        Args:
            dump: What was offered.
            player: Hash of the player whose old saved game may be in it.
            dry_run: Only say what would happen.
        """
        loop = asyncio.get_running_loop()
        jobs, bad = await loop.run_in_executor(self._executor, sort_into_jobs, dump.offers)
        report = MigrationReport(errors=[*dump.bad, *bad], notes=list(dump.notes))
        async for prepared in self._in_order(jobs, dry_run=dry_run):
            if prepared.error is not None:
                message = prepared.error.message
                report.errors.extend(BadEntry(offer.key, message) for offer in prepared.job.offers)
            elif dry_run:
                _record(report, prepared.job, _expected(prepared), prepared.existing, 0)
            else:
                merged = await self._keep(prepared)
                _record(
                    report,
                    prepared.job,
                    merged.outcome,
                    merged.image,
                    merged.image.file_size_bytes,
                )
        if dump.saved_game is not None:
            await self._keep_saved_game(report, player, dump.saved_game, dry_run=dry_run)
        return report

    async def _in_order(self, jobs: Iterable[Job], *, dry_run: bool) -> AsyncIterator[_Prepared]:
        """Prepare a few at a time, but give them in the order offered: rows keep that order."""
        under_way: deque[asyncio.Task[_Prepared]] = deque()
        try:
            for job in jobs:
                under_way.append(asyncio.create_task(self._prepare(job, dry_run=dry_run)))
                if len(under_way) >= self._at_once:
                    yield await under_way.popleft()
            while under_way:
                yield await under_way.popleft()
        finally:
            for task in under_way:
                task.cancel()

    async def _prepare(self, job: Job, *, dry_run: bool = False) -> _Prepared:
        with self._database.reading() as session:
            existing = find_same(session, job)
        if existing is not None and self._storage.has_files(existing):
            return _Prepared(job, existing)
        lost_files_of = existing.id if existing is not None else None
        loop = asyncio.get_running_loop()
        try:
            stored = await loop.run_in_executor(self._executor, self._store, job, dry_run)
        except AppError as error:
            return _Prepared(job, existing, error=error)
        return _Prepared(job, existing, stored, lost_files_of)

    def _store(self, job: Job, dry_run: bool) -> StoredPicture | None:
        data = decode_payload(job.first.payload)
        if dry_run:
            self._storage.check(data)
            return None
        picture = GeneratedPicture(data=data, model="")
        created_at = job.created_at or utc_now()
        return self._storage.store_now(picture, job.first.subject_name, created_at)

    async def _keep(self, prepared: _Prepared) -> Merged:
        while True:
            merged = await self._database.write(
                merge, prepared.job, prepared.stored, prepared.lost_files_of, self._cache
            )
            if merged is not None:
                self._storage.remove(merged.obsolete_paths)
                return merged
            prepared = await self._prepare(prepared.job)

    async def _keep_saved_game(
        self, report: MigrationReport, player: str, game: dict[str, object], *, dry_run: bool
    ) -> None:
        """Put the old saved game into a slot of its own, unless one was put there before."""
        with self._database.reading() as session:
            taken = any(saved.slot == SAVE_SLOT for saved in self._saves.all_of(session, player))
        if taken:
            report.notes.append("The old saved game was moved before; that slot stays as it is.")
            return
        report.saved_game_slot = SAVE_SLOT
        if dry_run:
            return
        content = {"label": "Adventure of the old game", "state": game}
        try:
            await self._database.write(
                self._saves.put, player, SAVE_SLOT, content, Precondition(if_absent=True)
            )
        except (PreconditionError, ConflictError) as error:
            report.saved_game_slot = None
            report.notes.append(f"The old saved game stays where it is: {error.message}")


def _expected(prepared: _Prepared) -> Outcome:
    if prepared.existing is None:
        return "stored"
    if prepared.existing.deleted_at is not None:
        return "restored"
    return "healed" if prepared.lost_files_of is not None else "already_there"


def _record(
    report: MigrationReport, job: Job, outcome: Outcome, image: ImageAsset | None, size: int
) -> None:
    """Of byte-identical twins the first one is new, and the others are there already."""
    for offer in job.offers:
        image_id = image.id if image is not None else None
        report.results.append(EntryResult(offer.key, outcome, job.source_hash, image_id))
        if outcome == "stored":
            report.count_new(offer, size)
            outcome = "already_there"
    kept = job.styles[0] if image is None and job.styles else image and image.custom_prompt
    report.notes.extend(
        f"{offer.key}: the same picture is kept with another style; this one was: "
        f"{offer.custom_prompt}"
        for offer in job.offers
        if offer.custom_prompt and offer.custom_prompt != kept
    )
