"""The one writing connection under threads, errors and forgotten sessions."""

import gc
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from app.database.engine import Database, create_writer
from app.database.serialized_pool import SerializedStaticPool

WRITERS = 6
UNITS = 150
READERS = 2


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A real file with a table of finished units, and two accounts that always add up to 0."""
    opened = Database(f"sqlite:///{tmp_path / 'pool.db'}")
    with opened.unit_of_work() as session:
        session.execute(text("CREATE TABLE unit (name TEXT PRIMARY KEY)"))
        session.execute(text("CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER)"))
        session.execute(text("INSERT INTO account VALUES (1, 0), (2, 0)"))
    yield opened
    opened.close()


def names(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(text("SELECT name FROM unit")))


def insert(session: Session, name: str) -> None:
    session.execute(text("INSERT INTO unit VALUES (:name)"), {"name": name})


class _OnPurposeError(Exception):
    pass


def fail_if_to_be_undone(name: str) -> None:
    if name.endswith("undo"):
        raise _OnPurposeError


def try_unit(database: Database, name: str) -> bool:
    """One unit of three statements; whether its commit was acknowledged."""
    try:
        with database.unit_of_work() as session:
            session.execute(text("UPDATE account SET balance = balance - 1 WHERE id = 1"))
            insert(session, name)
            session.execute(text("UPDATE account SET balance = balance + 1 WHERE id = 2"))
            fail_if_to_be_undone(name)
    except _OnPurposeError:
        return False
    return True


class TestManyThreads:
    """Measured on a bare StaticPool: a third of the acknowledged commits lost, then a crash."""

    @pytest.mark.thorough
    def test_nothing_lost_nothing_half_done_nothing_torn(self, database: Database) -> None:
        kept: list[set[str]] = [set() for _ in range(WRITERS)]
        sums: list[set[int]] = [set() for _ in range(READERS)]
        finished = threading.Event()

        def write(writer: int) -> None:
            for number in range(UNITS):
                name = f"{writer}-{number}-{'undo' if number % 3 == 2 else 'keep'}"
                if try_unit(database, name):
                    kept[writer].add(name)

        def read(reader: int) -> None:
            while not finished.is_set():
                with database.reading() as session:
                    total = session.scalar(text("SELECT sum(balance) FROM account"))
                    sums[reader].add(-1 if total is None else total)

        with ThreadPoolExecutor(WRITERS + READERS) as threads:
            reading = [threads.submit(read, reader) for reader in range(READERS)]
            try:
                list(threads.map(write, range(WRITERS)))
            finally:
                finished.set()
            assert [reader.result() for reader in reading] == [None] * READERS

        assert names(database) == set().union(*kept)
        assert {name.rpartition("-")[2] for names in kept for name in names} == {"keep"}
        assert sum(len(names) for names in kept) == WRITERS * UNITS * 2 // 3
        assert sums == [{0}] * READERS
        with database.reading() as session:
            assert session.scalar(text("SELECT balance FROM account WHERE id = 2")) == 600


def impatient(writer: Engine, seconds: float) -> None:
    assert isinstance(writer.pool, SerializedStaticPool)
    writer.pool.patience_seconds = seconds


class TestTurns:
    def test_nested_checkout_gives_up(self, database: Database) -> None:
        impatient(database.writer, 0.05)
        with database.unit_of_work() as session:
            insert(session, "outer")
            with (
                pytest.raises(PoolTimeoutError, match=r"not free within 0\.05 s"),
                database.unit_of_work() as nested,
            ):
                insert(nested, "inner")
        assert names(database) == {"outer"}

    def test_an_error_undoes_the_unit_and_gives_the_turn_back(self, database: Database) -> None:
        def fail() -> None:
            with database.unit_of_work() as session:
                insert(session, "undone")
                raise _OnPurposeError

        with pytest.raises(_OnPurposeError):
            fail()
        with database.unit_of_work() as session:
            insert(session, "kept")
        assert names(database) == {"kept"}

    def test_an_error_of_the_database_does_too(self, database: Database) -> None:
        def fail() -> None:
            with database.unit_of_work() as session:
                insert(session, "twice")
                insert(session, "twice")

        with pytest.raises(IntegrityError):
            fail()
        with database.unit_of_work() as session:
            insert(session, "kept")
        assert names(database) == {"kept"}

    def test_a_session_may_close_on_another_thread(self, database: Database) -> None:
        session = Session(database.writer)
        insert(session, "undone")
        with ThreadPoolExecutor(1) as thread:
            thread.submit(session.close).result()
        with database.unit_of_work() as other:
            insert(other, "kept")
        assert names(database) == {"kept"}

    def test_a_forgotten_session_gives_the_turn_back(self, database: Database) -> None:
        impatient(database.writer, 5)

        def forget() -> None:
            session = Session(database.writer)
            insert(session, "undone")

        forget()
        gc.collect()
        with database.unit_of_work() as session:
            insert(session, "kept")
        assert names(database) == {"kept"}

    def test_a_connection_that_cannot_be_opened_gives_the_turn_back(self, tmp_path: Path) -> None:
        folder = tmp_path / "in-the-way.db"
        folder.mkdir()
        writer = create_writer(f"sqlite:///{folder}")
        impatient(writer, 0.05)
        for _ in range(2):
            with pytest.raises(OperationalError, match="unable to open"):
                writer.connect()
        folder.rmdir()
        with writer.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
        writer.dispose()

    def test_a_lost_connection_is_opened_anew(self, database: Database) -> None:
        with database.writer.connect() as connection:
            connection.invalidate()
        with database.unit_of_work() as session:
            insert(session, "kept")
        assert names(database) == {"kept"}


class TestClosing:
    def test_waits_for_whoever_works_on_the_connection(self, database: Database) -> None:
        begun = threading.Event()

        def work() -> None:
            with database.unit_of_work() as session:
                begun.set()
                time.sleep(0.3)  # enough to close the connection under it
                insert(session, "kept")

        with ThreadPoolExecutor(1) as thread:
            working = thread.submit(work)
            assert begun.wait(60)
            database.writer.dispose()
            working.result(60)
        assert names(database) == {"kept"}

    def test_leaves_it_open_to_whoever_never_ends(self, database: Database) -> None:
        impatient(database.writer, 0.05)
        with database.unit_of_work() as session:
            with pytest.raises(PoolTimeoutError):
                database.writer.dispose()
            insert(session, "kept")
        assert names(database) == {"kept"}


def test_one_connection_for_everybody(database: Database) -> None:
    def address(engine: Engine) -> int:
        with engine.connect() as connection:
            return id(connection.connection.driver_connection)

    with ThreadPoolExecutor(4) as threads:
        addresses = set(threads.map(lambda _: address(database.writer), range(20)))
    assert len(addresses) == 1
