"""Pictures under way when the server stops."""

import asyncio

from app.models import ImageAsset
from app.observability.metrics import Metrics
from app.services.generation.flights import Flight, Flights
from app.services.generation.queue import GenerationQueue


class Workshop:
    """Paints one picture at a time, and notes what was begun and what was finished."""

    def __init__(self) -> None:
        self.queue = GenerationQueue(1, Metrics())
        self.flights = Flights(self.queue)
        self.finish = asyncio.Event()
        self.begun: list[str] = []
        self.finished: list[str] = []

    def order(self, name: str) -> Flight:
        place = self.queue.enter()

        async def work() -> ImageAsset:
            async with self.queue.turn(place):
                self.begun.append(name)
                await self.finish.wait()
                self.finished.append(name)
                return ImageAsset()

        return self.flights.launch(work(), place)


def test_what_has_begun_is_finished_and_nothing_else_begun() -> None:
    async def case() -> None:
        shop = Workshop()
        first, *waiting = [shop.order(name) for name in ("first", "second", "third")]
        await asyncio.sleep(0.01)
        asyncio.get_running_loop().call_later(0.05, shop.finish.set)
        await shop.flights.close(20)
        assert (shop.begun, shop.finished) == (["first"], ["first"])
        assert not first.task.cancelled()
        assert all(flight.task.cancelled() for flight in waiting)

    asyncio.run(case())


def test_what_takes_too_long_is_given_up() -> None:
    async def case() -> None:
        shop = Workshop()
        first = shop.order("first")
        await asyncio.sleep(0.01)
        await shop.flights.close(0.05)
        assert first.task.cancelled()

    asyncio.run(case())
