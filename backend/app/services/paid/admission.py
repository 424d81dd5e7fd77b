"""Who may call the provider: one lease for each picture, one ledger row for each paid call."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database import Database
from app.errors import AppError
from app.models import ImageAsset
from app.services.paid.charge import Charge
from app.services.paid.heartbeat import Heartbeat
from app.services.paid.instances import beat
from app.services.paid.leases import is_leased, release_lease, take_lease
from app.services.paid.ledger import Ledger, Outcome
from app.services.paid.plan import Plan
from app.services.paid.refusals import RefusalMemory
from app.services.paid.shared_failure import written_failure
from app.services.paid.ticket import Occupied, Ticket
from app.services.paid.waiting import wait_for_the_other
from app.services.picture import GeneratedPicture
from app.services.provider_errors import PromptRefusedError


class Admission:
    """Takes leases and reserves money in one unit of work, and settles both in another."""

    def __init__(
        self,
        database: Database,
        heartbeat: Heartbeat,
        ledger: Ledger | None,
        refusals: RefusalMemory,
    ) -> None:
        self._database = database
        self._instance = heartbeat.instance
        self._held = heartbeat.held
        self._ledger = ledger
        self._refusals = refusals

    def must_pay(self, plan: Plan, charge: Charge, prompt: str) -> bool:
        """Refuse what is known to be refused; False where somebody makes it already.

        Raises:
            RateLimitError: When a limit or the budget would be overrun.
            PromptRefusedError: When the prompt was refused before.
        """
        now = utc_now()
        with self._database.reading() as session:
            if is_leased(session, plan.key, now):
                return False
            self._refusals.check(session, prompt, now, is_forced=charge.is_forced)
            if self._ledger is not None:
                self._ledger.check(session, charge, now)
        return True

    async def enter(
        self, plan: Plan, charge: Charge, prompt: str, count: Callable[[], None]
    ) -> ImageAsset | Ticket | Occupied:
        """Get a ticket, or the picture that somebody has made in the meantime.

        Where somebody works on it, ``wait_for_the_other`` and enter again.

        Args:
            plan: The key, and the rows that go with it.
            charge: Who causes the call.
            prompt: What the provider would be asked.
            count: Counts the call for its client, or refuses; called only with a ticket.

        Raises:
            RateLimitError: When a limit or the budget would be overrun.
            PromptRefusedError: When the prompt was refused before.
        """
        if plan.key in self._held:
            return Occupied(None)
        self._held.add(plan.key)
        entered: ImageAsset | Ticket | Occupied | None = None
        work = self._database.write(self._try_enter, plan, charge, prompt, count)
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

    async def _undo(self, entered: ImageAsset | Ticket | Occupied, plan: Plan, prompt: str) -> None:
        """Give back what was reserved for a call that was never made."""
        if isinstance(entered, Ticket):
            nothing = asyncio.CancelledError()
            await self.settle_failed(entered, plan, prompt, nothing, "failed")

    def settle_stored(
        self,
        session: Session,
        ticket: Ticket,
        image: ImageAsset,
        picture: GeneratedPicture,
        milliseconds: int,
    ) -> None:
        """Settle in the unit of work that stores the picture: both are kept, or neither."""
        if self._ledger is not None and ticket.ledger_id is not None:
            self._ledger.settle(
                session,
                ticket.ledger_id,
                "ok",
                now=utc_now(),
                milliseconds=milliseconds,
                picture=picture,
                image_id=image.id,
            )
        release_lease(session, ticket.key, self._instance)

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
    ) -> ImageAsset | Ticket | Occupied:
        now = utc_now()
        image = plan.find(session)
        if image is not None:
            return image
        if self._ledger is not None:
            self._refusals.check(session, prompt, now, is_forced=charge.is_forced)
        if not take_lease(session, plan.key, self._instance, now):
            return Occupied(
                self._ledger.call_under_way(session, plan.key) if self._ledger else None
            )
        plan.reserve(session)
        beat(session, self._instance, now)
        ticket = Ticket(plan.key, None)
        if self._ledger is not None:
            entry = self._ledger.reserve(session, charge, self._instance, now)
            ticket = Ticket(plan.key, entry.id)
        count()
        return ticket

    async def wait_for_the_other(self, plan: Plan, occupied: Occupied) -> None:
        """Wait until somebody else has made it, or will not.

        Raises:
            AppError: What the other was told, where it failed.
        """
        await wait_for_the_other(self._database, self._ledger, plan, occupied)

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
                session, ticket.ledger_id, outcome, now=now, failure=written_failure(error)
            )
        if isinstance(error, PromptRefusedError):
            self._refusals.remember(session, prompt, error, now)
        plan.abandon(session)
        release_lease(session, ticket.key, self._instance)
