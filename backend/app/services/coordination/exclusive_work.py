"""Longer work that only one process at a time may do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.services.coordination.heartbeat import Heartbeat


class ExclusiveWork:
    """Leases without a picture or a price."""

    def __init__(self, database: Database, heartbeat: Heartbeat) -> None:
        self._database = database
        self._leases = heartbeat.leases
        self._held = heartbeat.held

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[bool]:
        """Hold a lease; gives False where somebody else has it.

        One that cannot be given back is given back by the heartbeat: work that was done is done.
        """
        held = self._held
        if key in held:
            yield False
            return
        held.add(key)
        try:
            # Before anything is written: whoever waits for a lease asks again and again.
            is_elsewhere = await self._database.read(self._leases.is_held_elsewhere, key)
            if is_elsewhere or not await self._database.write(self._take, key):
                yield False
                return
            try:
                yield True
            finally:
                with suppress(SQLAlchemyError):
                    await asyncio.shield(self._database.write(self._leases.release, key))
        finally:
            held.discard(key)

    def _take(self, session: Session, key: str) -> bool:
        return self._leases.take(session, key, utc_now())
