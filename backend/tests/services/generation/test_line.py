"""The line of all processes for room to make one more image: first come, first served."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from app.database.engine import Database
from app.services.generation.queue import Generation
from tests.support.generations import LONGEST_CALL as LONGEST
from tests.support.generations import GenerationProcess, order_of
from tests.support.registries import die

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


class Process(GenerationProcess):
    """One server process, where one image may be made at a time."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, at_once=1)
        self.database = database
        self.come_anew()

    def come_anew(self) -> None:
        self.waiting = Generation(granted=cast("Any", None))

    def wants(self, key: str, now: datetime = NOW) -> bool:
        """Begin an image, or wait in line for it; says which."""
        with self.database.unit_of_work() as session:
            if not self.reservations.has_room(session, self.waiting, now):
                self.reservations.line_up(session, self.waiting, now)
                return False
            self.leases.release(session, self.waiting.line_key)
            return self.leases.take(session, key, now, order_of(key))

    def finish(self, key: str) -> None:
        with self.database.unit_of_work() as session:
            self.leases.release(session, key)


def soon(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_first_come_first_served(database: Database) -> None:
    one, two, three = (Process(database) for _ in range(3))
    assert one.wants("mill")
    assert not two.wants("ford", soon(1))
    assert not three.wants("pier", soon(2))
    assert not three.wants("pier", soon(3))
    one.finish("mill")
    one.come_anew()
    assert not one.wants("well", soon(4)), "others have waited for long"
    assert not three.wants("pier", soon(4))
    assert two.wants("ford", soon(5))
    two.finish("ford")
    assert three.wants("pier", soon(6))


def test_stopped_while_it_waits_holds_up_nobody_for_long(database: Database) -> None:
    one, stopped, three = (Process(database) for _ in range(3))
    one.wants("mill")
    stopped.wants("ford", soon(1))
    three.wants("pier", soon(2))
    one.finish("mill")
    assert not three.wants("pier", soon(3))
    assert three.wants("pier", soon(11.5))
    assert not stopped.wants("ford", soon(12))
    three.finish("pier")
    assert stopped.wants("ford", soon(13))


def test_dead_holds_up_nobody(database: Database) -> None:
    making, waiting, three = (Process(database) for _ in range(3))
    making.wants("mill")
    waiting.wants("ford", soon(1))
    assert not three.wants("pier", soon(2))
    die(making.registry)
    die(waiting.registry)
    assert three.wants("pier", soon(3))


def test_stopped_in_a_call_makes_room_when_no_call_can_be_under_way(database: Database) -> None:
    stopped, other = Process(database), Process(database)
    stopped.wants("mill")
    assert not other.wants("ford", NOW + LONGEST - timedelta(seconds=1))
    assert other.wants("ford", NOW + LONGEST)
    with database.reading() as session:
        assert other.leases.is_held_elsewhere(session, "mill"), "its image is still its own"


def test_clock_that_was_set_back(database: Database) -> None:
    """Whoever waits since tomorrow holds up nobody."""
    one, two, three = (Process(database) for _ in range(3))
    assert one.wants("mill", soon(86400))
    assert not two.wants("ford", soon(86401))
    one.finish("mill")
    assert three.wants("pier")
