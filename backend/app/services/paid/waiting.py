"""Waiting for a picture that another process makes."""

import asyncio

from app.clock import utc_now
from app.database import Database
from app.services.paid.leases import is_leased
from app.services.paid.ledger import Ledger
from app.services.paid.plan import Plan
from app.services.paid.shared_failure import read_failure
from app.services.paid.ticket import Occupied

_FIRST_LOOK_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 0.25


async def wait_for_the_other(
    database: Database, ledger: Ledger | None, plan: Plan, occupied: Occupied
) -> None:
    """Look now and then, until the picture is there or nobody alive works on it.

    Reads cost the writer nothing.

    Raises:
        AppError: What the other was told, where it failed: were each process that waited to ask
            again, one order could be paid for once for each of them.
    """
    pause = _FIRST_LOOK_SECONDS
    while True:
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
        failure = None
        with database.reading() as session:
            if plan.find(session) is not None:
                return
            if is_leased(session, plan.key, utc_now()):
                continue
            if ledger is not None and occupied.ledger_id is not None:
                failure = ledger.failure_of(session, occupied.ledger_id)
        if failure is not None:
            raise read_failure(failure)
        return
