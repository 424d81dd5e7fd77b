"""How the server is, part by part."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.database import Database
from app.models import ImageAsset
from app.services.backup.store import BackupStore
from app.services.image_provider import ImageProvider
from app.services.paid.breaker import Breaker, BreakerState
from app.services.providers import UnconfiguredProvider
from app.services.storage import StorageService

_LOW_BYTES = 1 * 2**30
_NO_ROOM_BYTES = 50 * 2**20


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What was found; ``reasons`` says in words what is wrong."""

    status: Literal["ok", "degraded", "error"]
    database: Literal["ok", "error"]
    disk: Literal["ok", "low", "error"]
    free_bytes: int
    images_total: int
    provider: str
    provider_status: Literal["ok", "not_configured", "waiting"]
    waiting: BreakerState | None
    last_backup_at: datetime | None
    reasons: list[str]


class HealthService:
    """Looks at database, disk and provider; asks the provider nothing, since calls cost money."""

    def __init__(
        self,
        database: Database,
        storage: StorageService,
        provider: ImageProvider,
        breaker: Breaker,
        backups: BackupStore,
    ) -> None:
        self._database = database
        self._storage = storage
        self._provider = provider
        self._breaker = breaker
        self._backups = backups

    def look(self) -> HealthReport:
        """Check everything; runs on a thread, because disks can be slow."""
        reasons: list[str] = []
        database: Literal["ok", "error"] = "ok"
        images_total = 0
        try:
            with self._database.reading() as session:
                images_total = _count_active(session)
        except SQLAlchemyError:
            database = "error"
            reasons.append("the database cannot be read")
        disk, free_bytes = self._disk(reasons)
        waiting = self._breaker.state
        provider_status: Literal["ok", "not_configured", "waiting"] = "ok"
        if isinstance(self._provider, UnconfiguredProvider):
            provider_status = "not_configured"
            reasons.append("IMAGE_PROVIDER is gemini, but GEMINI_API_KEY is not set")
        elif waiting is not None:
            provider_status = "waiting"
            reasons.append(
                f"{self._provider.name} is not asked for {waiting.seconds_left:.0f} s more: "
                f"{waiting.reason}"
            )
        last_backup_at = self._last_backup(reasons)
        broken = database == "error" or disk == "error"
        return HealthReport(
            status="error" if broken else "degraded" if reasons else "ok",
            database=database,
            disk=disk,
            free_bytes=free_bytes,
            images_total=images_total,
            provider=self._provider.name,
            provider_status=provider_status,
            waiting=waiting,
            last_backup_at=last_backup_at,
            reasons=reasons,
        )

    def _last_backup(self, reasons: list[str]) -> datetime | None:
        try:
            return self._backups.last_good_at()
        except OSError:
            reasons.append("the backup folder cannot be read")
            return None

    def _disk(self, reasons: list[str]) -> tuple[Literal["ok", "low", "error"], int]:
        try:
            free = self._storage.free_bytes()
        except OSError:
            reasons.append("the image folder cannot be reached")
            return "error", 0
        if free < _NO_ROOM_BYTES:
            reasons.append("the disk is full")
            return "error", free
        if free < _LOW_BYTES:
            reasons.append("the disk is nearly full")
            return "low", free
        return "ok", free


def _count_active(session: Session) -> int:
    return (
        session.scalar(
            select(func.count()).select_from(ImageAsset).where(ImageAsset.deleted_at.is_(None))
        )
        or 0
    )
