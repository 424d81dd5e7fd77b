"""How the server is, part by part."""

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import AppError
from app.models import ImageAsset
from app.schema import newest_revision
from app.services.backup.store import BackupStore
from app.services.image_provider import ImageProvider
from app.services.paid.breaker import Breaker, BreakerState
from app.services.providers import UnconfiguredProvider
from app.services.storage import StorageService

_LOW_BYTES = 1 * 2**30
_NO_ROOM_BYTES = 50 * 2**20

StorageState = Literal["ok", "read_only", "empty", "error"]


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What was found; ``reasons`` says in words what is wrong."""

    status: Literal["ok", "degraded", "error"]
    database: Literal["ok", "error"]
    disk: Literal["ok", "low", "error"]
    free_bytes: int
    storage: StorageState
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
        self._revision = newest_revision()

    def look(self) -> HealthReport:
        """Check everything; runs on a thread, because disks can be slow."""
        reasons: list[str] = []
        images_total = self._read(reasons)
        is_readable = images_total is not None
        is_writable = is_readable and self._write(reasons)
        disk, free_bytes = self._disk(reasons)
        storage = (
            "error"
            if disk == "error" and not free_bytes
            else self._folder(reasons, images_total or 0)
        )
        waiting = self._breaker.state
        provider_status = self._provider_status(reasons)
        last_backup_at = self._last_backup(reasons)
        broken = not is_readable or disk == "error" or storage in {"empty", "error"}
        return HealthReport(
            status="error" if broken else "degraded" if reasons else "ok",
            database="ok" if is_writable else "error",
            disk=disk,
            free_bytes=free_bytes,
            storage=storage,
            images_total=images_total or 0,
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

    def _read(self, reasons: list[str]) -> int | None:
        try:
            with self._database.reading() as session:
                revision = session.scalar(text("SELECT version_num FROM alembic_version"))
                total = _count_visible(session)
        except SQLAlchemyError as error:
            cause = error.orig if isinstance(error, DBAPIError) else error
            reasons.append(f"the database cannot be read: {cause}")
            return None
        if revision != self._revision:
            reasons.append(
                f"the database has revision {revision}, but this program was written for "
                f"{self._revision}"
            )
            return None
        return total

    def _write(self, reasons: list[str]) -> bool:
        why = self._database.why_not_writable()
        if why is not None:
            reasons.append(f"the database cannot be written: {why}")
        return why is None

    def _disk(self, reasons: list[str]) -> tuple[Literal["ok", "low", "error"], int]:
        try:
            free = self._storage.free_bytes()
        except OSError:
            reasons.append("the image folder cannot be reached")
            return "error", 0
        whose = "the disk"
        folder = self._database.path.parent if self._database.path else None
        if (
            folder is not None
            and folder.exists()
            and not _on_one_disk(folder, self._storage.folder)
        ):
            room = shutil.disk_usage(folder).free
            if room < free:
                free, whose = room, "the database's disk"
        if free < _NO_ROOM_BYTES:
            reasons.append(f"{whose} is full")
            return "error", free
        if free < _LOW_BYTES:
            reasons.append(f"{whose} is nearly full")
            return "low", free
        return "ok", free

    def _folder(self, reasons: list[str], images_total: int) -> StorageState:
        try:
            trouble = self._storage.trouble()
        except AppError as error:
            reasons.append(error.message)
            return "error"
        if trouble == "image_folder_missing":
            reasons.append("the image folder is not there: is its disk mounted?")
            return "error"
        if (left := self._storage.strays_left()) != 0:
            reasons.append(
                f"{left} files in the image folder belong to no row, and were left there: is this "
                "the right database? Restore a backup, or put them aside with "
                "scripts/verify.sh --repair --force"
            )
        if trouble is not None and images_total:
            reasons.append(
                f"the image folder has no originals, but {images_total} should be in it: is its "
                "disk mounted? Where they are lost, scripts/verify.sh --repair --force hides them"
            )
            return "empty"
        if not self._storage.is_writable():
            reasons.append("the image folder is read-only: nothing new can be stored")
            return "read_only"
        return "ok"

    def _provider_status(self, reasons: list[str]) -> Literal["ok", "not_configured", "waiting"]:
        if isinstance(self._provider, UnconfiguredProvider):
            reasons.append("IMAGE_PROVIDER is gemini, but GEMINI_API_KEY is not set")
            return "not_configured"
        waiting = self._breaker.state
        if waiting is None:
            return "ok"
        reasons.append(
            f"{self._provider.name} is not asked for {waiting.seconds_left:.0f} s more: "
            f"{waiting.reason}"
        )
        return "waiting"


def _on_one_disk(one: os.PathLike[str], other: os.PathLike[str]) -> bool:
    return os.stat(one).st_dev == os.stat(other).st_dev  # noqa: PTH116


def _count_visible(session: Session) -> int:
    return (
        session.scalar(select(func.count()).select_from(ImageAsset).where(ImageAsset.is_visible()))
        or 0
    )
