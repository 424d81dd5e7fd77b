"""What the database itself guarantees, whoever writes."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import delete, inspect, text
from sqlalchemy.exc import IntegrityError, StatementError

from app.database.engine import Database
from app.models import CacheStatistics, ImageAsset, SceneCache
from tests.support.rows import CREATED_AT, image_row


@pytest.fixture
def database(tmp_path: Path, empty_database: Path) -> Iterator[Database]:
    shutil.copy(empty_database, tmp_path / "game.db")
    opened = Database(f"sqlite:///{tmp_path / 'game.db'}")
    yield opened
    opened.close()


def add(database: Database, *rows: ImageAsset | SceneCache | CacheStatistics) -> None:
    with database.unit_of_work() as session:
        session.add_all(rows)


def scene_row(image: ImageAsset, key: str = "old mill|day|clear") -> SceneCache:
    return SceneCache(
        cache_key=key,
        location="Old Mill",
        time_of_day="day",
        weather="clear",
        image=image,
        created_at=CREATED_AT,
        expires_at=CREATED_AT,
    )


class TestTimes:
    @pytest.mark.parametrize("name", ["created_at", "last_used", "deleted_at"])
    def test_without_a_zone_refused(self, name: str, database: Database) -> None:
        naive = datetime(2026, 11, 23, 12, 0)  # noqa: DTZ001 - what must be refused
        with pytest.raises(StatementError, match="without a time zone"):
            add(database, image_row(**{name: naive}))
        with database.reading() as session:
            assert session.query(ImageAsset).count() == 0

    @pytest.mark.parametrize("hours", [-11, 0, 5.5, 14])
    def test_come_back_aware_and_in_utc(self, hours: float, database: Database) -> None:
        there = datetime(2026, 11, 23, 12, 0, 0, 123456, timezone(timedelta(hours=hours)))
        add(database, image_row(created_at=there))
        with database.reading() as session:
            back = session.query(ImageAsset).one().created_at
        assert back == there
        assert back.tzinfo is UTC

    def test_none_stays_none(self, database: Database) -> None:
        add(database, image_row())
        with database.reading() as session:
            assert session.query(ImageAsset).one().deleted_at is None

    def test_compared_in_utc(self, database: Database) -> None:
        add(database, image_row(created_at=CREATED_AT))
        east = timezone(timedelta(hours=9))
        with database.reading() as session:
            later = session.query(ImageAsset).where(
                ImageAsset.created_at > (CREATED_AT - timedelta(seconds=1)).astimezone(east)
            )
            assert later.count() == 1


class TestFeatured:
    def test_one_for_a_subject(self, database: Database) -> None:
        add(database, image_row(is_featured=True))
        with pytest.raises(IntegrityError, match="UNIQUE"):
            add(database, image_row(is_featured=True))

    def test_whoever_writes(self, database: Database) -> None:
        add(database, image_row(is_featured=True), image_row())
        with pytest.raises(IntegrityError), database.unit_of_work() as session:
            session.execute(text("UPDATE image_assets SET is_featured = 1"))

    def test_many_that_are_not(self, database: Database) -> None:
        add(database, image_row(), image_row(), image_row(is_featured=True))

    def test_other_subjects_have_their_own(self, database: Database) -> None:
        add(
            database,
            image_row(is_featured=True),
            image_row(is_featured=True, subject_name="New Mill"),
            image_row(is_featured=True, subject_type="item"),
        )

    def test_in_the_trash_it_does_not_count(self, database: Database) -> None:
        add(
            database,
            image_row(is_featured=True),
            image_row(is_featured=True, deleted_at=CREATED_AT),
            image_row(is_featured=True, deleted_at=CREATED_AT),
        )


class TestIds:
    def test_never_given_out_again(self, database: Database) -> None:
        for number in range(1, 4):
            row = image_row()
            add(database, row)
            assert row.id == number
            with database.unit_of_work() as session:
                session.execute(delete(ImageAsset))

    def test_not_even_after_a_restart(self, database: Database) -> None:
        add(database, image_row(), image_row())
        with database.unit_of_work() as session:
            session.execute(delete(ImageAsset))
        with database.reading() as session:
            path = session.execute(text("PRAGMA database_list")).one()[2]
        again = Database(f"sqlite:///{path}")
        row = image_row()
        add(again, row)
        again.close()
        assert row.id == 3


class TestFilesAndEntries:
    def test_one_row_for_a_file(self, database: Database) -> None:
        add(database, image_row(storage_path_full="images/full/A.webp"))
        with pytest.raises(IntegrityError, match="storage_path_full"):
            add(database, image_row(storage_path_full="images/full/A.webp"))

    def test_addresses_start_at_the_root(self) -> None:
        row = image_row(storage_path_full="images/full/A.webp")
        assert row.url == "/images/full/A.webp"
        assert row.thumbnail_url.startswith("/images/thumbnails/")

    def test_one_entry_for_a_scene(self, database: Database) -> None:
        add(database, scene_row(image_row()))
        with pytest.raises(IntegrityError, match="cache_key"):
            add(database, scene_row(image_row()))

    def test_an_entry_goes_with_its_picture(self, database: Database) -> None:
        add(database, scene_row(image_row()))
        with database.unit_of_work() as session:
            session.execute(delete(ImageAsset))
        with database.reading() as session:
            assert session.query(SceneCache).count() == 0

    def test_an_entry_without_a_picture_is_refused(self, database: Database) -> None:
        with pytest.raises(IntegrityError, match="FOREIGN KEY"), database.unit_of_work() as session:
            session.execute(
                text(
                    "INSERT INTO scene_cache (cache_key, location, time_of_day, weather, image_id,"
                    " created_at, expires_at) VALUES ('k', 'l', 't', 'w', 99, 'c', 'e')"
                )
            )

    def test_one_row_of_statistics(self, database: Database) -> None:
        add(database, CacheStatistics(id=1, hits=0, misses=0))
        with pytest.raises(IntegrityError, match="single_row"):
            add(database, CacheStatistics(id=2, hits=0, misses=0))


@pytest.mark.parametrize(
    ("table", "names"),
    [
        ("image_assets", {"idx_subject_lookup", "idx_component_lookup", "idx_featured"}),
        ("image_assets", {"idx_active"}),
        ("scene_cache", {"idx_cache_key", "idx_expiry"}),
    ],
)
def test_explicit_indexes(table: str, names: set[str], database: Database) -> None:
    assert names <= {index["name"] for index in inspect(database.writer).get_indexes(table)}


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (
            """SELECT * FROM image_assets WHERE deleted_at IS NULL AND missing_since IS NULL
            ORDER BY is_featured DESC, created_at DESC LIMIT 12""",
            "idx_active",
        ),
        (
            """SELECT * FROM image_assets WHERE subject_name = 'a' AND subject_type = 'item'
            ORDER BY is_featured DESC, created_at DESC""",
            "idx_subject_lookup",
        ),
        ("SELECT * FROM scene_cache WHERE cache_key = 'k'", "idx_cache_key"),
        ("SELECT * FROM image_assets WHERE storage_path_full = 'p'", "idx_storage_path"),
    ],
)
def test_indexes_are_used(query: str, index: str, database: Database) -> None:
    with database.reading() as session:
        plan = " ".join(row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {query}")))
    assert f"USING INDEX {index}" in plan
    assert "TEMP B-TREE" not in plan
