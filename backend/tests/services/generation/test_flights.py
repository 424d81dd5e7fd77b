"""Images under way when the server stops."""

import asyncio

from app.models import ImageAsset
from app.services.generation.order import GenerationOrder
from app.services.generation.queue import Generation
from tests.support.generations import order_of, run, service_around


class Workshop:
    """Paints one image at a time, and notes what was begun and what was finished."""

    def __init__(self) -> None:
        self.service = service_around(self.paint, at_once=1)
        self.finish = asyncio.Event()
        self.begun: list[str] = []
        self.finished: list[str] = []

    async def paint(self, order: GenerationOrder) -> ImageAsset:
        self.begun.append(order.key)
        await self.finish.wait()
        self.finished.append(order.key)
        return ImageAsset()

    async def order(self, name: str) -> asyncio.Task[ImageAsset]:
        generation, joined = await self.service.generate(order_of(name))
        assert not joined
        assert generation.task is not None
        return generation.task


def test_what_has_begun_is_finished_and_nothing_else_begun() -> None:
    async def case() -> None:
        shop = Workshop()
        first, *waiting = [await shop.order(name) for name in ("first", "second", "third")]
        await asyncio.sleep(0.01)
        asyncio.get_running_loop().call_later(0.05, shop.finish.set)
        await shop.service.close(20)
        assert (shop.begun, shop.finished) == (["first"], ["first"])
        assert not first.cancelled()
        assert all(task.cancelled() for task in waiting)

    run(case)


def test_what_takes_too_long_is_given_up() -> None:
    async def case() -> None:
        shop = Workshop()
        first = await shop.order("first")
        await asyncio.sleep(0.01)
        await shop.service.close(0.05)
        assert first.cancelled()

    run(case)


def test_the_same_order_is_joined() -> None:
    async def case() -> None:
        shop = Workshop()
        shop.finish.set()
        found: list[tuple[Generation, bool]] = []
        found += [await shop.service.generate(order_of(name)) for name in ("mill", "mill", "ford")]
        assert [joined for _, joined in found] == [False, True, False]
        assert [await generation.image() for generation, _ in found]
        assert shop.begun == ["mill", "ford"]

    run(case)
