"""The scene cache on a real file: found, expired, replaced, cleared, counted."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from app.database.engine import Database
from app.domain import PIXEL_ARTIST_MODEL, SceneSetting
from app.models import SceneCache
from app.services.scenes.cache import CacheService
from tests.support.rows import CREATED_AT, image_row

WEEK = timedelta(days=7)
MOMENT = timedelta(microseconds=1)
MILL = SceneSetting("Old Mill", "dusk", "rain")

Remember = Callable[..., int]


@pytest.fixture
def database(tmp_path: Path, empty_database: Path) -> Iterator[Database]:
    shutil.copy(empty_database, tmp_path / "game.db")
    opened = Database(f"sqlite:///{tmp_path / 'game.db'}")
    yield opened
    opened.close()


@pytest.fixture
def cache() -> CacheService:
    return CacheService(WEEK, has_model=True)


@pytest.fixture
def remember(database: Database, cache: CacheService) -> Remember:
    """Put a new image into the cache; gives its id."""

    def put(
        setting: SceneSetting = MILL, *, made_at: datetime = CREATED_AT, **values: object
    ) -> int:
        image = image_row(**{"created_at": made_at, **values})
        with database.unit_of_work() as session:
            session.add(image)
            session.flush()
            cache.put(session, setting, image, made_at)
        return image.id

    return put


def found(
    database: Database,
    cache: CacheService,
    setting: SceneSetting = MILL,
    after: timedelta = timedelta(),
) -> int | None:
    """Id of the image that a scene is served with, some time after it was made."""
    with database.reading() as session:
        entry = cache.find(session, setting, CREATED_AT + after)
    return entry.image.id if entry else None  # the image comes along: the session is closed


def places(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.scalars(select(SceneCache.location)))


class TestStandIns:
    def test_count_as_expired_while_gemini_provides(
        self, database: Database, remember: Remember
    ) -> None:
        image_id = remember(model_used=PIXEL_ARTIST_MODEL)
        with_gemini = CacheService(WEEK, has_model=True)
        without = CacheService(WEEK, has_model=False)
        assert found(database, with_gemini) is None
        assert found(database, without) == image_id
        with database.reading() as session:
            assert with_gemini.contents(session, CREATED_AT).active == 0
            assert with_gemini.contents(session, CREATED_AT).expired == 1
            assert without.contents(session, CREATED_AT).active == 1


class TestWithoutAModel:
    def test_what_was_paid_for_never_expires(self, database: Database, remember: Remember) -> None:
        image_id = remember()
        painter = CacheService(WEEK, has_model=False)
        assert found(database, painter, after=timedelta(days=900)) == image_id
        with database.unit_of_work() as session:
            late = CREATED_AT + timedelta(days=900)
            assert painter.contents(session, late).active == 1
            assert painter.remove_expired(session, late, dry_run=False).count == 0


class TestClear:
    def clear(self, database: Database, cache: CacheService, location: str | None = None) -> int:
        with database.unit_of_work() as session:
            return cache.clear(session, location).count

    @pytest.mark.parametrize(
        "location", ["100%", "a_b", "a|b", "50% | _", "\\", "a\\", "'", "/", "//", "Höhle", "a"]
    )
    def test_touches_only_that_place(
        self, location: str, database: Database, cache: CacheService, remember: Remember
    ) -> None:
        others = ["1000", "a%b", "axb", "a", "a|", "ab", "a b", "100%|", "100", "%", "_", "h", "b"]
        kept = [other for other in others if other != location]
        for name in [location, *kept]:
            remember(SceneSetting(name, "day", "clear"))
        assert self.clear(database, cache, location) == 1
        assert places(database) == sorted(kept)


def test_nearest_is_found_by_the_index(database: Database, cache: CacheService) -> None:
    """Each stand-in asks for it while the model is down; LIKE read the whole table."""
    asked: list[tuple[str, Any]] = []

    def note(*call: Any) -> None:
        asked.append((call[2], call[3]))

    event.listen(database.reader, "before_cursor_execute", note)
    with database.reading() as session:
        cache.find_near(session, MILL)
    event.remove(database.reader, "before_cursor_execute", note)
    with database.reader.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[-1][0]}", asked[-1][1])
        steps = [row[3] for row in plan]
    assert any("scene_cache USING INDEX idx_cache_key" in step for step in steps), steps
