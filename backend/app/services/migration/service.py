"""MigrationService: moves every picture that can be moved, and says what became of each."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import Executor
from contextlib import aclosing

from app.concurrency.bulkhead import Rooms
from app.database.engine import Database
from app.errors import LibraryFullError, RateLimitError
from app.services.library.growth import Growth
from app.services.migration.dump import read_dump
from app.services.migration.job import Job, sort_into_jobs
from app.services.migration.merge import Merged, kept_style, merge
from app.services.migration.preparation import Preparation, Prepared
from app.services.migration.report import MigrationReport
from app.services.migration.saved_game import keep_saved_game
from app.services.players.identity import Caller
from app.services.players.saves import SaveService
from app.services.scenes.cache import CacheService
from app.services.storage import StorageService

# Each holds its texts in memory, several times their size while they are parsed.
_MIGRATIONS_AT_ONCE = 2


class MigrationService:
    """Decodes and encodes on all cores, and commits each picture by itself, in order.

    Cut off at any moment it has kept what it said it kept; the same again adds nothing twice.

    Attributes:
        rooms: One is held from before a body is read until its end.
    """

    def __init__(
        self,
        database: Database,
        storage: StorageService,
        cache: CacheService,
        saves: SaveService,
        growth: Growth,
        executor: Executor,
        at_once: int,
    ) -> None:
        self._database = database
        self._storage = storage
        self._cache = cache
        self._saves = saves
        self._growth = growth
        self._preparation = Preparation(database, storage, growth, executor, at_once)
        # A dump has up to 16 MB, and its sender may be slow.
        self.rooms = Rooms(
            "calls of the migration", at_once=8, of_a_client=2, in_line=64, in_line_of_a_client=8
        )
        self._turns = asyncio.Semaphore(_MIGRATIONS_AT_ONCE)

    async def move(self, body: bytearray, mover: Caller, *, dry_run: bool) -> MigrationReport:
        """Keep every picture of a dump that can be kept.

        Args:
            body: JSON in any of the shapes that may be posted; it is emptied.
            mover: The player whose pictures and old saved game are in it.
            dry_run: Only say what would happen.

        Raises:
            InvalidDumpError: When the body is no JSON object.
        """
        async with self._turns:
            dump = await asyncio.to_thread(read_dump, body)
            jobs, bad = await asyncio.to_thread(sort_into_jobs, dump.offers)
            report = MigrationReport(errors=[*dump.bad, *bad], notes=dump.notes)
            if dry_run:
                await self._foretell(report, jobs, mover)
            else:
                await self._keep_all(report, jobs, mover)
            if dump.saved_game is not None:
                run = self._database.read if dry_run else self._database.write
                game = dump.saved_game
                slot, note = await run(keep_saved_game, self._saves, mover, game, dry_run=dry_run)
                report.saved_game_slot = slot
                report.notes.extend([note] if note else [])
            return report

    async def _foretell(self, report: MigrationReport, jobs: Iterable[Job], mover: Caller) -> None:
        async with aclosing(self._preparation.in_order(jobs, mover, dry_run=True)) as pictures:
            async for prepared in pictures:
                existing = prepared.existing
                if prepared.error is not None:
                    report.add_failed(prepared.job, prepared.error.message)
                    continue
                report.add(
                    prepared.job,
                    prepared.expected,
                    image_id=existing.id if existing else None,
                    style=kept_style(existing, prepared.job, mover),
                    size=prepared.job.source_bytes,
                )

    async def _keep_all(self, report: MigrationReport, jobs: Iterable[Job], mover: Caller) -> None:
        async with aclosing(self._preparation.in_order(jobs, mover, dry_run=False)) as pictures:
            async for prepared in pictures:
                await self._keep(report, prepared, mover)

    async def _keep(self, report: MigrationReport, prepared: Prepared, mover: Caller) -> None:
        """Commit one picture; prepared once more where its row is another one by now."""
        merged: Merged | None = None
        while merged is None:
            if prepared.error is not None:
                report.add_failed(prepared.job, prepared.error.message)
                return
            try:
                merged = await self._database.write(
                    merge, prepared, mover, self._cache, self._growth
                )
            except (LibraryFullError, RateLimitError) as error:
                self._preparation.discard(prepared)
                report.add_failed(prepared.job, error.message)
                return
            except Exception:
                # Rolled back. Not so where the request is cut off: the thread may yet commit.
                self._preparation.discard(prepared)
                raise
            if merged is None:
                self._preparation.discard(prepared)
                prepared = await self._preparation.prepare(prepared.job, mover, dry_run=False)
        self._storage.remove(merged.obsolete_paths)
        report.add(
            prepared.job,
            merged.outcome,
            image_id=merged.image.id,
            style=merged.image.custom_prompt,
            size=merged.image.file_size_bytes,
        )
