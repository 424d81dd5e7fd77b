"""Leases: one owner at a time, who may be silent for as long as it lives."""

from datetime import UTC, datetime, timedelta

import pytest

from app.database.engine import Database
from app.services.coordination.leases import Leases
from tests.support.registries import die, registry_beside

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=365)


def process(database: Database) -> Leases:
    return Leases(database, registry_beside(database))


def take(database: Database, leases: Leases, now: datetime = NOW) -> bool:
    with database.unit_of_work() as session:
        return leases.take(session, "mill", now)


def is_held(database: Database, leases: Leases) -> bool:
    with database.reading() as session:
        return leases.is_held(session, "mill")


@pytest.mark.parametrize("now", [NOW, LATER, NOW - timedelta(days=365)])
def test_second_owner_waits_however_long(now: datetime, database: Database) -> None:
    one, other = process(database), process(database)
    assert take(database, one)
    assert not take(database, other, now)
    assert is_held(database, other)


def test_dead_owner_is_followed_at_once(database: Database) -> None:
    registry = registry_beside(database)
    dead, heir = Leases(database, registry), process(database)
    take(database, dead)
    die(registry)
    assert not is_held(database, heir)
    assert take(database, heir)
    assert not take(database, process(database))


def test_released_is_free(database: Database) -> None:
    one, other = process(database), process(database)
    take(database, one)
    with database.unit_of_work() as session:
        one.release(session, "mill")
    assert take(database, other)


def test_nobody_gives_back_what_another_has(database: Database) -> None:
    one, other = process(database), process(database)
    take(database, one)
    with database.unit_of_work() as session:
        other.release(session, "mill")
        other.release_all_but(session, set())
        other.release_of_the_dead(session)
    assert is_held(database, other)
