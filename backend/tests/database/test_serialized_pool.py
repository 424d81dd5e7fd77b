"""The one writing connection under threads, errors and forgotten sessions."""

import gc
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from app.database.engine import Database, create_writer
from app.database.serialized_pool import SerializedStaticPool
from tests.support.patience import PATIENCE_SECONDS

WRITERS, UNITS, READERS = 6, 60, 2


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


def assert_free(database: Database) -> None:
    """The turn was given back, and nothing was kept."""
    with database.unit_of_work() as session:
        insert(session, "kept")
    assert names(database) == {"kept"}


class _OnPurposeError(Exception):
    pass


@pytest.mark.thorough
def test_nothing_is_lost_half_done_or_torn_by_many_threads(database: Database) -> None:
    """Measured on a bare StaticPool: a third of the acknowledged commits lost, then a crash."""
    kept: list[set[str]] = [set() for _ in range(WRITERS)]
    finished = threading.Event()

    def unit(writer: int, number: int) -> None:
        with database.unit_of_work() as session:
            session.execute(text("UPDATE account SET balance = balance - 1 WHERE id = 1"))
            insert(session, f"{writer}-{number}")
            session.execute(text("UPDATE account SET balance = balance + 1 WHERE id = 2"))
            if number % 3 == 2:
                raise _OnPurposeError
        kept[writer].add(f"{writer}-{number}")

    def write(writer: int) -> None:
        for number in range(UNITS):
            with suppress(_OnPurposeError):
                unit(writer, number)

    def read() -> set[int]:
        sums = set()
        while not finished.is_set():
            with database.reading() as session:
                sums.add(session.scalar(text("SELECT sum(balance) FROM account")) or 0)
        return sums

    with ThreadPoolExecutor(WRITERS + READERS) as threads:
        reading = [threads.submit(read) for _ in range(READERS)]
        try:
            list(threads.map(write, range(WRITERS)))
        finally:
            finished.set()
        for reader in reading:
            assert reader.result() <= {0}
    assert names(database) == set().union(*kept)
    assert sum(len(of_one) for of_one in kept) == WRITERS * UNITS * 2 // 3
    with database.reading() as session:
        assert (
            session.scalar(text("SELECT balance FROM account WHERE id = 2"))
            == WRITERS * UNITS * 2 // 3
        )


def impatient(writer: Engine) -> None:
    assert isinstance(writer.pool, SerializedStaticPool)
    writer.pool.patience_seconds = 0.05


def test_nested_checkout_and_closing_give_up(database: Database) -> None:
    impatient(database.writer)
    with database.unit_of_work() as session:
        with (
            pytest.raises(PoolTimeoutError, match=r"not free within 0\.05 s"),
            database.unit_of_work() as nested,
        ):
            insert(nested, "inner")
        with pytest.raises(PoolTimeoutError):
            database.writer.dispose()
        insert(session, "outer")
    assert names(database) == {"outer"}


@pytest.mark.parametrize("twice", ["undone", "kept"])
def test_an_error_gives_the_turn_back(twice: str, database: Database) -> None:
    with suppress(_OnPurposeError, IntegrityError), database.unit_of_work() as session:
        insert(session, "undone")
        insert(session, twice)
        raise _OnPurposeError
    assert_free(database)


def test_a_session_that_closes_elsewhere_or_is_forgotten(database: Database) -> None:
    session = Session(database.writer)
    insert(session, "undone")
    with ThreadPoolExecutor(1) as thread:
        thread.submit(session.close).result()
    forgotten = Session(database.writer)
    insert(forgotten, "undone")
    del forgotten
    gc.collect()
    assert_free(database)


def test_a_lost_connection_is_opened_anew(database: Database) -> None:
    with database.writer.connect() as connection:
        connection.invalidate()
    assert_free(database)


def test_a_connection_that_cannot_be_opened_gives_the_turn_back(tmp_path: Path) -> None:
    folder = tmp_path / "in-the-way.db"
    folder.mkdir()
    writer = create_writer(f"sqlite:///{folder}")
    impatient(writer)
    for _ in range(2):
        with pytest.raises(OperationalError, match="unable to open"):
            writer.connect()
    folder.rmdir()
    with writer.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    writer.dispose()


def test_closing_waits_for_whoever_works_on_the_connection(database: Database) -> None:
    with ThreadPoolExecutor(1) as thread:
        with database.unit_of_work() as session:
            closing = thread.submit(database.writer.dispose)
            insert(session, "kept")
        closing.result(PATIENCE_SECONDS)
    assert names(database) == {"kept"}
