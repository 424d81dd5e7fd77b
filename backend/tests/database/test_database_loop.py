"""Reads on the event loop, which must not wait for anybody."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import QueuePool, text
from sqlalchemy.orm import Session

from app.database.engine import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'game.db'}")
    with opened.unit_of_work() as session:
        session.execute(text("CREATE TABLE note (words TEXT)"))
    yield opened
    opened.close()


def notes(session: Session) -> list[str]:
    return list(session.scalars(text("SELECT words FROM note")))


def test_never_waits_for_slow_readers(database: Database) -> None:
    """Its own look comes at once while threads hold every connection that they can get."""

    async def look() -> list[str]:
        with database.reading() as session:
            return notes(session)

    with ExitStack() as slow:
        pool = database.reader.pool
        assert isinstance(pool, QueuePool)
        for _ in range(pool.size() + pool._max_overflow):
            slow.enter_context(database.reader.connect())
        assert asyncio.run(look()) == []
        assert database.version() is not None


def test_readers_are_counted_together(database: Database) -> None:
    async def look() -> int:
        with database.reading() as session:
            session.connection()
            return database.connections_in_use()["reader"]

    with database.reader.connect():
        assert asyncio.run(look()) == 2
    assert database.connections_in_use()["reader"] == 0
