"""MigrationService: imports every image that can be imported, and reports each entry."""

import asyncio
import json
from collections.abc import Iterable
from concurrent.futures import Executor
from contextlib import aclosing
from typing import Any

from app.concurrency.bulkhead import Bulkhead
from app.database.engine import Database
from app.entity_tags import ANYTHING
from app.errors import (
    ConflictError,
    LibraryFullError,
    NotFoundError,
    PreconditionError,
    RateLimitError,
)
from app.services.migration.formats import SAVE_LABEL, SAVED_GAME, read_dump
from app.services.migration.merge import Merged, kept_style, merge
from app.services.migration.preparation import Candidate, Preparation, Prepared, group_offers
from app.services.migration.report import MigrationReport
from app.services.players.growth import Growth
from app.services.players.identity import Caller
from app.services.players.saves import Precondition, SaveService
from app.services.scenes.cache import CacheService
from app.services.storage import StorageService

SAVE_SLOT = "old-game"
# Each holds its texts in memory, several times their size while they are parsed.
_MIGRATIONS_AT_ONCE = 2


class MigrationService:
    """Decodes and encodes on all cores, and commits each image by itself, in order.

    Cut off at any moment it has kept what it said it kept; the same again adds nothing twice.

    Attributes:
        bulkhead: Entered before a body is read, and left when its import has ended.
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
        self.bulkhead = Bulkhead(
            "calls of the migration", at_once=8, of_a_client=2, in_line=64, in_line_of_a_client=8
        )
        self._turns = asyncio.Semaphore(_MIGRATIONS_AT_ONCE)

    async def import_dump(
        self, body: bytearray, caller: Caller, *, dry_run: bool
    ) -> MigrationReport:
        """Keep every image of a dump that can be kept.

        Args:
            body: JSON in any of the shapes that may be posted; it is emptied.
            caller: The player whose images and old saved game are in it.
            dry_run: Only say what would happen.

        Raises:
            InvalidDumpError: When the body is no JSON object.
        """
        async with self._turns:
            dump = await asyncio.to_thread(read_dump, body)
            candidates, bad = await asyncio.to_thread(group_offers, dump.offers)
            report = MigrationReport(errors=[*dump.bad, *bad], notes=dump.notes)
            if dry_run:
                await self._foretell(report, candidates, caller)
            else:
                await self._keep_all(report, candidates, caller)
            if dump.saved_game is not None:
                slot, note = await _keep_saved_game(
                    self._saves, caller, dump.saved_game, dry_run=dry_run
                )
                report.saved_game_slot = slot
                report.notes.extend([note] if note else [])
            return report

    async def _foretell(
        self, report: MigrationReport, candidates: Iterable[Candidate], caller: Caller
    ) -> None:
        async with aclosing(
            self._preparation.in_order(candidates, caller, dry_run=True)
        ) as pictures:
            async for prepared in pictures:
                existing = prepared.existing
                if prepared.error is not None:
                    report.add_failed(prepared.candidate, prepared.error.message)
                    continue
                report.add(
                    prepared.candidate,
                    prepared.expected,
                    image_id=existing.id if existing else None,
                    style=kept_style(existing, prepared.candidate, caller),
                    size=prepared.candidate.source_bytes,
                )

    async def _keep_all(
        self, report: MigrationReport, candidates: Iterable[Candidate], caller: Caller
    ) -> None:
        async with aclosing(
            self._preparation.in_order(candidates, caller, dry_run=False)
        ) as pictures:
            async for prepared in pictures:
                await self._keep(report, prepared, caller)

    async def _keep(self, report: MigrationReport, prepared: Prepared, caller: Caller) -> None:
        """Commit one image; prepare it once more if its row is another one by now."""
        merged: Merged | None = None
        while merged is None:
            if prepared.error is not None:
                report.add_failed(prepared.candidate, prepared.error.message)
                return
            try:
                merged = await self._database.write(
                    merge, prepared, caller, self._cache, self._growth
                )
            except (LibraryFullError, RateLimitError) as error:
                self._preparation.discard(prepared)
                report.add_failed(prepared.candidate, error.message)
                return
            except Exception:
                # Rolled back. Not so if the request is cut off: the thread may still commit.
                self._preparation.discard(prepared)
                raise
            if merged is None:
                self._preparation.discard(prepared)
                prepared = await self._preparation.prepare(
                    prepared.candidate, caller, dry_run=False
                )
        self._storage.remove(merged.obsolete_paths)
        report.add(
            prepared.candidate,
            merged.outcome,
            image_id=merged.image.id,
            style=merged.image.custom_prompt,
            size=merged.image.file_size_bytes,
        )


async def _keep_saved_game(
    saves: SaveService, caller: Caller, game: dict[str, Any], *, dry_run: bool
) -> tuple[str | None, str | None]:
    """Put the game into a slot of its own, unless one was put there before.

    Returns:
        The slot that holds it now, and a note if there is something to say.
    """
    content = {"label": SAVE_LABEL, "state": game}
    in_use = f"{SAVED_GAME}: slot {SAVE_SLOT} is in use, and stays as it is."
    try:
        before = await saves.get(caller.known_player, SAVE_SLOT)
    except NotFoundError:
        pass
    else:
        if json.loads(before.content) == content:
            return SAVE_SLOT, None
        return None, in_use
    if dry_run:
        return SAVE_SLOT, None
    try:
        await saves.put(caller, SAVE_SLOT, content, Precondition(if_none_match=ANYTHING))
    except PreconditionError:
        return None, in_use  # another tab was quicker
    except (ConflictError, RateLimitError) as error:
        return None, f"{SAVED_GAME}: {error.message}"
    return SAVE_SLOT, None
