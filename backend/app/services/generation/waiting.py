"""Waiting for what another process does; reads cost the writer nothing.

On threads, since they look for locks and pictures in the image folder, which may be far away.
"""

import asyncio
from collections.abc import AsyncIterator

from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.services.billing.ledger import Ledger
from app.services.coordination.leases import Leases
from app.services.coordination.room import InLine, Room
from app.services.generation.errors import failure_from_json
from app.services.generation.plan import Plan
from app.services.generation.ticket import Occupied

_FIRST_LOOK_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 0.25
# Then it asks again whatever it saw, which keeps its place in line.
_ASK_AGAIN_SECONDS = 5.0


async def wait_for_the_other(
    database: Database, leases: Leases, ledger: Ledger | None, plan: Plan, occupied: Occupied
) -> None:
    """Look now and then, until the picture is there or nobody alive works on it.

    Raises:
        AppError: What the other was told, where it failed: were each process that waited to ask
            again, one order could be paid for once for each of them.
    """

    def is_over(session: Session) -> bool:
        return plan.find(session) is not None or not leases.is_held(session, plan.key)

    def failure_of(session: Session) -> str | None:
        if plan.find(session) is not None or ledger is None or occupied.ledger_id is None:
            return None
        return ledger.failure_of(session, occupied.ledger_id)

    async for _ in _looks():
        if await database.read(is_over):
            if failure := await database.read(failure_of):
                raise failure_from_json(failure)
            return


async def wait_for_room(database: Database, room: Room, line: InLine) -> None:
    """Look now and then, until one more picture may be made, or for a while."""
    until = asyncio.get_running_loop().time() + _ASK_AGAIN_SECONDS
    async for now in _looks():
        if now >= until or await database.read(room.is_there_for, line, utc_now()):
            return


async def _looks() -> AsyncIterator[float]:
    """The time of each look, by the event loop's clock."""
    pause = _FIRST_LOOK_SECONDS
    while True:
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
        yield asyncio.get_running_loop().time()
