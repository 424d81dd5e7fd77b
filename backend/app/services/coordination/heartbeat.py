"""Keeps this process's proof of life, and settles what the dead left behind."""

import asyncio

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
            alive is the lock on its file: a slow or stopped process still holds it.
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
        """Beat until cancelled, the first time at once."""
        trouble = RepeatedTrouble("what the dead left could not be settled")
        while True:
            try:
                await asyncio.to_thread(self._instances.renew)
                await self._database.write(self._tidy)
                trouble.is_over()
            except Exception as error:  # noqa: BLE001 - or it would stay so until a restart
                trouble.tell(error)
            await asyncio.sleep(self._seconds)

    def _tidy(self, session: Session) -> None:
        now = utc_now()
        held = self._leases.held.copy()
        self._leases.release_all_but(session, held)
        if self._ledger is not None:
            self._ledger.settle_abandoned(session, self._leases.is_alive, now)
            self._ledger.settle_left_over(session, self._leases.owner, held, now)
        self._leases.release_of_the_dead(session)
