"""Keeps this process's proof of life, and settles what the dead left behind."""

import asyncio
import threading

from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.observability.repeated_errors import RepeatedTrouble
from app.services.billing.ledger import Ledger
from app.services.coordination.instances import InstanceRegistry
from app.services.coordination.leases import Leases

HEARTBEAT_SECONDS = 5.0


class Heartbeat:
    """Beats for one process.

    Args:
        database: Where leases and reservations are.
        instances: The place of this process, and of its neighbours. What proves that one is
            alive is the lock on its file: whoever is only slow, or stopped, still has it.
        leases: Tidied; those in ``held`` stay.
        ledger: Settled for the dead; None where calls cost nothing.
        seconds: Time between two beats.
    """

    def __init__(
        self,
        database: Database,
        instances: InstanceRegistry,
        leases: Leases,
        ledger: Ledger | None,
        seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._database = database
        self._instances = instances
        self._leases = leases
        self._ledger = ledger
        self._seconds = seconds

    async def keep_beating(self) -> None:
        """Beat until cancelled, on a thread of its own, whatever holds up the event loop.

        Raises:
            RuntimeError: When the thread died.
        """
        stop = threading.Event()
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def beat() -> None:
            try:
                self._beat_until(stop)
            finally:
                loop.call_soon_threadsafe(ended.set)

        thread = threading.Thread(target=beat, name="heartbeat")
        thread.start()
        try:
            await ended.wait()
            raise RuntimeError("the thread of the heartbeat died")
        finally:
            stop.set()
            try:
                await asyncio.to_thread(thread.join)
            finally:
                thread.join()  # cancelled once more, or else the database is closed under it

    def _beat_until(self, stop: threading.Event) -> None:
        trouble = RepeatedTrouble("what the dead left could not be settled")
        while True:
            try:
                self._instances.renew()
                with self._database.unit_of_work() as session:
                    self._tidy(session)
                trouble.is_over()
            except Exception as error:  # noqa: BLE001 - or it would stay so until a restart
                trouble.tell(error)
            if stop.wait(self._seconds):
                return

    def _tidy(self, session: Session) -> None:
        now = utc_now()
        held = self._leases.held.copy()
        self._leases.release_all_but(session, held)
        if self._ledger is not None:
            self._ledger.settle_abandoned(session, self._leases.is_alive, now)
            self._ledger.settle_left_over(session, self._leases.owner, held, now)
        self._leases.release_of_the_dead(session)
