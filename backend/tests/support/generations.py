"""The steps of a generation as one server process has them, and orders for them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from app.clock import utc_now
from app.database.engine import Database
from app.domain import SubjectType
from app.models import ImageAsset
from app.observability.metrics import Metrics
from app.services.billing.ledger import Ledger
from app.services.billing.limits import Allowance
from app.services.billing.refused_prompts import RefusedPrompts
from app.services.coordination.heartbeat import Heartbeat
from app.services.coordination.leases import Leases
from app.services.generation.order import GenerationOrder
from app.services.generation.precheck import Bounds
from app.services.generation.queue import Generation, GenerationQueue
from app.services.generation.reserve import Reservation, Reservations
from app.services.generation.service import GenerationService
from app.services.generation.settle import Settlement
from app.services.players.growth import Growth
from tests.support.registries import registry_beside
from tests.support.roomy import ROOMY

MODEL = "gemini-nano-banana-2.1"
LONGEST_CALL = timedelta(minutes=3)


def order_of(name: str, **facts: Any) -> GenerationOrder:
    """An order of player Ann for one scene."""
    known = {"key": name, "component": "", "alt_text": "", "client": "10.0.0.1"}
    return GenerationOrder(
        subject_type=SubjectType.SCENE,
        subject_name=name,
        prompt=name,
        **{**known, "player_hash": "ann", **facts},
    )


def not_counted() -> None:
    """No limit a minute."""


class GenerationProcess:
    """Reserves and settles in a real database."""

    def __init__(self, database: Database, at_once: int = 8, growth: Growth = ROOMY) -> None:
        ledger = Ledger(Allowance(10, 10, None), MODEL, None)
        self.registry = registry_beside(database)
        self.leases = Leases(database, self.registry)
        self.heartbeat = Heartbeat(database, self.registry, self.leases, ledger, seconds=0.02)
        self._database = database
        self._bounds = Bounds(self.leases, ledger, RefusedPrompts(MODEL), growth)
        self.reservations = Reservations(database, self._bounds, Metrics(), at_once, LONGEST_CALL)
        self.settlement = Settlement(database, cast("Any", None), self._bounds)

    def check(self, order: GenerationOrder) -> None:
        """What is checked before an order waits for its turn."""
        with self._database.reading() as session:
            self._bounds.check(session, order, utc_now())

    def ask(
        self, order: GenerationOrder, count: Callable[[], None] = not_counted
    ) -> Awaitable[ImageAsset | Reservation]:
        """Reserve, or hear that another process makes it."""
        return self.reservations.reserve(order, Generation(), count)

    async def reserve(self, order: GenerationOrder) -> Reservation:
        """Reserve what nobody else has."""
        reserved = await self.ask(order)
        assert isinstance(reserved, Reservation)
        assert reserved.state == "ours"
        return reserved

    async def is_refused_to(self, order: GenerationOrder) -> Reservation:
        """Find that another process makes it."""
        reserved = await self.ask(order)
        assert isinstance(reserved, Reservation)
        assert reserved.state == "theirs"
        return reserved


def service_around(
    make: Callable[[GenerationOrder], Awaitable[ImageAsset]], at_once: int
) -> GenerationService:
    """A service whose steps do nothing, but that ``make`` gives an image in place of all."""

    async def check(_order: GenerationOrder) -> None:
        pass

    async def reserve(order: GenerationOrder, *_: Any) -> ImageAsset:
        return await make(order)

    return GenerationService(
        cast("Any", SimpleNamespace(check=check)),
        cast("Any", SimpleNamespace(reserve=reserve)),
        cast("Any", SimpleNamespace(check=not_counted)),
        cast("Any", None),
        GenerationQueue(at_once, Metrics()),
        cast("Any", None),
    )


def run(case: Callable[[], Awaitable[None]]) -> None:
    """Run a case, which may take half a minute."""

    async def bounded() -> None:
        async with asyncio.timeout(30):
            await case()

    asyncio.run(bounded())
