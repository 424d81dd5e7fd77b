"""What the backup tests share."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.services.backup.make import BackupReport, make_backup
from app.services.backup.restore import RestoreReport, restore
from app.services.backup.store import Place
from tests.support.backups import Library

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

MakeBackup = Callable[..., BackupReport]
Restore = Callable[..., RestoreReport]


@pytest.fixture
def library(tmp_path: Path, empty_database: Path) -> Library:
    """Three images, and one in the trash."""
    made = Library(tmp_path / "data", empty_database)
    made.add(3)
    made.add(1, deleted=True)
    return made


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def back_up(library: Library, backups: Path) -> MakeBackup:
    """Make a backup a number of days after noon."""

    def make(days: float = 0, retention_days: int = 30, sample_of: int = 1) -> BackupReport:
        moment = NOON + timedelta(days=days)
        return make_backup(
            library.place, backups, retention_days, now=lambda: moment, sample_of=sample_of
        )

    return make


@pytest.fixture
def elsewhere(tmp_path: Path) -> Place:
    """An empty place."""
    return Place(tmp_path / "elsewhere" / "game.db", tmp_path / "elsewhere" / "images")


@pytest.fixture
def bring_back(backups: Path, elsewhere: Place) -> Restore:
    """Restore a backup by its name into the empty place."""

    def bring(name: str, place: Place = elsewhere, *, force: bool = False) -> RestoreReport:
        return restore(backups / name, place, force=force)

    return bring
