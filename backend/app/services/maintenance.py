"""Clean-ups and counts for the operator."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database import Database
from app.models import ImageAsset
from app.services.cache import CacheContents, CacheService
from app.services.storage import StorageService


@dataclass(frozen=True, slots=True)
class LibraryContents:
    """Pictures by state, and the size of their full files in bytes."""

    active: int
    deleted: int
    storage_bytes: int


class MaintenanceService:
    """Counts what there is, and removes for good what lay in the trash long enough."""

    def __init__(
        self,
        database: Database,
        storage: StorageService,
        cache: CacheService,
        trash_lifetime: timedelta,
    ) -> None:
        self._database = database
        self._storage = storage
        self._cache = cache
        self._trash_lifetime = trash_lifetime

    async def remove_expired_entries(self, *, dry_run: bool) -> int:
        """Forget scene entries that would be made again; their pictures stay."""
        if dry_run:
            return await self._database.read(self._cache.remove_expired, utc_now(), dry_run=True)
        return await self._database.write(self._cache.remove_expired, utc_now(), dry_run=False)

    async def empty_trash(self, *, dry_run: bool) -> int:
        """Remove what was deleted long enough ago: rows first, files later.

        A crash in between leaves files that no row knows, which the next start puts aside;
        never a row without its file.
        """
        before = utc_now() - self._trash_lifetime
        if dry_run:
            return await self._database.read(_count_trash, before)
        paths = await self._database.write(_remove_trash, before)
        self._storage.remove([path for pair in paths for path in pair])
        return len(paths)

    def count(self, session: Session) -> tuple[LibraryContents, CacheContents]:
        """Count pictures and scene entries."""
        active, deleted, size = session.execute(
            select(
                func.count().filter(ImageAsset.deleted_at.is_(None)),
                func.count().filter(ImageAsset.deleted_at.is_not(None)),
                func.coalesce(func.sum(ImageAsset.file_size_bytes), 0),
            )
        ).one()
        library = LibraryContents(active=active, deleted=deleted, storage_bytes=size)
        return library, self._cache.contents(session, utc_now())


def _count_trash(session: Session, before: datetime) -> int:
    return (
        session.scalar(
            select(func.count()).select_from(ImageAsset).where(ImageAsset.deleted_at < before)
        )
        or 0
    )


def _remove_trash(session: Session, before: datetime) -> list[tuple[str, str]]:
    rows = session.execute(
        delete(ImageAsset)
        .where(ImageAsset.deleted_at < before)
        .returning(ImageAsset.storage_path_full, ImageAsset.storage_path_thumbnail)
    )
    return [(full, thumbnail) for full, thumbnail in rows]
