"""Answers that are kept hold for as long as nobody has written anything."""

import asyncio
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.database.engine import Database
from app.services.library.response_cache import ResponseCache
from app.services.storage import StorageService

PICTURE = "images/full/Mill.webp"


@pytest.fixture
def path(tmp_path: Path, empty_database: Path) -> Path:
    return Path(shutil.copy(empty_database, tmp_path / "game.db"))


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{path}")
    yield opened
    opened.close()


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[StorageService]:
    with ThreadPoolExecutor(1) as threads:
        opened = StorageService(
            tmp_path / "images", threads, quality=85, thumbnail_side=200, max_bytes=1
        )
        (opened.folder / "full" / "Mill.webp").touch()
        yield opened
        opened.close()


@pytest.fixture
def answers(database: Database, storage: StorageService) -> ResponseCache:
    return ResponseCache(database, storage)


def keep(answers: ResponseCache, key: str = "mill", until: datetime | None = None) -> None:
    answers.keep(key, b"a picture", version=answers.version(), until=until, image=PICTURE)


def find(answers: ResponseCache, key: str) -> bytes | None:
    return asyncio.run(answers.find(key))


def write(database: Database) -> None:
    with database.unit_of_work() as session:
        session.execute(text("INSERT INTO server_instances VALUES ('a', '2026-11-23')"))


def test_found_again_and_again(answers: ResponseCache) -> None:
    keep(answers)
    assert [find(answers, "mill") for _ in range(3)] == [b"a picture"] * 3
    assert find(answers, "ford") is None


def test_forgotten_after_a_commit_of_our_own(answers: ResponseCache, database: Database) -> None:
    keep(answers)
    write(database)
    assert find(answers, "mill") is None


def test_forgotten_after_a_commit_of_another_process(answers: ResponseCache, path: Path) -> None:
    keep(answers)
    other = Database(f"sqlite:///{path}")
    write(other)
    other.close()
    assert find(answers, "mill") is None


def test_looked_up_before_a_commit_is_not_kept_after_it(
    answers: ResponseCache, database: Database
) -> None:
    before = answers.version()
    write(database)
    answers.version()
    answers.keep("mill", b"old", version=before, until=None, image=PICTURE)
    assert find(answers, "mill") is None


@pytest.mark.parametrize(("seconds", "found"), [(60, b"a picture"), (0, None), (-60, None)])
def test_until(seconds: float, found: bytes | None, answers: ResponseCache) -> None:
    keep(answers, until=datetime.now(UTC) + timedelta(seconds=seconds))
    assert find(answers, "mill") == found


def test_neither_too_many_nor_too_long(answers: ResponseCache) -> None:
    keep(answers, "x" * 2001)
    assert find(answers, "x" * 2001) is None
    for number in range(1001):
        keep(answers, str(number))
    assert find(answers, "999") is not None
    assert find(answers, "1000") is None


def test_without_its_picture_an_answer_does_not_hold(
    answers: ResponseCache, storage: StorageService
) -> None:
    keep(answers)
    (storage.folder / "full" / "Mill.webp").unlink()
    assert find(answers, "mill") is None


def test_nothing_is_kept_of_a_database_in_memory(storage: StorageService) -> None:
    database = Database("sqlite://")
    answers = ResponseCache(database, storage)
    keep(answers)
    assert find(answers, "mill") is None
    database.close()
