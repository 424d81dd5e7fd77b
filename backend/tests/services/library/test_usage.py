"""Counts that are kept in memory and written every second: none twice, none lost, none back."""

import asyncio
import shutil
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import delete, text
from sqlalchemy.exc import OperationalError

from app.clock import utc_now
from app.database.engine import Database
from app.models import CacheStatistics, ImageAsset
from app.services.library import usage
from app.services.library.usage import UsageRecorder
from app.services.scenes.cache import CacheService
from tests.conftest import ServerFactory
from tests.support.ledger import wait_until
from tests.support.library import execute
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
    return UsageRecorder(database, CacheService(timedelta(days=7), has_model=False))


@pytest.fixture
def image_id(database: Database) -> int:
    """A picture that was used 5 times before."""
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


class TestUse:
    def test_counts_from_what_is_stored(
        self, database: Database, recorder: UsageRecorder, image_id: int
    ) -> None:
        row = stored(database, image_id)
        assert [recorder.use(row).counted for _ in range(3)] == [6, 7, 8]

    def test_says_when(self, database: Database, recorder: UsageRecorder, image_id: int) -> None:
        before = utc_now()
        assert before <= recorder.use(stored(database, image_id)).last_used <= utc_now()

    def test_is_written_by_a_flush(
        self, database: Database, recorder: UsageRecorder, image_id: int
    ) -> None:
        row = stored(database, image_id)
        last = recorder.use(row), recorder.use(row)
        assert stored(database, image_id).use_count == 5
        run(recorder.flush())
        written = stored(database, image_id)
        assert (written.use_count, written.last_used) == (7, last[1].last_used)

    def test_is_written_once(
        self, database: Database, recorder: UsageRecorder, image_id: int
    ) -> None:
        async def flush_often() -> None:
            await asyncio.gather(*(recorder.flush() for _ in range(5)))

        recorder.use(stored(database, image_id))
        run(flush_often())
        run(recorder.flush())
        assert stored(database, image_id).use_count == 6

    def test_two_servers_add_up(
        self, database: Database, recorder: UsageRecorder, image_id: int
    ) -> None:
        other = UsageRecorder(database, CacheService(timedelta(), has_model=False))
        recorder.use(stored(database, image_id))
        other.use(stored(database, image_id))
        run(recorder.flush())
        run(other.flush())
        assert stored(database, image_id).use_count == 7

    def test_of_a_picture_that_was_removed_for_good(
        self, database: Database, recorder: UsageRecorder, image_id: int
    ) -> None:
        recorder.use(stored(database, image_id))
        with database.unit_of_work() as session:
            session.execute(delete(ImageAsset))
        run(recorder.flush())
        run(recorder.flush())


class TestNeverBack:
    def test_a_stale_row_does_not_turn_the_count_back(
        self, database: Database, recorder: UsageRecorder, image_id: int
    ) -> None:
        stale = stored(database, image_id)
        recorder.use(stale)
        run(recorder.flush())
        assert recorder.use(stale).counted == 7

    def test_over_many_uses_and_flushes(
        self, database: Database, recorder: UsageRecorder, image_id: int
    ) -> None:
        async def look_often() -> list[int]:
            flushing = asyncio.create_task(flush_for_ever(recorder))
            seen = []
            for _ in range(300):
                seen.append(recorder.use(stored(database, image_id)).counted)
                await asyncio.sleep(0)
            flushing.cancel()
            await recorder.flush()
            return seen

        assert run(look_often()) == list(range(6, 306))
        assert stored(database, image_id).use_count == 305

    def test_through_the_server(self, make_server: ServerFactory) -> None:
        client = make_server().client
        made = client.post("/api/v1/scenes/generate", params={"location": "Old Mill"}).json()
        seen = []
        for _ in range(40):
            seen.append(client.get(f"/api/v1/images/{made['id']}").json()["use_count"])
            client.get("/api/v1/scenes/cache/stats")  # flushes
        assert seen == list(range(1, 41))


async def flush_for_ever(recorder: UsageRecorder) -> None:
    while True:
        await recorder.flush()
        await asyncio.sleep(0)


class TestHitsAndMisses:
    def test_are_written_once(self, database: Database, recorder: UsageRecorder) -> None:
        recorder.hit()
        recorder.hit()
        recorder.miss()
        assert statistics(database) == (0, 0)
        run(recorder.flush())
        run(recorder.flush())
        assert statistics(database) == (2, 1)

    def test_are_told_once_whether_they_are_written_or_not(
        self, database: Database, recorder: UsageRecorder
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

    def test_nothing_to_write_writes_nothing(
        self, database: Database, recorder: UsageRecorder
    ) -> None:
        run(recorder.flush())
        with database.reading() as session:
            assert session.get(CacheStatistics, 1) is None

    def test_those_during_a_flush_are_kept(
        self, database: Database, recorder: UsageRecorder
    ) -> None:
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
        recorder.use(stored(database, image_id))
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
        self, database: Database, recorder: UsageRecorder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(usage, "FLUSH_SECONDS", 0.01)

        async def fail_and_recover() -> None:
            recorder.hit()
            flushing = asyncio.create_task(recorder.keep_flushing())
            await asyncio.sleep(0.1)
            assert not flushing.done()
            with database.unit_of_work() as session:
                session.execute(text("ALTER TABLE away RENAME TO cache_statistics"))
            await asyncio.wait_for(written(), 60)
            flushing.cancel()

        async def written() -> None:
            while statistics(database) == (0, 0):  # noqa: ASYNC110 - nothing tells of a commit
                await asyncio.sleep(0.01)

        with database.unit_of_work() as session:
            session.execute(text("ALTER TABLE cache_statistics RENAME TO away"))
            session.execute(text("CREATE VIEW cache_statistics AS SELECT 1 AS id, 0 AS hits"))
        with database.unit_of_work() as session:
            session.execute(text("DROP VIEW cache_statistics"))
        run(fail_and_recover())
        assert statistics(database) == (1, 0)

    def test_stopped_during_a_write_nothing_counts_twice(
        self, database: Database, recorder: UsageRecorder, image_id: int
    ) -> None:
        """The thread commits all the same, although nobody waits for it any more."""

        async def stop_meanwhile() -> None:
            recorder.use(stored(database, image_id))
            recorder.hit()
            with ThreadPoolExecutor(1) as thread:
                holding = thread.submit(hold_the_writer, database, entered, leave)
                await asyncio.to_thread(entered.wait, 60)
                flushing = asyncio.create_task(recorder.flush())
                await asyncio.sleep(0.05)
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


def test_counts_survive_a_restart(make_server: ServerFactory) -> None:
    first = make_server()
    made = first.client.post("/api/v1/scenes/generate", params={"location": "Old Mill"}).json()
    first.client.post("/api/v1/scenes/generate", params={"location": "old mill"})
    first.client.get(f"/api/v1/images/{made['id']}")
    counted = "SELECT hits, misses, use_count FROM cache_statistics, image_assets"
    wait_until(lambda: execute(first.settings, counted) == [(1, 1, 1)])
    second = make_server().client
    statistics = second.get("/api/v1/scenes/cache/stats").json()
    assert (statistics["hits"], statistics["misses"]) == (1, 1)
    assert statistics["cache_hit_rate"] == 50.0
    assert second.get(f"/api/v1/images/{made['id']}").json()["use_count"] == 2
