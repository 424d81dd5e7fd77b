"""Counts that are kept in memory and written every second: none twice, none lost, none back."""

import asyncio
import shutil
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.database.engine import Database
from app.models import CacheStatistics, ImageAsset
from app.services.library.usage import UsageRecorder
from tests.support.patience import PATIENCE_SECONDS
from tests.support.rows import image_row

T = TypeVar("T")


@pytest.fixture
def database(tmp_path: Path, empty_database: Path) -> Iterator[Database]:
    shutil.copy(empty_database, tmp_path / "game.db")
    opened = Database(f"sqlite:///{tmp_path / 'game.db'}")
    yield opened
    opened.close()


@pytest.fixture
def recorder(database: Database) -> UsageRecorder:
    return UsageRecorder(database)


@pytest.fixture
def image_id(database: Database) -> int:
    """An image that was used 5 times before."""
    row = image_row(use_count=5)
    with database.unit_of_work() as session:
        session.add(row)
    return row.id


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def stored(database: Database, image_id: int) -> ImageAsset:
    with database.reading() as session:
        row = session.get(ImageAsset, image_id)
    assert row is not None
    return row


def statistics(database: Database) -> tuple[int, int]:
    with database.reading() as session:
        row = session.get(CacheStatistics, 1)
    return (row.hits, row.misses) if row else (0, 0)


def test_uses_hits_and_misses_are_written_once_and_never_go_back(
    database: Database, recorder: UsageRecorder, image_id: int
) -> None:
    async def flush_often() -> None:
        await asyncio.gather(*(recorder.flush() for _ in range(5)))

    row = stored(database, image_id)
    assert [recorder.use(row.id, row.use_count).counted for _ in range(2)] == [6, 7]
    recorder.hit()
    recorder.miss()
    assert stored(database, image_id).use_count == 5
    run(recorder.flush())
    assert (stored(database, image_id).use_count, statistics(database)) == (7, (1, 1))
    assert recorder.use(row.id, row.use_count).counted == 8, "the row that was read before is stale"
    run(flush_often())
    assert (stored(database, image_id).use_count, statistics(database)) == (8, (1, 1))


def test_hits_are_reported_once_whether_they_are_written_or_not(
    database: Database, recorder: UsageRecorder
) -> None:
    async def count_and_look() -> None:
        for hits in range(1, 30):
            recorder.hit()
            flush = asyncio.create_task(recorder.flush())
            assert (await recorder.requests()).hits == hits
            await flush
            assert (await recorder.requests()).hits == hits

    run(count_and_look())
    assert statistics(database) == (29, 0)


def test_hits_during_a_flush_are_kept(database: Database, recorder: UsageRecorder) -> None:
    async def flush_and_count() -> None:
        recorder.hit()
        flushing = asyncio.create_task(recorder.flush())
        await asyncio.sleep(0)
        recorder.hit()
        await flushing
        await recorder.flush()

    run(flush_and_count())
    assert statistics(database) == (2, 0)


class TestTrouble:
    def test_what_could_not_be_written_is_written_next_time(
        self, database: Database, recorder: UsageRecorder, image_id: int
    ) -> None:
        recorder.use(image_id, stored(database, image_id).use_count)
        recorder.hit()
        with database.unit_of_work() as session:
            session.execute(text("ALTER TABLE cache_statistics RENAME TO away"))
        with pytest.raises(OperationalError, match="no such table"):
            run(recorder.flush())
        assert stored(database, image_id).use_count == 5  # all or nothing
        with database.unit_of_work() as session:
            session.execute(text("ALTER TABLE away RENAME TO cache_statistics"))
        run(recorder.flush())
        assert (stored(database, image_id).use_count, statistics(database)) == (6, (1, 0))

    def test_one_failure_does_not_end_the_flushing(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        recorder = UsageRecorder(database, pause_seconds=0)
        failed, flushed = asyncio.Event(), asyncio.Event()

        async def flush() -> None:
            if not failed.is_set():
                failed.set()
                raise OperationalError("UPDATE", {}, Exception("disk I/O error"))
            flushed.set()

        async def fail_and_recover() -> None:
            flushing = asyncio.create_task(recorder.keep_flushing())
            await asyncio.wait_for(flushed.wait(), PATIENCE_SECONDS)
            flushing.cancel()

        monkeypatch.setattr(recorder, "flush", flush)
        run(fail_and_recover())

    def test_stopped_during_a_write_nothing_counts_twice(
        self, database: Database, recorder: UsageRecorder, image_id: int
    ) -> None:
        """The thread commits all the same, although nobody waits for it any more."""

        async def stop_meanwhile() -> None:
            recorder.use(image_id, stored(database, image_id).use_count)
            recorder.hit()
            with ThreadPoolExecutor(1) as thread:
                holding = thread.submit(hold_the_writer, database, entered, leave)
                await asyncio.to_thread(entered.wait, 60)
                flushing = asyncio.create_task(recorder.flush())
                for _ in range(5):  # until its thread waits for the writer
                    await asyncio.sleep(0)
                flushing.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await flushing
                leave.set()
                await asyncio.wrap_future(holding)
            await recorder.flush()

        entered, leave = threading.Event(), threading.Event()
        run(stop_meanwhile())
        assert stored(database, image_id).use_count == 6
        assert statistics(database) == (1, 0)


def hold_the_writer(database: Database, entered: threading.Event, leave: threading.Event) -> None:
    with database.unit_of_work() as session:
        session.execute(text("SELECT 1"))
        entered.set()
        leave.wait(60)
