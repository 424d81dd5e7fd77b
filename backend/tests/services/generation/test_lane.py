"""The lane of what is painted ahead of need: one at a time, each process in its turn."""

import asyncio
from collections.abc import Callable

from sqlalchemy import select

from app.database.engine import Database
from app.models import GenerationLease
from app.observability.metrics import Metrics
from app.services.coordination.leases import Leases
from app.services.generation.queue import Generation, GenerationQueue
from tests.support.generations import run
from tests.support.ledger import wait_until
from tests.support.registries import registry_beside


class Process:
    """What one server process has of this; notes who is in the lane, and all who ever were."""

    def __init__(self, database: Database, inside: set[str], begun: list[str]) -> None:
        self.queue = GenerationQueue(4, Metrics(), Leases(database, registry_beside(database)))
        self.inside, self.begun = inside, begun

    def order(
        self, name: str, finish: asyncio.Event, *, low: bool = True
    ) -> tuple[asyncio.Task[None], Generation]:
        place = self.queue.enter(is_low_priority=low)
        return asyncio.create_task(self._work(name, place, finish)), place

    async def _work(self, name: str, place: Generation, finish: asyncio.Event) -> None:
        async with self.queue.lane(place):
            self.inside.add(name)
            self.begun.append(name)
            await finish.wait()
            self.inside.discard(name)


async def until(condition: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait_until, condition)


def leases(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(GenerationLease.key)))


def test_one_at_a_time_and_in_order(database: Database) -> None:
    async def case() -> None:
        process, finish = Process(database, set(), []), asyncio.Event()
        tasks = [process.order(f"{number}", finish)[0] for number in range(3)]
        await until(lambda: process.begun == ["0"])
        await asyncio.sleep(0.4)
        assert process.inside == {"0"}
        finish.set()
        await asyncio.gather(*tasks)
        assert process.begun == ["0", "1", "2"]
        assert leases(database) == []

    run(case)


def test_each_process_in_its_turn(database: Database) -> None:
    async def case() -> None:
        inside: set[str] = set()
        begun: list[str] = []
        busy, other = Process(database, inside, begun), Process(database, inside, begun)
        finish, other_finish = asyncio.Event(), asyncio.Event()
        first, _ = busy.order("busy 0", finish)
        await until(lambda: begun == ["busy 0"])
        late, _ = other.order("other", other_finish)
        await until(lambda: "ahead-of-need|next" in leases(database))
        more = [busy.order(f"busy {number}", finish)[0] for number in (1, 2)]
        finish.set()
        await until(lambda: len(begun) == 2)
        await asyncio.sleep(0.4)
        assert (begun, inside) == (["busy 0", "other"], {"other"})
        other_finish.set()
        await asyncio.gather(first, late, *more)
        assert begun == ["busy 0", "other", "busy 1", "busy 2"]

    run(case)


def test_an_order_somebody_waits_for_passes_by(database: Database) -> None:
    async def case() -> None:
        process, finish = Process(database, set(), []), asyncio.Event()
        tasks = [process.order("0", finish)[0]]
        await until(lambda: process.begun == ["0"])
        tasks.append(process.order("player", finish, low=False)[0])
        await until(lambda: process.begun == ["0", "player"])
        finish.set()
        await asyncio.gather(*tasks)

    run(case)


def test_somebody_comes_to_wait_for_one_that_waits(database: Database) -> None:
    async def case() -> None:
        inside: set[str] = set()
        begun: list[str] = []
        process, other = Process(database, inside, begun), Process(database, inside, begun)
        finish = asyncio.Event()
        first, _ = other.order("0", finish)
        await until(lambda: begun == ["0"])
        # One waits for the other process, and one behind that.
        waiting = [process.order(name, finish) for name in ("1", "2", "3")]
        await until(lambda: "ahead-of-need|next" in leases(database))
        for task, place in waiting[:2]:
            process.queue.promote(place)
            await until(lambda: len(inside) > 1)
            assert not task.done()
        await until(lambda: inside == {"0", "1", "2"})
        finish.set()
        await asyncio.gather(first, *(task for task, _ in waiting))
        assert begun[-1] == "3"
        await until(lambda: not leases(database))

    run(case)


def test_two_come_to_wait_for_one_that_waits(database: Database) -> None:
    """The second while the first still ends its waiting."""

    async def case() -> None:
        inside: set[str] = set()
        process, other = Process(database, inside, []), Process(database, inside, [])
        finish = asyncio.Event()
        first, _ = other.order("0", finish)
        await until(lambda: inside == {"0"})
        second, place = process.order("1", finish)
        await until(lambda: "ahead-of-need|next" in leases(database))
        for _ in range(5):
            process.queue.promote(place)
            await asyncio.sleep(0)
        await until(lambda: inside == {"0", "1"})
        finish.set()
        await asyncio.gather(first, second)

    run(case)


def test_whoever_is_gone_holds_up_nobody(database: Database) -> None:
    async def case() -> None:
        process, finish = Process(database, set(), []), asyncio.Event()
        first, _ = process.order("0", finish)
        await until(lambda: process.begun == ["0"])
        gone, _ = process.order("gone", finish)
        last, _ = process.order("last", finish)
        await asyncio.sleep(0.05)
        gone.cancel()
        finish.set()
        await asyncio.gather(first, last)
        assert process.begun == ["0", "last"]
        assert gone.cancelled()

    run(case)
