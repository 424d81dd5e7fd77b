"""The health of the server, part by part."""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

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

StorageState = Literal["ok", "read_only", "empty", "error"]
DiskState = Literal["ok", "low", "unknown", "error"]
Disk = Literal["pictures", "database"]
Check = Literal["database", "disk_space", "image_folder", "backups", "background"]
HEALTH_SECONDS = 2.0
"""How long what was found is told again: many probes make one look."""


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What was found; ``reasons`` says in words what is wrong.

    Attributes:
        room: Free bytes by disk: the pictures' where that can be reached, and the database's
            where it is another; None where the disk does not say.
    """

    status: Literal["ok", "degraded", "error"]
    is_readable: bool
    database: Literal["ok", "error"]
    disk: DiskState
    room: Mapping[Disk, int | None]
    storage: StorageState
    images_total: int
    provider: str
    provider_status: Literal["ok", "not_configured", "waiting"]
    waiting: BreakerState | None
    backups: Literal["ok", "none", "error"]
    last_backup_at: datetime | None
    background: Literal["ok", "error"]
    reasons: list[str]

    @property
    def is_ready(self) -> bool:
        """Whether what is stored can be served: no reason to keep players away."""
        return self.is_readable and self.storage not in {"empty", "error"}

    @property
    def free_bytes(self) -> int | None:
        """Room on the disk that has the least, of those that say; None where none does."""
        return min(self.known_room.values(), default=None if self.room else 0)

    @property
    def known_room(self) -> dict[Disk, int]:
        """Room on the disks that say how much they have."""
        return _known(self.room)

    @property
    def works(self) -> dict[Check, bool]:
        """Whether each part does its work, as every worker process would find it.

        Not whether the provider is asked, which each process knows for itself alone.
        """
        return {
            "database": self.database == "ok",
            "disk_space": self.disk != "error",
            "image_folder": self.storage == "ok",
            # None yet is told by its own figure, which has the age of the newest.
            "backups": self.backups != "error",
            "background": self.background == "ok",
        }


class HealthService:
    """Looks at database, disk and provider; asks the provider nothing, since calls cost money.

    Writes nothing, and takes no lock of the database.

    Args:
        database: Looked at.
        storage: Looked at.
        provider: Named.
        breaker: Knows why the provider is not asked.
        backups: Looked at.
        growth: Knows how full the library is.
        supervisor: Knows which work in the background died.
        threads: Do the checking; no other work waits for them, so that a probe never does.
        seconds: How long a report is given again.
        now: Seconds on a clock that only goes forward.
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
        now: Callable[[], float] = time.monotonic,
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
        self._now = now
        self._last: tuple[float, HealthReport] | None = None
        self._turn = threading.Lock()

    async def check(self) -> HealthReport:
        """Check everything on a thread, or repeat what was found just now."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.check_now)

    def check_now(self) -> HealthReport:
        """Do the same on this thread, which a slow disk may block."""
        with self._turn:
            if self._last is None or self._now() - self._last[0] >= self._seconds:
                self._last = self._now(), self._check()
            return self._last[1]

    def _check(self) -> HealthReport:
        reasons: list[str] = []
        images_total = self._read(reasons)
        is_readable = images_total is not None
        is_writable = is_readable and self._write(reasons)
        disk, room = self._disk(reasons)
        storage = self._folder(reasons) if "pictures" in room else "error"
        waiting = self._breaker.state
        provider_status = self._provider_status(reasons)
        backups, last_backup_at = self._backups_found(reasons)
        background = self._background(reasons)
        broken = not is_readable or disk == "error" or storage in {"empty", "error"}
        return HealthReport(
            status="error" if broken else "degraded" if reasons else "ok",
            is_readable=is_readable,
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
            background=background,
            reasons=reasons,
        )

    def _backups_found(
        self, reasons: list[str]
    ) -> tuple[Literal["ok", "none", "error"], datetime | None]:
        try:
            found = self._backups.last_good_at()
        except OSError:
            reasons.append("the backup folder cannot be read")
            return "error", None
        return "none" if found is None else "ok", found

    def _background(self, reasons: list[str]) -> Literal["ok", "error"]:
        troubles = self._supervisor.troubles()
        reasons.extend(
            f"work in the background ({name}) died and was begun again: {why}"
            for name, why in troubles.items()
        )
        return "error" if troubles else "ok"

    def _read(self, reasons: list[str]) -> int | None:
        try:
            with self._database.reading() as session:
                revision = session.scalar(text("SELECT version_num FROM alembic_version"))
                total = _count_visible(session)
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

    def _write(self, reasons: list[str]) -> bool:
        why = self._database.why_not_writable()
        if why is not None:
            reasons.append(f"the database cannot be written: {why}")
        return why is None

    def _disk(self, reasons: list[str]) -> tuple[DiskState, dict[Disk, int | None]]:
        room = self._room()
        if "pictures" not in room:
            reasons.append("the image folder cannot be reached")
            return "error", room
        told = _known(room)
        least = min(told, key=lambda disk: told[disk], default=None)
        if least is None:
            return "unknown", room
        whose = "the database's disk" if least == "database" else "the disk"
        if told[least] < _NO_ROOM_BYTES:
            reasons.append(f"{whose} is full")
            return "error", room
        if told[least] < _LOW_BYTES:
            reasons.append(f"{whose} is nearly full")
            return "low", room
        return "ok" if len(told) == len(room) else "unknown", room

    def _room(self) -> dict[Disk, int | None]:
        room: dict[Disk, int | None] = {}
        with suppress(OSError):
            room["pictures"] = self._storage.free_bytes()
        # Where the database's folder cannot be reached, reading it has failed and said so.
        with suppress(OSError):
            folder = self._database.path.parent if self._database.path else None
            if folder and not ("pictures" in room and _on_one_disk(folder, self._storage.folder)):
                room["database"] = free_bytes(folder)
        return room

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

    def _provider_status(self, reasons: list[str]) -> Literal["ok", "not_configured", "waiting"]:
        if isinstance(self._provider, UnconfiguredProvider):
            reasons.append("IMAGE_PROVIDER is gemini, but GEMINI_API_KEY is not set")
            return "not_configured"
        waiting = self._breaker.state
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


def _known(room: Mapping[Disk, int | None]) -> dict[Disk, int]:
    """The disks that say how much room they have."""
    return {disk: free for disk, free in room.items() if free is not None}


def _on_one_disk(one: os.PathLike[str], other: os.PathLike[str]) -> bool:
    return os.stat(one).st_dev == os.stat(other).st_dev  # noqa: PTH116


def _count_visible(session: Session) -> int:
    return (
        session.scalar(select(func.count()).select_from(ImageAsset).where(ImageAsset.is_visible()))
        or 0
    )
