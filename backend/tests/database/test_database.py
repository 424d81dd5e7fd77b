"""Writer, readers and the unit of work, on real files and in memory."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import QueuePool, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app.database.engine import Database, sqlite_module
from tests.conftest import ServerFactory
from tests.support.patience import PATIENCE_SECONDS


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "folder" / "game.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{path}")
    create_table(opened)
    yield opened
    opened.close()


def create_table(database: Database) -> None:
    with database.unit_of_work() as session:
        session.execute(text("CREATE TABLE note (id INTEGER PRIMARY KEY, words TEXT UNIQUE)"))
        session.execute(text("CREATE TABLE library_version (number INTEGER)"))


def add(session: Session, words: str) -> None:
    session.execute(text("INSERT INTO note (words) VALUES (:words)"), {"words": words})


def notes(session: Session) -> list[str]:
    return list(session.scalars(text("SELECT words FROM note ORDER BY id")))


def stored(database: Database) -> list[str]:
    with database.reading() as session:
        return notes(session)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the interpreter's own is taken")
def test_sqlite_is_without_the_wal_reset_bug() -> None:
    """Until 3.51.2 two writing processes could corrupt a file in WAL mode."""
    assert sqlite_module().sqlite_version_info >= (3, 51, 3)


def test_pragmas(database: Database) -> None:
    both: dict[str, object] = {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "temp_store": 2,
    }
    both["cache_size"] = -2000
    writer = {**both, "synchronous": 2, "journal_size_limit": 64 * 2**20, "query_only": 0}

    reader = {**both, "query_only": 1}
    for engine, expected in ((database.writer, writer), (database.reader, reader)):
        with engine.connect() as connection:
            found = {name: connection.scalar(text(f"PRAGMA {name}")) for name in expected}
        assert found == expected


class TestUnitOfWork:
    def test_is_seen_at_its_end(self, database: Database) -> None:
        with database.reading() as reader:
            with database.unit_of_work() as session:
                add(session, "a")
                assert notes(reader) == []
            assert notes(reader) == ["a"]

    def test_all_or_nothing(self, database: Database) -> None:
        with suppress(IntegrityError), database.unit_of_work() as session:
            session.execute(text("CREATE TABLE half (id INTEGER)"))
            add(session, "a")
            add(session, "a")
        assert stored(database) == []
        with database.reading() as session:
            tables = session.scalar(text("SELECT count(*) FROM sqlite_master"))
        assert tables == 3, "the two tables and an index"

    def test_takes_the_write_lock_at_once(self, database: Database, path: Path) -> None:
        """A BEGIN that turns into a write later would fail at once, without waiting."""
        other = Database(f"sqlite:///{path}")
        with other.writer.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
            connection.rollback()
            with database.unit_of_work() as session:
                assert notes(session) == []
                with pytest.raises(OperationalError, match="locked"):
                    connection.exec_driver_sql("SELECT 1")
        other.close()

    def test_waits_for_another_process(self, database: Database, path: Path) -> None:
        other = Database(f"sqlite:///{path}")
        with ThreadPoolExecutor(1) as threads:
            with other.unit_of_work() as theirs:
                ours = threads.submit(self._add, database)
                add(theirs, "theirs")
            ours.result()
        assert stored(database) == ["theirs", "ours"]
        other.close()

    def _add(self, database: Database) -> None:
        with database.unit_of_work() as session:
            add(session, "ours")


class TestReading:
    @pytest.mark.parametrize("query_only", ["ON", "OFF"])
    @pytest.mark.parametrize("statement", ["DELETE FROM note", "DROP TABLE note"])
    def test_a_write_fails(self, statement: str, query_only: str, database: Database) -> None:
        with database.reading() as session:
            session.execute(text(f"PRAGMA query_only={query_only}"))
            with pytest.raises(OperationalError, match="readonly"):
                session.execute(text(statement))
            session.execute(text("PRAGMA query_only=ON"))

    def test_goes_on_during_an_open_write(self, database: Database) -> None:
        with database.unit_of_work() as session, ThreadPoolExecutor(20) as threads:
            add(session, "b")
            assert list(threads.map(lambda _: stored(database), range(40))) == [[]] * 40

    def test_on_the_loop_waits_for_no_slow_reader(self, database: Database) -> None:
        """It comes at once while threads hold every connection that they can get."""

        async def look() -> int:
            assert database.version() is not None
            with database.reading() as session:
                notes(session)
                return database.connections_in_use()["reader"]

        with ExitStack() as slow:
            pool = database.reader.pool
            assert isinstance(pool, QueuePool)
            most = pool.size() + pool._max_overflow
            for _ in range(most):
                slow.enter_context(database.reader.connect())
            assert asyncio.run(look()) == most + 1
        assert database.connections_in_use()["reader"] == 0


class TestAsync:
    def test_write_and_read(self, database: Database) -> None:
        async def both() -> list[str]:
            await asyncio.gather(*(database.write(add, f"{number:02}") for number in range(20)))
            with pytest.raises(IntegrityError):
                await database.write(add, "07")
            return await database.read(notes)

        assert sorted(asyncio.run(both())) == [f"{number:02}" for number in range(20)]

    @pytest.mark.parametrize("gives_up", [False, True])
    def test_a_write_holds_up_nobody_and_goes_on_without_its_caller(
        self, gives_up: bool, database: Database
    ) -> None:
        async def write() -> None:
            entered, leave = threading.Event(), threading.Event()

            def slow(session: Session) -> None:
                add(session, "kept")
                entered.set()
                assert leave.wait(PATIENCE_SECONDS)

            writing = asyncio.create_task(database.write(slow))
            assert await asyncio.to_thread(entered.wait, PATIENCE_SECONDS)
            assert await database.read(notes) == []
            if gives_up:
                writing.cancel()
            leave.set()
            with suppress(asyncio.CancelledError):
                await writing

        asyncio.run(write())
        with database.unit_of_work() as session:  # behind the other one
            assert notes(session) == ["kept"]


def test_closing_waits_for_the_write_and_folds_the_log_in(path: Path) -> None:
    database = Database(f"sqlite:///{path}")
    create_table(database)

    async def write() -> None:
        entered = threading.Event()

        def slow(session: Session) -> None:
            entered.set()
            add(session, "kept")

        task = asyncio.create_task(database.write(slow))
        assert await asyncio.to_thread(entered.wait, PATIENCE_SECONDS)
        database.close()
        await task

    assert path.with_name("game.db-wal").stat().st_size > 0
    asyncio.run(write())
    assert [entry.name for entry in path.parent.iterdir()] == ["game.db"]
    again = Database(f"sqlite:///{path}")
    assert stored(again) == ["kept"]
    again.close()


@pytest.mark.parametrize("name", ["a b.db", "50%.db", "C#&.db", "a%20b.db", "Höhle-洞.db", "./d/e"])
def test_paths(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unusual names, and a path relative to where the program was started."""
    monkeypatch.chdir(tmp_path)
    database = Database(f"sqlite:///{quote(name)}")
    create_table(database)
    assert stored(database) == []
    database.close()
    assert (tmp_path / name).is_file()


class TestInMemory:
    @pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
    def test_reads_and_writes_share_the_connection_of_their_database(self, url: str) -> None:
        database, other = Database(url), Database(url)
        assert database.in_memory
        create_table(database)
        assert stored(database) == []
        with pytest.raises(OperationalError, match="no such table"):
            stored(other)
        database.close()
        other.close()

    def test_the_whole_application(self, make_server: ServerFactory) -> None:
        client = make_server(database_url="sqlite://").client

        def ask(number: int) -> str:
            params = {"location": f"Cave {number % 3}"}
            answer = client.post("/api/v1/scenes/generate", params=params)
            return str(answer.json()["served"])

        with ThreadPoolExecutor(6) as threads:
            assert "generated" in list(threads.map(ask, range(12)))
        assert ask(0) == "cached"
        made = client.get("/api/v1/images/search").json()["items"][0]
        assert client.get(made["url"]).status_code == 200
        assert client.get(f"/api/v1/images/{made['id']}").json()["use_count"] == 1
        assert client.get("/api/v1/scenes/cache/stats").json()["total_scenes"] == 3
        assert client.get("/health").json()["checks"]["images"]["total"] == 3
