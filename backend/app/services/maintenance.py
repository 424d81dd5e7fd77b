"""Clean-ups and counts for the operator."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database import Database
from app.models import ImageAsset
from app.services.cache import CacheContents, CacheService, Forgotten
from app.services.paid.refusals import forget_refusals


@dataclass(frozen=True, slots=True)
class LibraryContents:
    """Pictures by state, and the size of the full files that are there in bytes."""

    active: int
    deleted: int
    missing: int
    storage_bytes: int


class MaintenanceService:
    """Counts what there is, and forgets scene entries that are of no more use."""

    def __init__(self, database: Database, cache: CacheService) -> None:
        self._database = database
        self._cache = cache

    async def remove_expired_entries(self, *, dry_run: bool) -> Forgotten:
        """Forget scene entries that would be made again; their pictures stay."""
        if dry_run:
            return await self._database.read(self._cache.remove_expired, utc_now(), dry_run=True)
        return await self._database.write(self._cache.remove_expired, utc_now(), dry_run=False)

    async def clear_cache(self, location: str | None, *, dry_run: bool) -> Forgotten:
        """Forget all scene entries, or those of one place; their pictures stay."""
        if dry_run:
            return await self._database.read(self._cache.clear, location, dry_run=True)
        return await self._database.write(self._cache.clear, location, dry_run=False)

    async def forget_refusals(self, *, dry_run: bool) -> int:
        """Let the model be asked again for prompts that it refused; gives how many there are."""
        if dry_run:
            return await self._database.read(forget_refusals, dry_run=True)
        return await self._database.write(forget_refusals, dry_run=False)

    def count(self, session: Session) -> tuple[LibraryContents, CacheContents]:
        """Count pictures and scene entries."""
        active, deleted, missing, size = session.execute(
            select(
                func.count().filter(ImageAsset.is_visible()),
                func.count().filter(ImageAsset.deleted_at.is_not(None)),
                func.count().filter(
                    ImageAsset.deleted_at.is_(None), ImageAsset.missing_since.is_not(None)
                ),
                func.coalesce(
                    func.sum(ImageAsset.file_size_bytes).filter(ImageAsset.missing_since.is_(None)),
                    0,
                ),
            )
        ).one()
        library = LibraryContents(
            active=active, deleted=deleted, missing=missing, storage_bytes=size
        )
        return library, self._cache.contents(session, utc_now())
