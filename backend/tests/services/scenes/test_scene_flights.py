"""Several who ask for one scene: what one of them is refused for is not the others' business."""

import asyncio
from datetime import timedelta
from typing import Any, cast

import pytest

from app.clock import utc_now
from app.domain import SceneSetting
from app.errors import ClientLimitError, RateLimitError
from app.models import ImageAsset
from app.observability.metrics import Metrics
from app.services.generation.order import GenerationOrder
from app.services.players.identity import Caller
from app.services.scenes.cache import CacheService
from app.services.scenes.service import SceneService
from tests.support.generations import service_around

MILL = SceneSetting("Mill", "day", "clear")


class Refusing:
    """Refuses each client once it is told to go on, all but one."""

    def __init__(self, allowed: str) -> None:
        self.allowed = allowed
        self.go_on = asyncio.Event()
        self.begun: list[str] = []

    async def make(self, order: GenerationOrder) -> ImageAsset:
        self.begun.append(order.client)
        await self.go_on.wait()
        if order.client != self.allowed:
            raise ClientLimitError("Too many.", detail={"reason": "rate_limit"})
        return ImageAsset(created_at=utc_now())


def test_who_joins_in_the_moment_of_the_refusal() -> None:
    async def case() -> None:
        generation = Refusing(allowed="second")
        unused = cast("Any", None)
        scenes = SceneService(
            unused,
            CacheService(timedelta(days=7), has_model=True),
            service_around(generation.make, at_once=4),
            unused,
            Metrics(),
            unused,
        )

        def ask(client: str) -> Any:
            caller = Caller(client, None, is_admin=False, request_id="")
            return scenes._made(scenes._order(MILL, caller, force=False, low_priority=False), None)

        first = asyncio.create_task(ask("first"))
        await asyncio.sleep(0.01)
        generation.go_on.set()
        second = asyncio.create_task(ask("second"))  # runs behind what is refused just now
        with pytest.raises(RateLimitError):
            await first
        assert (await second).served == "generated"
        assert generation.begun == ["first", "second"]

    asyncio.run(case())
