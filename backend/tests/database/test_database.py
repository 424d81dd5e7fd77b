"""Writer, readers and the unit of work, on real files and in memory."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app.database.engine import Database, sqlite_module
from tests.conftest import ServerFactory


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "folder" / "game.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{path}")
    with opened.unit_of_work() as session:
        session.execute(text("CREATE TABLE note (id INTEGER PRIMARY KEY, words TEXT UNIQUE)"))
    yield opened
    opened.close()


def add(session: Session, words: str) -> None:
    session.execute(text("INSERT INTO note (words) VALUES (:words)"), {"words": words})


def notes(session: Session) -> list[str]:
    return list(session.scalars(text("SELECT words FROM note ORDER BY id")))


def pragma(engine: Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.scalar(text(f"PRAGMA {name}"))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the interpreter's own is taken")
def test_sqlite_is_without_the_wal_reset_bug() -> None:
    """Until 3.51.2 two writing processes could corrupt a file in WAL mode."""
    assert sqlite_module().sqlite_version_info >= (3, 51, 3)


class TestPragmas:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("journal_mode", "wal"),
            ("synchronous", 2),  # FULL
            ("foreign_keys", 1),
            ("busy_timeout", 5000),
            ("cache_size", -2000),
            ("temp_store", 2),  # MEMORY
            ("journal_size_limit", 64 * 2**20),
            ("query_only", 0),
        ],
    )
    def test_writer(self, name: str, value: object, database: Database) -> None:
        assert pragma(database.writer, name) == value

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("journal_mode", "wal"),
            ("foreign_keys", 1),
            ("busy_timeout", 5000),
            ("cache_size", -2000),
            ("temp_store", 2),
            ("query_only", 1),
        ],
    )
    def test_every_reader(self, name: str, value: object, database: Database) -> None:
        engine = database.reader
        with engine.connect() as one, engine.connect() as other:
            statement = text(f"PRAGMA {name}")
            assert (one.scalar(statement), other.scalar(statement)) == (value, value)

    def test_foreign_keys_hold(self, database: Database) -> None:
        with database.unit_of_work() as session:
            session.execute(text("CREATE TABLE leaf (note_id INTEGER REFERENCES note (id))"))

        def dangle() -> None:
            with database.unit_of_work() as session:
                session.execute(text("INSERT INTO leaf VALUES (99)"))

        with pytest.raises(IntegrityError, match="FOREIGN KEY"):
            dangle()


class TestUnitOfWork:
    def test_commits_at_the_end(self, database: Database) -> None:
        with database.unit_of_work() as session:
            add(session, "a")
        with database.reading() as session:
            assert notes(session) == ["a"]

    def test_nothing_is_seen_before_the_end(self, database: Database) -> None:
        with database.unit_of_work() as session:
            add(session, "a")
            with database.reading() as reader:
                assert notes(reader) == []

    def test_all_or_nothing(self, database: Database) -> None:
        def unit() -> None:
            with database.unit_of_work() as session:
                add(session, "a")
                add(session, "b")
                add(session, "a")

        with pytest.raises(IntegrityError):
            unit()
        with database.reading() as session:
            assert notes(session) == []

    def test_ddl_is_undone_too(self, database: Database) -> None:
        def unit() -> None:
            with database.unit_of_work() as session:
                session.execute(text("CREATE TABLE half (id INTEGER)"))
                raise LookupError

        with pytest.raises(LookupError):
            unit()
        with database.reading() as session:
            assert (
                session.scalar(text("SELECT count(*) FROM sqlite_master")) == 2
            )  # note, its index

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
        entered, leave = threading.Event(), threading.Event()

        def hold() -> None:
            with other.unit_of_work() as session:
                add(session, "theirs")
                entered.set()
                leave.wait(60)

        def ours() -> None:
            with database.unit_of_work() as session:
                add(session, "ours")

        with ThreadPoolExecutor(2) as threads:
            held = threads.submit(hold)
            assert entered.wait(60)
            waiting = threads.submit(ours)
            assert not waiting.done()
            leave.set()
            held.result()
            waiting.result()
        with database.reading() as session:
            assert notes(session) == ["theirs", "ours"]
        other.close()


class TestReading:
    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO note (words) VALUES ('x')",
            "UPDATE note SET words = 'x'",
            "DELETE FROM note",
            "CREATE TABLE other (id INTEGER)",
            "DROP TABLE note",
        ],
    )
    def test_a_write_fails(self, statement: str, database: Database) -> None:
        with (
            database.reading() as session,
            pytest.raises(OperationalError, match="attempt to write a readonly database"),
        ):
            session.execute(text(statement))

    def test_a_write_fails_even_without_the_pragma(self, database: Database) -> None:
        with database.reading() as session:
            session.execute(text("PRAGMA query_only=OFF"))
            with pytest.raises(OperationalError, match="readonly"):
                add(session, "x")
            session.execute(text("PRAGMA query_only=ON"))

    def test_goes_on_during_an_open_write(self, database: Database) -> None:
        with database.unit_of_work() as session:
            add(session, "a")

        def read() -> list[str]:
            with database.reading() as session:
                return notes(session)

        with database.unit_of_work() as session, ThreadPoolExecutor(20) as threads:
            add(session, "b")
            assert list(threads.map(lambda _: read(), range(40))) == [["a"]] * 40

    def test_sees_the_newest_commit_within_one_session(self, database: Database) -> None:
        with database.reading() as reader:
            assert notes(reader) == []
            with database.unit_of_work() as session:
                add(session, "a")
            assert notes(reader) == ["a"]


class TestAsync:
    def test_write_and_read(self, database: Database) -> None:
        async def both() -> list[str]:
            await asyncio.gather(*(database.write(add, f"{number:02}") for number in range(20)))
            return await database.read(notes)

        assert sorted(asyncio.run(both())) == [f"{number:02}" for number in range(20)]

    def test_an_error_comes_back_and_undoes(self, database: Database) -> None:
        def fail(session: Session) -> None:
            add(session, "a")
            raise LookupError("on purpose")

        async def try_it() -> list[str]:
            with pytest.raises(LookupError, match="on purpose"):
                await database.write(fail)
            return await database.read(notes)

        assert asyncio.run(try_it()) == []

    def test_the_event_loop_goes_on_during_a_write(self, database: Database) -> None:
        async def both() -> None:
            entered, leave = threading.Event(), threading.Event()

            def slow(session: Session) -> None:
                add(session, "slow")
                entered.set()
                assert leave.wait(60)

            writing = asyncio.create_task(database.write(slow))
            assert await asyncio.to_thread(entered.wait, 60)
            assert await database.read(notes) == []
            leave.set()
            await writing

        asyncio.run(both())

    def test_a_caller_who_gives_up_does_not_stop_the_write(self, database: Database) -> None:
        async def give_up() -> None:
            entered, leave = threading.Event(), threading.Event()

            def slow(session: Session) -> None:
                notes(session)  # a session takes its connection with the first statement
                entered.set()
                assert leave.wait(60)
                add(session, "kept")

            writing = asyncio.create_task(database.write(slow))
            assert await asyncio.to_thread(entered.wait, 60)
            writing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await writing
            leave.set()

        asyncio.run(give_up())
        with database.unit_of_work() as session:
            assert notes(session) == ["kept"]


class TestClosing:
    def test_folds_the_log_in(self, path: Path) -> None:
        database = Database(f"sqlite:///{path}")
        with database.unit_of_work() as session:
            session.execute(text("CREATE TABLE note (words TEXT)"))
        with database.reading() as session:
            assert notes_without_id(session) == []
        assert path.with_name("game.db-wal").stat().st_size > 0
        database.close()
        assert [entry.name for entry in path.parent.iterdir()] == ["game.db"]

    def test_waits_for_the_write_under_way(self, path: Path) -> None:
        database = Database(f"sqlite:///{path}")

        async def write() -> None:
            def slow(session: Session) -> None:
                session.execute(text("CREATE TABLE note (words TEXT)"))
                entered.set()
                leave.wait(0.05)
                session.execute(text("INSERT INTO note VALUES ('kept')"))

            task = asyncio.create_task(database.write(slow))
            assert await asyncio.to_thread(entered.wait, 60)
            database.close()
            await task

        entered, leave = threading.Event(), threading.Event()
        asyncio.run(write())
        again = Database(f"sqlite:///{path}")
        with again.reading() as session:
            assert notes_without_id(session) == ["kept"]
        again.close()


def notes_without_id(session: Session) -> list[str]:
    return list(session.scalars(text("SELECT words FROM note")))


class TestPaths:
    @pytest.mark.parametrize("name", ["a b.db", "50%.db", "C#&.db", "a%20b.db", "Höhle-洞.db"])
    def test_unusual_names(self, name: str, tmp_path: Path) -> None:
        database = Database(f"sqlite:///{quote(str(tmp_path / name))}")
        with database.unit_of_work() as session:
            session.execute(text("CREATE TABLE note (words TEXT)"))
        with database.reading() as session:
            assert notes_without_id(session) == []
        database.close()
        assert [entry.name for entry in tmp_path.iterdir()] == [name]

    def test_relative_to_where_it_was_started(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        database = Database("sqlite:///./data/game.db")
        with database.unit_of_work() as session:
            session.execute(text("CREATE TABLE note (words TEXT)"))
        with database.reading() as session:
            assert notes_without_id(session) == []
        database.close()
        assert (tmp_path / "data" / "game.db").exists()


class TestInMemory:
    @pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
    def test_reads_and_writes_share_the_connection(self, url: str) -> None:
        database = Database(url)
        assert database.in_memory
        with database.unit_of_work() as session:
            session.execute(text("CREATE TABLE note (words TEXT)"))
        with database.reading() as session:
            assert notes_without_id(session) == []
        database.close()

    def test_two_are_two(self) -> None:
        one, other = Database("sqlite://"), Database("sqlite://")
        with one.unit_of_work() as session:
            session.execute(text("CREATE TABLE note (words TEXT)"))
        with other.reading() as session, pytest.raises(OperationalError, match="no such table"):
            notes_without_id(session)
        one.close()
        other.close()

    def test_the_whole_application(self, make_server: ServerFactory) -> None:
        client = make_server(database_url="sqlite://").client
        scene = {"location": "Old Mill", "time_of_day": "dusk"}
        made = client.post("/api/v1/scenes/generate", params=scene).json()
        assert made["served"] == "generated"
        hit = client.post("/api/v1/scenes/generate", params=scene).json()
        assert (hit["served"], hit["id"]) == ("cached", made["id"])
        assert client.get(made["url"]).status_code == 200
        assert client.get(f"/api/v1/images/{made['id']}").json()["use_count"] == 1
        statistics = client.get("/api/v1/scenes/cache/stats").json()
        assert (statistics["hits"], statistics["misses"]) == (1, 1)
        assert client.get("/health").json()["checks"]["images"]["total"] == 1

    def test_many_at_once(self, make_server: ServerFactory) -> None:
        client = make_server(database_url="sqlite://").client

        def ask(number: int) -> int:
            params = {"location": f"Cave {number % 3}"}
            return client.post("/api/v1/scenes/generate", params=params).status_code

        with ThreadPoolExecutor(6) as threads:
            assert set(threads.map(ask, range(12))) == {200}
        assert client.get("/api/v1/scenes/cache/stats").json()["total_scenes"] == 3
