"""MigrationService: imports every image that can be imported, and reports each entry."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Literal

from app.concurrency.bulkhead import Bulkhead
from app.database.engine import Database
from app.domain import SubjectType
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
from app.services.migration.offers import BadEntry, Outcome
from app.services.migration.preparation import Candidate, Preparation, Prepared, group_offers
from app.services.players.growth import Growth
from app.services.players.identity import Caller
from app.services.players.saves import Precondition, SaveService
from app.services.scenes.cache import CacheService
from app.services.storage import StorageService

SAVE_SLOT = "old-game"
# Each holds its texts in memory, several times their size while they are parsed.
_MIGRATIONS_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class EntryResult:
    """One entry whose image the server has now.

    Attributes:
        key: Where the entry was found.
        outcome: New, there already, taken out of the trash, or its lost file replaced.
        source_hash: SHA-256 of the offered bytes, in hexadecimal; proves what is stored.
        image_id: Identity of the image; None in a dry run that would store it.
    """

    key: str
    outcome: Outcome
    source_hash: str
    image_id: int | None


@dataclass(slots=True)
class MigrationReport:
    """What one call imported.

    Attributes:
        scenes: Scene images newly stored.
        items: Item images newly stored.
        stored_bytes: Size of the full files newly stored.
        results: Entries whose image is on the server now.
        errors: Entries that could not be imported.
        notes: Other remarks for a person.
        saved_game_slot: Where the old saved game went, if there was one.
    """

    scenes: int = 0
    items: int = 0
    stored_bytes: int = 0
    results: list[EntryResult] = field(default_factory=list)
    errors: list[BadEntry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    saved_game_slot: str | None = None

    @property
    def offered(self) -> int:
        """How many entries there were."""
        return len(self.results) + len(self.errors)

    @property
    def already_there(self) -> int:
        """How many entries brought nothing new."""
        return len(self.results) - self.scenes - self.items

    @property
    def status(self) -> Literal["success", "partial", "failed"]:
        """``success`` only if everything offered is on the server now."""
        if not self.errors:
            return "success"
        return "partial" if self.results else "failed"

    def add(
        self,
        candidate: Candidate,
        outcome: Outcome,
        *,
        image_id: int | None,
        style: str | None,
        size: int,
    ) -> None:
        """Add an image that the server has now.

        Args:
            candidate: The image and its entries.
            outcome: What was done; of new twins the first is new, the others are there already.
            image_id: Identity of the image.
            style: The style that is kept with it; any other is named in a note.
            size: Bytes that are counted if it is new.
        """
        if outcome == "stored":
            self.stored_bytes += size
            if candidate.first.subject_type is SubjectType.SCENE:
                self.scenes += 1
            else:
                self.items += 1
        for offer in candidate.offers:
            self.results.append(EntryResult(offer.key, outcome, candidate.source_hash, image_id))
            if outcome == "stored":
                outcome = "already_there"
        self.notes.extend(
            f"{offer.key}: the same image is kept with another style; "
            f"this one was: {offer.custom_prompt}"
            for offer in candidate.offers
            if offer.custom_prompt and offer.custom_prompt != style
        )

    def add_failed(self, candidate: Candidate, error: str) -> None:
        """Add an image that could not be kept, under each of its entries."""
        self.errors.extend(BadEntry(offer.key, error) for offer in candidate.offers)


class MigrationService:
    """Decodes and encodes on all cores, and commits each image by itself, in order.

    An import that is cut off has kept what it reported; the same again adds nothing twice.
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
        self._cache = cache
        self._saves = saves
        self._growth = growth
        self._preparation = Preparation(database, storage, growth, executor, at_once)
        # A dump has up to 16 MB, and its sender may be slow.
        self._bulkhead = Bulkhead(
            "calls of the migration", at_once=8, of_a_client=2, in_line=64, in_line_of_a_client=8
        )
        self._turns = asyncio.Semaphore(_MIGRATIONS_AT_ONCE)

    async def import_dump(
        self, read_body: Callable[[], Awaitable[bytearray]], caller: Caller, *, dry_run: bool
    ) -> MigrationReport:
        """Keep every image of a dump that can be kept.

        Args:
            read_body: Reads JSON in any of the known shapes, once there is room for it.
            caller: The player whose images and old saved game are in it.
            dry_run: Only report what would happen.

        Raises:
            InvalidDumpError: When the body is no JSON object.
            RateLimitError: When the caller has too many imports under way.
            OverloadedError: When there are too many in all.
        """
        async with self._bulkhead.enter(caller.client):
            body = await read_body()
            async with self._turns:
                dump = await asyncio.to_thread(read_dump, body)
                candidates, bad = await asyncio.to_thread(group_offers, dump.offers)
                report = MigrationReport(errors=[*dump.bad, *bad], notes=dump.notes)
                await self._import(report, candidates, caller, dry_run=dry_run)
                if dump.saved_game is not None:
                    slot, note = await _keep_saved_game(
                        self._saves, caller, dump.saved_game, dry_run=dry_run
                    )
                    report.saved_game_slot = slot
                    report.notes.extend([note] if note else [])
                return report

    async def _import(
        self,
        report: MigrationReport,
        candidates: Iterable[Candidate],
        caller: Caller,
        *,
        dry_run: bool,
    ) -> None:
        in_order = self._preparation.in_order(candidates, caller, dry_run=dry_run)
        async with aclosing(in_order) as images:
            async for prepared in images:
                if not dry_run:
                    await self._keep(report, prepared, caller)
                elif prepared.error is not None:
                    report.add_failed(prepared.candidate, prepared.error.message)
                else:
                    existing = prepared.existing
                    report.add(
                        prepared.candidate,
                        prepared.expected,
                        image_id=existing.id if existing else None,
                        style=kept_style(existing, prepared.candidate, caller),
                        size=prepared.candidate.source_bytes,
                    )

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
                await self._preparation.discard(prepared.paths)
                report.add_failed(prepared.candidate, error.message)
                return
            except Exception:
                # Rolled back. Not so if the request is cut off: the thread may still commit.
                await self._preparation.discard(prepared.paths)
                raise
            if merged is None:
                await self._preparation.discard(prepared.paths)
                prepared = await self._preparation.prepare(
                    prepared.candidate, caller, dry_run=False
                )
        await self._preparation.discard(merged.obsolete_paths)
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
