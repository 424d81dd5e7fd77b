"""Step 2: take the lease, the money and a place among all that is being made, in one transaction.

Every limit is checked in the transaction that reserves, so that however many processes ask, none
is overrun.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.errors import AppError
from app.models import ImageAsset
from app.observability.metrics import Metrics
from app.services.generation.errors import failure_from_json
from app.services.generation.order import GenerationOrder
from app.services.generation.precheck import Bounds, is_of
from app.services.generation.queue import WAITING_IN_LINE, Generation

# After so long a place in line is taken anew, at the end: a process that was stopped while it
# waited holds up the others no longer than that.
_WAITING_COUNTS = timedelta(seconds=10)
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 0.25
# Then it asks again whatever it saw, which keeps its place in line.
_ASK_AGAIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Reservation:
    """The right to make one image, or why there is none yet.

    Attributes:
        state: ``ours``; ``theirs`` if another process makes it; ``no_room`` if all processes
            together make as many images as may be made at once.
        ledger_id: The paid call, ours or theirs; None if calls cost nothing.
        variation: The number that the image will have among those of its subject.
    """

    state: Literal["ours", "theirs", "no_room"]
    ledger_id: int | None = None
    variation: int = 0


class Reservations:
    """Reserves, and waits for room or for another process.

    Args:
        database: Where leases and ledger are.
        bounds: What is checked.
        metrics: Count refusals.
        at_once: How many paid images all processes together make at once.
        longest_call: After so long no call is under way, even if its process was stopped.
    """

    def __init__(
        self,
        database: Database,
        bounds: Bounds,
        metrics: Metrics,
        at_once: int,
        longest_call: timedelta,
    ) -> None:
        self._database = database
        self._bounds = bounds
        self._leases = bounds.leases
        self._ledger = bounds.ledger
        self._metrics = metrics
        self._at_once = at_once
        self._longest_call = longest_call

    async def reserve(
        self, order: GenerationOrder, generation: Generation, count: Callable[[], None]
    ) -> ImageAsset | Reservation:
        """Reserve, or get the image that somebody has made in the meantime.

        A reservation that is ``theirs`` is waited for by ``wait_for_the_other``, and then asked
        for again. What is reserved is given back by the settlement, and then by ``forget``.

        Args:
            order: What is wanted.
            generation: Its place in the line of all processes.
            count: Counts the call for its client, or refuses; called last.

        Raises:
            ConflictError: When the gallery is full.
            LibraryFullError: When the library is as large as it may be.
            RateLimitError: When a limit or the budget would be overrun.
            PromptRefusedError: When the prompt was refused before.
        """
        async with self._line(generation):
            while True:
                reserved = await self._enter(order, generation, count)
                if not isinstance(reserved, Reservation) or reserved.state != "no_room":
                    return reserved
                await self._wait_for_room(generation)

    async def wait_for_the_other(self, order: GenerationOrder, theirs: Reservation) -> None:
        """Wait until the image is there or nobody alive works on it.

        Raises:
            AppError: How the other failed: were each process that waited to ask again, one order
                could be paid for once for each of them.
        """

        def is_over(session: Session) -> bool:
            return order.target.find(session) is not None or not self._leases.is_held(
                session, order.key
            )

        def failure_of(session: Session) -> str | None:
            found = order.target.find(session) is not None
            if found or self._ledger is None or theirs.ledger_id is None:
                return None
            return self._ledger.failure_of(session, theirs.ledger_id)

        async for _ in _checks():
            if await self._database.read(is_over):
                if failure := await self._database.read(failure_of):
                    raise failure_from_json(failure)
                return

    def forget(self, order: GenerationOrder) -> None:
        """Forget what was reserved; it is settled."""
        self._leases.held.discard(order.key)

    @asynccontextmanager
    async def _line(self, generation: Generation) -> AsyncIterator[None]:
        """Give up the place in line at the end."""
        self._leases.held.add(generation.line_key)
        try:
            yield
        finally:
            if generation.in_line_since is not None:
                generation.in_line_since = None
                with suppress(SQLAlchemyError):  # then the heartbeat does it
                    released = self._database.write(self._leases.release, generation.line_key)
                    await asyncio.shield(released)
            self._leases.held.discard(generation.line_key)

    async def _enter(
        self, order: GenerationOrder, generation: Generation, count: Callable[[], None]
    ) -> ImageAsset | Reservation:
        if order.key in self._leases.held:
            return Reservation("theirs")
        self._leases.held.add(order.key)
        # Somebody may have come to wait for what was to be made ahead of need.
        charged = replace(order, is_low_priority=generation.is_low)
        work = self._database.write(self._try_reserve, charged, generation, count)
        entering = asyncio.ensure_future(work)
        reserved: ImageAsset | Reservation | None = None
        try:
            with self._metrics.refusals():
                reserved = await asyncio.shield(entering)
        except asyncio.CancelledError:
            with suppress(AppError, SQLAlchemyError):
                await self._undo(order, await entering)
            raise
        finally:
            if not isinstance(reserved, Reservation) or reserved.state != "ours":
                self.forget(order)
        return reserved

    def _try_reserve(
        self,
        session: Session,
        order: GenerationOrder,
        generation: Generation,
        count: Callable[[], None],
    ) -> ImageAsset | Reservation:
        now = utc_now()
        image = order.target.find(session)
        if image is not None:
            return image
        if self._leases.is_held_elsewhere(session, order.key):
            call = self._ledger.call_under_way(session, order.key) if self._ledger else None
            return Reservation("theirs", call)
        self._bounds.check(session, order, now)
        if self._ledger is not None and not self.has_room(session, generation, now):
            self.line_up(session, generation, now)
            return Reservation("no_room")
        if generation.in_line_since is not None:
            self._leases.release(session, generation.line_key)
            generation.in_line_since = None
        variation = self._next_number(session, order) if order.is_numbered else 0
        self._leases.take(session, order.key, now, order, variation)
        order.target.reserve(session)
        call = None
        if self._ledger is not None:
            call = self._ledger.reserve(session, order, self._leases.owner, now).id
        count()
        return Reservation("ours", call, variation)

    async def _undo(self, order: GenerationOrder, reserved: ImageAsset | Reservation) -> None:
        """Give back what was reserved for a call that was never made."""

        def give_back(session: Session) -> None:
            if self._ledger is not None and call is not None:
                self._ledger.settle(session, call, "failed", now=utc_now())
            order.target.abandon(session)
            self._leases.release(session, order.key)

        if isinstance(reserved, Reservation) and reserved.state == "ours":
            call = reserved.ledger_id
            await self._database.write(give_back)

    def has_room(self, session: Session, generation: Generation, now: datetime) -> bool:
        """Whether one more image may be made now: earlier orders go first."""
        since = generation.in_line_since
        making, earlier = 0, 0
        for lease in self._leases.of_the_living(session):
            if lease.key.startswith(WAITING_IN_LINE):
                is_other = lease.key != generation.line_key
                counts = is_other and now - _WAITING_COUNTS < lease.taken_at <= now
                earlier += counts and (since is None or lease.taken_at < since)
            elif lease.subject_type is not None:
                making += lease.taken_at > now - self._longest_call
        return making + earlier < self._at_once

    def line_up(self, session: Session, generation: Generation, now: datetime) -> None:
        """Take the place in line, or take it anew if it was held for long."""
        since = generation.in_line_since
        if since is None or now - since >= _WAITING_COUNTS or now < since:
            self._leases.take(session, generation.line_key, now)
            generation.in_line_since = now

    async def _wait_for_room(self, generation: Generation) -> None:
        """Wait until one more image may be made, or for a while."""
        until = asyncio.get_running_loop().time() + _ASK_AGAIN_SECONDS
        async for now in _checks():
            if now >= until or await self._database.read(self.has_room, generation, utc_now()):
                return

    def _next_number(self, session: Session, order: GenerationOrder) -> int:
        """The number of a new image, which none has that is stored, in the trash or under way.

        Images of earlier versions have no numbers, but each had one below their count.
        """
        count, last = session.execute(
            select(func.count(), func.max(ImageAsset.variation)).where(is_of(order))
        ).one()
        numbers = [one.variation or 0 for one in self._leases.under_way(session, order)]
        return max([count, -1 if last is None else last + 1, *(number + 1 for number in numbers)])


async def _checks() -> AsyncIterator[float]:
    """The time of each check, by the event loop's clock; reads cost the writer nothing."""
    pause = _FIRST_PAUSE_SECONDS
    while True:
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
        yield asyncio.get_running_loop().time()
