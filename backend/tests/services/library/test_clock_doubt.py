"""Nothing is thrown away by a clock that has jumped."""

import asyncio
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.database.engine import Database
from app.domain import SceneSetting
from app.errors import ConflictError
from app.models import ImageAsset, SavedGame, SceneCache
from app.services.library.trash import PurgeService
from app.services.library.usage import UsageRecorder
from app.services.scenes.cache import CacheService
from app.services.statistics import MaintenanceService
from app.services.storage import StorageService
from tests.support.rows import image_row

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@dataclass
class Clock:
    """What time it is."""

    day: float = 0.0

    def __call__(self) -> datetime:
        return START + timedelta(days=self.day)


@dataclass(frozen=True)
class Library:
    """Three images, one of them in the trash since the start, one shown in a scene."""

    database: Database
    storage: StorageService
    purge: PurgeService
    maintenance: MaintenanceService

    def play(self, moment: datetime) -> None:
        """Somebody saves a game."""
        with self.database.unit_of_work() as session:
            session.merge(
                SavedGame(
                    player_hash="a" * 64,
                    slot="expedition",
                    content="{}",
                    etag="b",
                    updated_at=moment,
                )
            )

    def forget_expired(self, *, force: bool = False) -> int:
        """Clean up the scene entries; gives how many went."""
        work = self.maintenance.remove_expired_entries(dry_run=False, force=force)
        return asyncio.run(work)[0].count


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(tmp_path: Path, empty_database: Path, clock: Clock) -> Iterator[Library]:
    shutil.copy(empty_database, tmp_path / "game.db")
    database = Database(f"sqlite:///{tmp_path / 'game.db'}")
    cache = CacheService(timedelta(days=7), has_model=True)
    with ThreadPoolExecutor(1) as executor:
        storage = StorageService(
            tmp_path / "images", executor, quality=85, thumbnail_side=200, max_bytes=2**20
        )
        with database.unit_of_work() as session:
            images = [image_row(model_used="m") for _ in range(3)]
            session.add_all(images)
            images[0].deleted_at = clock()
            session.flush()
            cache.put(session, SceneSetting("Mill", "day", "clear"), images[1], clock())
        for row in images:
            (storage.folder / row.storage_path_full.removeprefix("images/")).write_bytes(b"x")
        yield Library(
            database,
            storage,
            PurgeService(database, storage, timedelta(days=30), clock, patience_seconds=0),
            MaintenanceService(database, cache, UsageRecorder(database), clock),
        )
        storage.close()
    database.close()


class TestTrash:
    def test_a_year_ahead(self, library: Library, clock: Clock) -> None:
        clock.day = 365
        assert library.purge.plan().doubt == "clock_ahead"
        with pytest.raises(ConflictError, match="the clock may be wrong") as refused:
            library.purge.run(force=False)
        assert (refused.value.detail or {})["reason"] == "clock_ahead"
        with library.database.reading() as session:
            assert session.query(ImageAsset).count() == 3

    def test_a_year_ahead_and_used_meanwhile(self, library: Library, clock: Clock) -> None:
        clock.day = 365
        library.play(clock())
        assert library.purge.plan().doubt == "clock_ahead"

    @pytest.mark.parametrize("day", [31, 59])
    def test_in_its_time(self, day: int, library: Library, clock: Clock) -> None:
        clock.day = day
        assert library.purge.run(force=False).count == 1

    def test_clock_that_is_behind_removes_nothing(self, library: Library, clock: Clock) -> None:
        clock.day = -365
        plan = library.purge.run(force=False)
        assert (plan.count, plan.doubt) == (0, None)


class TestSceneEntries:
    def test_a_year_ahead(self, library: Library, clock: Clock) -> None:
        clock.day = 365
        with pytest.raises(ConflictError, match="the clock may be wrong"):
            library.forget_expired()
        with library.database.reading() as session:
            assert session.query(SceneCache).count() == 1
        assert library.forget_expired(force=True) == 1
