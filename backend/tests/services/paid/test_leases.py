"""Leases: one owner at a time, and the dead own nothing."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.database import Database
from app.models import GenerationLease
from app.services.paid.instances import LEASE_SECONDS, beat, is_alive, owned_by_the_living
from app.services.paid.leases import is_leased, release_lease, take_lease

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=LEASE_SECONDS)


def take(database: Database, owner: str, now: datetime = NOW) -> bool:
    with database.unit_of_work() as session:
        taken = take_lease(session, "mill", owner, now)
        if taken:
            beat(session, owner, now)
        return taken


def test_second_owner_waits(database: Database) -> None:
    assert [take(database, "a"), take(database, "b")] == [True, False]


def test_dead_owner_is_followed(database: Database) -> None:
    take(database, "a")
    assert not take(database, "b", LATER - timedelta(seconds=0.1))
    assert take(database, "b", LATER)
    assert not take(database, "a", LATER)


def test_dead_owner_is_followed_also_after_the_clock_was_set_back(database: Database) -> None:
    take(database, "a", NOW + timedelta(days=365))
    assert take(database, "b")
    with database.reading() as session:
        found = select(GenerationLease.owner).where(owned_by_the_living(GenerationLease.owner, NOW))  # type: ignore[arg-type]
        assert session.scalars(found).all() == ["b"]


def test_heartbeat_renews(database: Database) -> None:
    take(database, "a")
    with database.unit_of_work() as session:
        beat(session, "a", LATER)
    assert not take(database, "b", LATER)
    with database.reading() as session:
        assert is_leased(session, "mill", LATER)
        assert is_alive(session, "a", LATER)
        assert not is_leased(session, "mill", LATER + timedelta(seconds=LEASE_SECONDS))


def test_released_is_free(database: Database) -> None:
    take(database, "a")
    with database.unit_of_work() as session:
        release_lease(session, "mill", "a")
    assert take(database, "b")


def test_nobody_gives_back_what_another_has(database: Database) -> None:
    take(database, "a")
    take(database, "b", LATER)
    with database.unit_of_work() as session:
        release_lease(session, "mill", "a")
        assert is_leased(session, "mill", LATER)


def test_instances_of_yesterday_are_forgotten(database: Database) -> None:
    take(database, "a")
    with database.unit_of_work() as session:
        beat(session, "b", NOW + timedelta(days=2))
        assert not is_alive(session, "a", NOW)
