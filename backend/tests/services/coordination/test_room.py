"""Room for one more picture at once: first come, first served, over all processes."""

from datetime import UTC, datetime, timedelta

from app.database.engine import Database
from app.services.coordination.instances import InstanceRegistry
from app.services.coordination.leases import Leases
from app.services.coordination.room import InLine, Room
from app.services.generation.plan import Gallery
from tests.support.registries import die, registry_beside

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
LONGEST = timedelta(minutes=3)


class Process:
    """One server process, where one picture may be made at a time."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.registry: InstanceRegistry = registry_beside(database)
        self.leases = Leases(self.registry)
        self.room = Room(self.leases, 1, LONGEST)
        self.line = InLine()

    def ask(self, key: str, now: datetime = NOW) -> bool:
        """Begin a picture, or wait in line for it; says which."""
        with self.database.unit_of_work() as session:
            if not self.room.is_there_for(session, self.line, now):
                self.room.line_up(session, self.line, now)
                return False
            self.leases.release(session, self.line.key)
            return self.leases.take(session, key, now, Gallery("scene", key))

    def finish(self, key: str) -> None:
        with self.database.unit_of_work() as session:
            self.leases.release(session, key)


def soon(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_first_come_first_served(database: Database) -> None:
    one, two, three = (Process(database) for _ in range(3))
    assert one.ask("mill")
    assert not two.ask("ford", soon(1))
    assert not three.ask("pier", soon(2))
    assert not three.ask("pier", soon(3))
    one.finish("mill")
    one.line = InLine()
    assert not one.ask("well", soon(4)), "others have waited for long"
    assert not three.ask("pier", soon(4))
    assert two.ask("ford", soon(5))
    two.finish("ford")
    assert three.ask("pier", soon(6))


def test_stopped_while_it_waits_holds_up_nobody_for_long(database: Database) -> None:
    one, stopped, three = (Process(database) for _ in range(3))
    one.ask("mill")
    stopped.ask("ford", soon(1))
    three.ask("pier", soon(2))
    one.finish("mill")
    assert not three.ask("pier", soon(3))
    assert three.ask("pier", soon(11.5))
    assert not stopped.ask("ford", soon(12))
    three.finish("pier")
    assert stopped.ask("ford", soon(13))


def test_dead_holds_up_nobody(database: Database) -> None:
    making, waiting, three = (Process(database) for _ in range(3))
    making.ask("mill")
    waiting.ask("ford", soon(1))
    assert not three.ask("pier", soon(2))
    die(making.registry)
    die(waiting.registry)
    assert three.ask("pier", soon(3))


def test_stopped_in_a_call_makes_room_when_no_call_can_be_under_way(database: Database) -> None:
    stopped, other = Process(database), Process(database)
    stopped.ask("mill")
    assert not other.ask("ford", NOW + LONGEST - timedelta(seconds=1))
    assert other.ask("ford", NOW + LONGEST)
    with database.reading() as session:
        assert other.leases.is_held_elsewhere(session, "mill"), "its picture is still its own"


def test_clock_that_was_set_back(database: Database) -> None:
    """Whoever waits since tomorrow holds up nobody."""
    one, two, three = (Process(database) for _ in range(3))
    assert one.ask("mill", soon(86400))
    assert not two.ask("ford", soon(86401))
    one.finish("mill")
    assert three.ask("pier")
