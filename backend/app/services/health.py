"""The health of the server, part by part."""

import asyncio
import os
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.concurrency.supervision import Supervisor
from app.database.engine import Database
from app.database.schema import newest_revision
from app.errors import AppError
from app.models import ImageAsset
from app.services.backup.store import BackupStore
from app.services.billing.circuit_breaker import BreakerState, CircuitBreaker
from app.services.generation.provider import ImageProvider
from app.services.players.growth import Growth
from app.services.providers.factory import UnconfiguredProvider
from app.services.storage import StorageService
from app.services.storage.layout import TROUBLES, free_bytes

_LOW_BYTES = 1 * 2**30
_NO_ROOM_BYTES = 50 * 2**20
_NEARLY_FULL = 0.9

State = Literal["ok", "error"]
StorageState = Literal["ok", "read_only", "empty", "error"]
DiskState = Literal["ok", "low", "unknown", "error"]
BackupState = Literal["ok", "none", "error"]
ProviderState = Literal["ok", "not_configured", "waiting"]
Disk = Literal["images", "database"]
Check = Literal["database", "disk_space", "image_folder", "backups", "background"]
# How long a report is given again, so that many probes cost one check.
HEALTH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What was found; ``reasons`` says in words what is wrong.

    ``room`` has the free bytes by disk: the images' if it can be reached, and the database's if
    it is another; None if the disk does not say.
    """

    is_readable: bool
    database: State
    disk: DiskState
    room: Mapping[Disk, int | None]
    storage: StorageState
    images_total: int
    provider: str
    provider_status: ProviderState
    waiting: BreakerState | None
    backups: BackupState
    last_backup_at: datetime | None
    background: State
    reasons: list[str]

    @property
    def status(self) -> Literal["ok", "degraded", "error"]:
        """``error`` if images cannot be served or stored."""
        if not self.is_ready or self.disk == "error":
            return "error"
        return "degraded" if self.reasons else "ok"

    @property
    def is_ready(self) -> bool:
        """Whether what is stored can be served: no reason to keep players away."""
        return self.is_readable and self.storage not in {"empty", "error"}

    @property
    def known_room(self) -> dict[Disk, int]:
        """Room on the disks that say how much they have."""
        return {disk: free for disk, free in self.room.items() if free is not None}

    @property
    def free_bytes(self) -> int | None:
        """Room on the disk that has the least, of those that say; None if none does."""
        return min(self.known_room.values(), default=None if self.room else 0)

    @property
    def works(self) -> dict[Check, bool]:
        """Whether each part does its work, as every worker process would find it.

        Not whether the provider is asked, which each process knows for itself alone.
        """
        return {
            "database": self.database == "ok",
            "disk_space": self.disk != "error",
            "image_folder": self.storage == "ok",
            # That there is none yet is shown by its own figure, the age of the newest.
            "backups": self.backups != "error",
            "background": self.background == "ok",
        }


class HealthService:
    """Checks database, disk and provider; asks the provider nothing, since calls cost money.

    Writes nothing, and takes no lock of the database. No other work waits for its ``threads``, so
    that a probe never does.
    """

    def __init__(
        self,
        database: Database,
        storage: StorageService,
        provider: ImageProvider,
        breaker: CircuitBreaker,
        backups: BackupStore,
        growth: Growth,
        supervisor: Supervisor,
        threads: Executor,
        *,
        seconds: float = HEALTH_SECONDS,
    ) -> None:
        self._database = database
        self._storage = storage
        self._provider = provider
        self._breaker = breaker
        self._backups = backups
        self._growth = growth
        self._supervisor = supervisor
        self._threads = threads
        self._revision = newest_revision()
        self._seconds = seconds
        self._last: tuple[float, HealthReport] | None = None
        self._turn = threading.Lock()

    async def check(self) -> HealthReport:
        """Check everything on a thread, or repeat what was found just now."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.check_now)

    def check_now(self) -> HealthReport:
        """Do the same on this thread, which a slow disk may block."""
        with self._turn:
            if self._last is None or time.monotonic() - self._last[0] >= self._seconds:
                self._last = time.monotonic(), self._check()
            return self._last[1]

    def _check(self) -> HealthReport:
        reasons: list[str] = []
        images_total = self._read(reasons)
        is_writable = images_total is not None and self._is_writable(reasons)
        room = self._room()
        disk = self._disk(room, reasons)
        storage = self._folder(reasons) if "images" in room else "error"
        waiting = self._breaker.state
        provider_status = self._provider_status(waiting, reasons)
        backups, last_backup_at = self._backups_found(reasons)
        return HealthReport(
            is_readable=images_total is not None,
            database="ok" if is_writable else "error",
            disk=disk,
            room=room,
            storage=storage,
            images_total=images_total or 0,
            provider=self._provider.name,
            provider_status=provider_status,
            waiting=waiting,
            backups=backups,
            last_backup_at=last_backup_at,
            background=self._background(reasons),
            reasons=reasons,
        )

    def _read(self, reasons: list[str]) -> int | None:
        visible = select(func.count()).select_from(ImageAsset).where(ImageAsset.is_visible())
        try:
            with self._database.reading() as session:
                revision = session.scalar(text("SELECT version_num FROM alembic_version"))
                total = session.scalar(visible) or 0
                fullness = self._growth.fullness(session)
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
        if fullness >= _NEARLY_FULL:
            reasons.append(
                f"the library is {fullness:.0%} full: empty the trash, or raise LIBRARY_LIMIT_GB"
            )
        return total

    def _is_writable(self, reasons: list[str]) -> bool:
        why = self._database.why_not_writable()
        if why is not None:
            reasons.append(f"the database cannot be written: {why}")
        return why is None

    def _room(self) -> dict[Disk, int | None]:
        room: dict[Disk, int | None] = {}
        with suppress(OSError):
            room["images"] = self._storage.free_bytes()
        # If the database's folder cannot be reached, reading it has failed and said so.
        with suppress(OSError):
            folder = self._database.path.parent if self._database.path else None
            if folder and not ("images" in room and _on_one_disk(folder, self._storage.folder)):
                room["database"] = free_bytes(folder)
        return room

    def _disk(self, room: Mapping[Disk, int | None], reasons: list[str]) -> DiskState:
        if "images" not in room:
            reasons.append("the image folder cannot be reached")
            return "error"
        known = {disk: free for disk, free in room.items() if free is not None}
        least = min(known, key=lambda disk: known[disk], default=None)
        whose = "the database's disk" if least == "database" else "the disk"
        if least is not None and known[least] < _NO_ROOM_BYTES:
            reasons.append(f"{whose} is full")
            return "error"
        if least is not None and known[least] < _LOW_BYTES:
            reasons.append(f"{whose} is nearly full")
            return "low"
        return "unknown" if None in room.values() else "ok"

    def _folder(self, reasons: list[str]) -> StorageState:
        try:
            trouble = self._storage.trouble()
        except AppError as error:
            reasons.append(error.message)
            return "error"
        if trouble is not None:
            reasons.append(TROUBLES[trouble])
            return "empty" if trouble == "image_folder_empty" else "error"
        if not self._storage.is_writable():
            reasons.append("the image folder is read-only: nothing new can be stored")
            return "read_only"
        return "ok"

    def _provider_status(self, waiting: BreakerState | None, reasons: list[str]) -> ProviderState:
        if isinstance(self._provider, UnconfiguredProvider):
            reasons.append("IMAGE_PROVIDER is gemini, but GEMINI_API_KEY is not set")
            return "not_configured"
        if waiting is None:
            return "ok"
        if waiting.seconds_left is None:
            reasons.append(f"{self._provider.name} is not asked: {waiting.message}")
            return "not_configured"
        reasons.append(
            f"{self._provider.name} is not asked for {waiting.seconds_left:.0f} s more "
            f"({waiting.reason}): {waiting.message}"
        )
        return "waiting"

    def _backups_found(self, reasons: list[str]) -> tuple[BackupState, datetime | None]:
        try:
            found = self._backups.last_good_at()
        except OSError:
            reasons.append("the backup folder cannot be read")
            return "error", None
        return "none" if found is None else "ok", found

    def _background(self, reasons: list[str]) -> State:
        troubles = self._supervisor.troubles()
        reasons.extend(
            f"work in the background ({name}) died and was begun again: {why}"
            for name, why in troubles.items()
        )
        return "error" if troubles else "ok"


def _on_one_disk(one: os.PathLike[str], other: os.PathLike[str]) -> bool:
    return os.stat(one).st_dev == os.stat(other).st_dev  # noqa: PTH116
