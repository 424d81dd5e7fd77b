"""Whose turn it is: players first, and what is painted ahead of need behind them."""

import asyncio

import pytest

from app.errors import OverloadedError
from app.observability.metrics import Metrics
from app.services.generation.queue import MAX_WAITING, Generation, GenerationQueue
from tests.support.generations import run


class Workshop:
    """Runs orders through a queue and notes the order in which their turns come."""

    def __init__(self, at_once: int) -> None:
        self.queue = GenerationQueue(at_once, Metrics())
        self.begun: list[str] = []
        self.finish = asyncio.Event()

    async def work(self, name: str, place: Generation) -> None:
        async with self.queue.turn(place):
            self.begun.append(name)
            await self.finish.wait()

    def order(self, name: str, *, low: bool = False) -> tuple[asyncio.Task[None], Generation]:
        place = self.queue.enter(is_low_priority=low)
        return asyncio.create_task(self.work(name, place)), place


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_low_priority_goes_behind_those_who_came_later() -> None:
    async def case() -> None:
        shop = Workshop(1)
        tasks = [shop.order("first")[0]]
        await settled()
        tasks += [shop.order(name, low=name.startswith("low"))[0] for name in ("low", "second")]
        await settled()
        shop.finish.set()
        await asyncio.gather(*tasks)
        assert shop.begun == ["first", "second", "low"]

    run(case)


def test_somebody_comes_to_wait_for_what_was_painted_ahead() -> None:
    async def case() -> None:
        shop = Workshop(1)
        tasks = [shop.order("first")[0], shop.order("low", low=True)[0]]
        wanted, place = shop.order("wanted", low=True)
        await settled()
        shop.queue.promote(place)
        shop.finish.set()
        await asyncio.gather(*tasks, wanted)
        assert shop.begun == ["first", "wanted", "low"]

    run(case)


@pytest.mark.parametrize("low", [False, True])
def test_whoever_gives_up_waiting_holds_up_nobody(*, low: bool) -> None:
    async def case() -> None:
        shop = Workshop(1)
        first, _ = shop.order("first")
        await settled()
        gone, _ = shop.order("gone", low=low)
        last, _ = shop.order("last", low=low)
        await settled()
        gone.cancel()
        shop.finish.set()
        await asyncio.gather(first, last)
        assert shop.begun == ["first", "last"]
        assert gone.cancelled()

    run(case)


def test_cancelled_in_the_moment_its_turn_comes() -> None:
    async def case() -> None:
        shop = Workshop(1)
        first, _ = shop.order("first")
        await settled()
        second, _ = shop.order("second")
        await settled()
        shop.finish.set()
        await first
        second.cancel()
        third, _ = shop.order("third")
        await third
        assert "third" in shop.begun

    run(case)


def test_low_priority_turns_nobody_away() -> None:
    async def case() -> None:
        queue = GenerationQueue(1, Metrics())
        places = [queue.enter(is_low_priority=True) for _ in range(MAX_WAITING)]
        with pytest.raises(OverloadedError):
            queue.enter(is_low_priority=True)
        normal = [queue.enter() for _ in range(1 + MAX_WAITING)]
        with pytest.raises(OverloadedError):
            queue.enter()
        for place in places + normal:
            queue.leave(place)
        queue.enter(is_low_priority=True)

    run(case)
