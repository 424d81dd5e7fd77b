"""Says that this process is alive while it works, and settles what the dead left behind."""

import asyncio
import threading
import time
from datetime import datetime

from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database import Database
from app.repeated_trouble import RepeatedTrouble
from app.services.paid import instances
from app.services.paid.leases import release_leases_but, release_leases_of, silent_owners
from app.services.paid.ledger import Ledger


class Heartbeat:
    """Beats for one process.

    Args:
        database: Where it is told.
        ledger: Settled for the dead; None where calls cost nothing.
        longest_call_seconds: After so long no call is under way any more, stored or not.

    Attributes:
        instance: Identity of the process, owner of its leases and reservations.
        held: Keys that it works on, each from before its lease is taken until it is given back.
            The lease alone does not tell: a row of our own may also be left over from a
            settlement that failed.
    """

    def __init__(
        self, database: Database, ledger: Ledger | None, longest_call_seconds: float
    ) -> None:
        self.instance = instances.new_instance_id()
        self.held: set[str] = set()
        self._database = database
        self._ledger = ledger
        self._longest_call_seconds = longest_call_seconds
        self._silent_since: dict[str, float] = {}

    async def keep_beating(self) -> None:
        """Beat until cancelled.

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
            try:
                await asyncio.to_thread(thread.join)
            finally:
                thread.join()  # cancelled once more, or else the database is closed under it

    def _beat_until(self, stop: threading.Event) -> None:
        trouble = RepeatedTrouble("the heartbeat could not be written")
        while True:
            try:
                with self._database.unit_of_work() as session:
                    self._tidy(session)
                trouble.is_over()
            except Exception as error:  # noqa: BLE001 - or others would pay again for what we pay
                trouble.tell(error)
            if stop.wait(instances.HEARTBEAT_SECONDS):
                return

    def _tidy(self, session: Session) -> None:
        now = utc_now()
        held = self.held.copy()
        if held:
            instances.beat(session, self.instance, now)
        release_leases_but(session, held, self.instance)
        if self._ledger is not None:
            self._ledger.settle_abandoned(session, now)
            self._ledger.settle_left_over(session, self.instance, held, now)
        self._take_from_the_dead(session, now)

    def _take_from_the_dead(self, session: Session, now: datetime) -> None:
        """Take leases away whose owners were seen silent for longer than a call lasts.

        Not by their heartbeats' age: after a jump of the clock or behind a locked database the
        living are silent too, and without its lease what one of them pays for is paid for again.
        """
        seen = time.monotonic()
        self._silent_since = {
            owner: self._silent_since.get(owner, seen) for owner in silent_owners(session, now)
        }
        gone = [
            owner
            for owner, since in self._silent_since.items()
            if seen - since > self._longest_call_seconds
        ]
        if gone:
            release_leases_of(session, gone)
