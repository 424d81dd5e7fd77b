"""What the database itself guarantees, whoever writes."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, text
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


def add(database: Database, *rows: Any) -> None:
    with database.unit_of_work() as session:
        session.add_all(rows)


def scene_row(image: ImageAsset) -> SceneCache:
    return SceneCache(
        cache_key="old mill|day|clear",
        location="Old Mill",
        time_of_day="day",
        weather="clear",
        image=image,
        created_at=CREATED_AT,
        expires_at=CREATED_AT,
    )


def test_times_without_a_zone_are_refused(database: Database) -> None:
    naive = datetime(2026, 11, 23, 12, 0)  # noqa: DTZ001 - what must be refused
    for name in ("created_at", "last_used", "deleted_at"):
        with pytest.raises(StatementError, match="without a time zone"):
            add(database, image_row(**{name: naive}))


@pytest.mark.parametrize("hours", [-11, 0, 5.5, 14])
def test_times_come_back_and_are_compared_in_utc(hours: float, database: Database) -> None:
    zone = timezone(timedelta(hours=hours))
    there = datetime(2026, 11, 23, 12, 0, 0, 123456, zone)
    add(database, image_row(created_at=there))
    with database.reading() as session:
        before = (there - timedelta(seconds=1)).astimezone(timezone(timedelta(hours=9)))
        row = session.query(ImageAsset).where(ImageAsset.created_at > before).one()
    assert row.created_at == there
    assert row.created_at.tzinfo is UTC
    assert row.deleted_at is None


def test_one_featured_image_of_a_subject(database: Database) -> None:
    add(
        database,
        image_row(),
        image_row(is_featured=True),
        image_row(is_featured=True, subject_name="New Mill"),
        image_row(is_featured=True, subject_type="item"),
        image_row(is_featured=True, deleted_at=CREATED_AT),
        image_row(is_featured=True, deleted_at=CREATED_AT),
    )
    with pytest.raises(IntegrityError), database.unit_of_work() as session:
        session.execute(text("UPDATE image_assets SET is_featured = 1"))


def test_ids_are_never_given_out_again(database: Database) -> None:
    add(database, image_row(), image_row())
    with database.unit_of_work() as session:
        session.execute(delete(ImageAsset))
    again = Database(f"sqlite:///{database.path}")
    row = image_row()
    add(again, row)
    again.close()
    assert row.id == 3


def test_one_row_for_a_file_a_scene_and_the_statistics(database: Database) -> None:
    row = image_row(storage_path_full="images/full/A.webp")
    assert row.url == "/images/full/A.webp"
    add(database, row, scene_row(image_row()), CacheStatistics(id=1, hits=0, misses=0))
    for another, constraint in (
        (image_row(storage_path_full="images/full/A.webp"), "storage_path_full"),
        (scene_row(image_row()), "cache_key"),
        (CacheStatistics(id=2, hits=0, misses=0), "single_row"),
    ):
        with pytest.raises(IntegrityError, match=constraint):
            add(database, another)


def test_a_scene_goes_with_its_image(database: Database) -> None:
    add(database, scene_row(image_row()))
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), database.unit_of_work() as session:
        session.execute(text("UPDATE scene_cache SET image_id = 99"))
    with database.unit_of_work() as session:
        session.execute(delete(ImageAsset))
        assert session.query(SceneCache).count() == 0


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
