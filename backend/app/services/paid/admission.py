"""Who may call the provider: one lease for each picture, one ledger row for each paid call."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database import Database
from app.errors import AppError
from app.models import ImageAsset
from app.services.paid.instances import HEARTBEAT_SECONDS, beat
from app.services.paid.leases import is_leased, release_lease, take_lease
from app.services.paid.ledger import Charge, Ledger, Outcome
from app.services.paid.plan import Plan
from app.services.paid.refusals import RefusalMemory
from app.services.picture import GeneratedPicture
from app.services.provider_errors import PromptRefusedError

log = structlog.get_logger()

_FIRST_LOOK_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to make one call; ``ledger_id`` is None where calls cost nothing."""

    key: str
    ledger_id: int | None


class Admission:
    """Takes leases and reserves money in one unit of work, and settles both in another."""

    def __init__(
        self, database: Database, instance: str, ledger: Ledger | None, refusals: RefusalMemory
    ) -> None:
        self._database = database
        self._instance = instance
        self._ledger = ledger
        self._refusals = refusals
        # What this process works on. The lease alone does not tell: a row of our own may also
        # be left over from a settlement that failed.
        self._held: set[str] = set()

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
            self._refusals.check(session, prompt)
            if self._ledger is not None:
                self._ledger.check(session, charge, now)
        return True

    async def enter(
        self, plan: Plan, charge: Charge, prompt: str, count: Callable[[], None]
    ) -> ImageAsset | Ticket | None:
        """Get a ticket, or the picture that somebody has made in the meantime.

        Gives None where somebody works on it: ``wait_for_the_other``, and enter again.

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
            return None
        self._held.add(plan.key)
        entered: ImageAsset | Ticket | None = None
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

    async def _undo(self, entered: ImageAsset | Ticket | None, plan: Plan, prompt: str) -> None:
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

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[bool]:
        """Hold a lease for some longer work; gives False where another process has it."""
        if key in self._held or not await self._database.write(self._take, key):
            yield False
            return
        self._held.add(key)
        try:
            yield True
        finally:
            self._held.discard(key)
            await asyncio.shield(self._database.write(release_lease, key, self._instance))

    def _take(self, session: Session, key: str) -> bool:
        now = utc_now()
        beat(session, self._instance, now)
        return take_lease(session, key, self._instance, now)

    async def keep_beating(self) -> None:
        """Renew the heartbeat while there is work, and settle what the dead left behind.

        On a thread of its own: were the event loop held up for 15 s, another process would take
        over what is being paid for here.
        """
        stop = threading.Event()
        thread = threading.Thread(target=self._beat_until, args=(stop,), name="heartbeat")
        thread.start()
        try:
            await asyncio.Event().wait()
        finally:
            stop.set()
            await asyncio.to_thread(thread.join)

    def _beat_until(self, stop: threading.Event) -> None:
        while True:
            try:
                with self._database.unit_of_work() as session:
                    self._tidy(session)
            except SQLAlchemyError:
                log.exception("the heartbeat could not be written")
            if stop.wait(HEARTBEAT_SECONDS):
                return

    def _try_enter(
        self,
        session: Session,
        plan: Plan,
        charge: Charge,
        prompt: str,
        count: Callable[[], None],
    ) -> ImageAsset | Ticket | None:
        now = utc_now()
        image = plan.find(session)
        if image is not None:
            return image
        if self._ledger is not None:
            self._refusals.check(session, prompt)
        if not take_lease(session, plan.key, self._instance, now):
            return None
        plan.reserve(session)
        beat(session, self._instance, now)
        ticket = Ticket(plan.key, None)
        if self._ledger is not None:
            entry = self._ledger.reserve(session, charge, self._instance, now)
            ticket = Ticket(plan.key, entry.id)
        count()
        return ticket

    async def wait_for_the_other(self, plan: Plan) -> None:
        """Look for the picture now and then; reads cost the writer nothing."""
        pause = _FIRST_LOOK_SECONDS
        while True:
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
            with self._database.reading() as session:
                if plan.find(session) is not None or not is_leased(session, plan.key, utc_now()):
                    return

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
            self._ledger.settle(session, ticket.ledger_id, outcome, now=now)
        if isinstance(error, PromptRefusedError):
            self._refusals.remember(session, prompt, error, now)
        plan.abandon(session)
        release_lease(session, ticket.key, self._instance)

    def _tidy(self, session: Session) -> None:
        now = utc_now()
        if self._held:
            beat(session, self._instance, now)
        if self._ledger is not None:
            self._ledger.settle_abandoned(session, now)
