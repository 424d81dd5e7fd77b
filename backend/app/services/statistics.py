"""Clean-ups and counts for the operator."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.domain import ClockDoubt
from app.errors import ConflictError
from app.models import ImageAsset
from app.services.billing.refused_prompts import forget_refused_prompts
from app.services.library.clock_check import clock_may_be_ahead
from app.services.library.usage import CacheRequests, UsageRecorder
from app.services.scenes.cache import CacheContents, CacheService, Forgotten


@dataclass(frozen=True, slots=True)
class LibraryContents:
    """Images by state, and the size of the full files that are there in bytes."""

    active: int
    deleted: int
    missing: int
    storage_bytes: int


class MaintenanceService:
    """Counts what there is, and forgets scene entries that are of no more use.

    Every method is one unit of work.
    """

    def __init__(
        self,
        database: Database,
        cache: CacheService,
        usage: UsageRecorder,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._cache = cache
        self._usage = usage
        self._now = now

    async def remove_expired_entries(
        self, *, dry_run: bool, force: bool = False
    ) -> tuple[Forgotten, ClockDoubt | None]:
        """Forget scene entries that would be made again; their images stay.

        Returns:
            The entries, and why they would have to be forced.
        """
        if dry_run:
            return await self._database.read(self._expired)
        return await self._database.write(self._remove_expired, force=force)

    def _expired(self, session: Session) -> tuple[Forgotten, ClockDoubt | None]:
        now = self._now()
        found = self._cache.remove_expired(session, now, dry_run=True)
        is_ahead = found.count and clock_may_be_ahead(session, now, self._cache.lifetime)
        return found, "clock_ahead" if is_ahead else None

    def _remove_expired(
        self, session: Session, *, force: bool
    ) -> tuple[Forgotten, ClockDoubt | None]:
        found, doubt = self._expired(session)
        if doubt is not None and not force:
            raise ConflictError(
                f"{found.count} scene entries would be removed, but nothing has happened here for "
                "so long that the clock may be wrong. Nothing was removed: force=true removes "
                "them.",
                detail={"reason": doubt, "would_delete": found.count},
            )
        return self._cache.remove_expired(session, self._now(), dry_run=False), None

    async def clear_cache(self, location: str | None, *, dry_run: bool) -> Forgotten:
        """Forget all scene entries, or those of one place; their images stay."""
        run = self._database.read if dry_run else self._database.write
        return await run(self._cache.clear, location, dry_run=dry_run)

    async def forget_refused_prompts(self, *, dry_run: bool) -> int:
        """Let the model be asked again for prompts that it refused; gives how many there are."""
        run = self._database.read if dry_run else self._database.write
        return await run(forget_refused_prompts, dry_run=dry_run)

    async def count(self) -> tuple[LibraryContents, CacheContents]:
        """Count images and scene entries."""
        return await self._database.read(self._count)

    async def count_cache(self) -> tuple[CacheContents, CacheRequests]:
        """Count scene entries, and the requests that they served since the first."""
        requests = await self._usage.requests()
        return await self._database.read(self._cache.contents, self._now()), requests

    def _count(self, session: Session) -> tuple[LibraryContents, CacheContents]:
        active, deleted, missing, size = session.execute(
            select(
                func.count().filter(ImageAsset.is_visible()),
                func.count().filter(ImageAsset.deleted_at.is_not(None)),
                func.count().filter(
                    ImageAsset.deleted_at.is_(None), ImageAsset.missing_since.is_not(None)
                ),
                func.sum(ImageAsset.file_size_bytes).filter(ImageAsset.missing_since.is_(None)),
            )
        ).one()
        library = LibraryContents(active, deleted, missing, size or 0)
        return library, self._cache.contents(session, self._now())
