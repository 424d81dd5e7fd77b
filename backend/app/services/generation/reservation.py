"""Who may call the provider: one lease for each picture, one ledger row for each paid call."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.domain import GeneratedImage
from app.errors import AppError
from app.models import ImageAsset
from app.services.billing.charge import Charge
from app.services.billing.ledger import Ledger, Outcome
from app.services.billing.refused_prompts import RefusalMemory
from app.services.coordination.heartbeat import Heartbeat
from app.services.coordination.room import InLine, Room
from app.services.generation.errors import PromptRefusedError, failure_to_json
from app.services.generation.plan import Plan
from app.services.generation.ticket import Full, Occupied, Ticket
from app.services.generation.waiting import wait_for_room, wait_for_the_other
from app.services.players.growth import Growth


class Admission:
    """Takes leases and reserves money in one unit of work, and settles both in another."""

    def __init__(
        self,
        database: Database,
        heartbeat: Heartbeat,
        room: Room,
        ledger: Ledger | None,
        refusals: RefusalMemory,
        growth: Growth,
    ) -> None:
        self._database = database
        self._leases = heartbeat.leases
        self._held = heartbeat.held
        self._room = room
        self._ledger = ledger
        self._refusals = refusals
        self._growth = growth

    def must_make(self, plan: Plan, charge: Charge, prompt: str) -> bool:
        """Refuse what is known to be refused; False where somebody makes or made it already.

        Raises:
            ConflictError: When the gallery is full.
            LibraryFullError: When the library is as large as it may be.
            RateLimitError: When a limit or the budget would be overrun.
            PromptRefusedError: When the prompt was refused before.
        """
        with self._database.reading() as session:
            # In this order: whoever made it meanwhile has both a picture and a spent limit.
            if self._leases.is_held(session, plan.key) or plan.find(session) is not None:
                return False
            if plan.gallery is not None:
                self._room.check_gallery(session, plan.gallery)
            now = utc_now()
            self._growth.check_picture(session, charge.client, now)
            if self._ledger is not None:
                self._refusals.check(session, prompt, now, is_forced=charge.is_forced)
                self._ledger.check(session, charge, now)
        return True

    @asynccontextmanager
    async def in_line(self) -> AsyncIterator[InLine]:
        """Give a place in the line of all processes, and give it up at the end."""
        line = InLine()
        self._held.add(line.key)
        try:
            yield line
        finally:
            if line.is_taken:
                with suppress(SQLAlchemyError):  # then the heartbeat does it
                    await asyncio.shield(self._database.write(self._leases.release, line.key))
            self._held.discard(line.key)

    async def enter(
        self,
        plan: Plan,
        charge: Charge,
        prompt: str,
        count: Callable[[], None],
        line: InLine,
    ) -> ImageAsset | Ticket | Occupied | Full:
        """Get a ticket, or the picture that somebody has made in the meantime.

        Where somebody works on it, ``wait_for_the_other`` and enter again; where there is no
        room, ``wait_for_room`` does the same. Every limit is looked at in the one transaction
        that reserves.

        Args:
            plan: The key, and the rows that go with it.
            charge: Who causes the call.
            prompt: What the provider would be asked.
            count: Counts the call for its client, or refuses; called only with a ticket.
            line: The order's place among those that wait for room.

        Raises:
            ConflictError: When the gallery is full.
            LibraryFullError: When the library is as large as it may be.
            RateLimitError: When a limit or the budget would be overrun.
            PromptRefusedError: When the prompt was refused before.
        """
        if plan.key in self._held:
            return Occupied(None)
        self._held.add(plan.key)
        entered: ImageAsset | Ticket | Occupied | Full | None = None
        work = self._database.write(self._try_enter, plan, charge, prompt, count, line)
        entering = asyncio.ensure_future(work)
        try:
            entered = await asyncio.shield(entering)
        except asyncio.CancelledError:
            with suppress(AppError, SQLAlchemyError):
                await self._undo(await entering, plan, prompt)
            raise
        finally:
            if not isinstance(entered, Ticket):
                self._held.discard(plan.key)
        return entered

    async def _undo(
        self, entered: ImageAsset | Ticket | Occupied | Full, plan: Plan, prompt: str
    ) -> None:
        """Give back what was reserved for a call that was never made."""
        if isinstance(entered, Ticket):
            nothing = asyncio.CancelledError()
            await self.settle_failed(entered, plan, prompt, nothing, "failed")

    def settle_stored(
        self,
        session: Session,
        ticket: Ticket,
        image: ImageAsset,
        picture: GeneratedImage,
        milliseconds: int,
    ) -> None:
        """Settle in the unit of work that stores the picture: both are kept, or neither."""
        now = utc_now()
        self._growth.add(session, ticket.client, now, image.file_size_bytes)
        if self._ledger is not None and ticket.ledger_id is not None:
            self._ledger.settle(
                session,
                ticket.ledger_id,
                "ok",
                now=now,
                milliseconds=milliseconds,
                picture=picture,
                image_id=image.id,
            )
        self._leases.release(session, ticket.key)

    async def settle_failed(
        self, ticket: Ticket, plan: Plan, prompt: str, error: BaseException, outcome: Outcome
    ) -> None:
        """Settle a call that brought no picture, and let others try."""
        await self._database.write(self._fail, ticket, plan, prompt, error, outcome)

    def leave(self, ticket: Ticket) -> None:
        """Forget a ticket that was settled."""
        self._held.discard(ticket.key)

    def _try_enter(
        self,
        session: Session,
        plan: Plan,
        charge: Charge,
        prompt: str,
        count: Callable[[], None],
        line: InLine,
    ) -> ImageAsset | Ticket | Occupied | Full:
        now = utc_now()
        image = plan.find(session)
        if image is not None:
            return image
        if self._ledger is not None:
            self._refusals.check(session, prompt, now, is_forced=charge.is_forced)
        if self._leases.is_held_elsewhere(session, plan.key):
            return Occupied(
                self._ledger.call_under_way(session, plan.key) if self._ledger else None
            )
        if plan.gallery is not None:
            self._room.check_gallery(session, plan.gallery)
        self._growth.check_picture(session, charge.client, now)
        if not self._room.is_there_for(session, line, now):
            self._room.line_up(session, line, now)
            return Full()
        if line.is_taken:
            self._leases.release(session, line.key)
            line.since = None
        return self._reserve(session, plan, charge, count, now)

    def _reserve(
        self,
        session: Session,
        plan: Plan,
        charge: Charge,
        count: Callable[[], None],
        now: datetime,
    ) -> Ticket:
        gallery = plan.gallery
        numbered = gallery is not None and gallery.is_numbered
        variation = self._room.next_number(session, gallery) if gallery and numbered else 0
        self._leases.take(session, plan.key, now, gallery, variation)
        plan.reserve(session)
        ticket = Ticket(plan.key, None, charge.client, variation)
        if self._ledger is not None:
            entry = self._ledger.reserve(session, charge, self._leases.owner, now)
            ticket = Ticket(plan.key, entry.id, charge.client, variation)
        count()
        return ticket

    async def wait_for_the_other(self, plan: Plan, occupied: Occupied) -> None:
        """Wait until somebody else has made it, or will not.

        Raises:
            AppError: What the other was told, where it failed.
        """
        await wait_for_the_other(self._database, self._leases, self._ledger, plan, occupied)

    async def wait_for_room(self, line: InLine) -> None:
        """Wait until one more picture may be made; then enter again."""
        await wait_for_room(self._database, self._room, line)

    def _fail(
        self,
        session: Session,
        ticket: Ticket,
        plan: Plan,
        prompt: str,
        error: BaseException,
        outcome: Outcome,
    ) -> None:
        now = utc_now()
        if self._ledger is not None and ticket.ledger_id is not None:
            self._ledger.settle(
                session, ticket.ledger_id, outcome, now=now, failure=failure_to_json(error)
            )
        if isinstance(error, PromptRefusedError):
            self._refusals.remember(session, prompt, error, now)
        plan.abandon(session)
        self._leases.release(session, ticket.key)
