"""Leases: one process at a time works on one thing, in however many processes."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.domain import ImageRequest
from app.models import GenerationLease
from app.services.coordination.instances import InstanceRegistry


class Leases:
    """Who works on what; works in sessions that the caller opened, except for ``hold``.

    A lease holds as long as its owner lives, however long the owner is silent: one that was
    stopped, perhaps with its whole machine, goes on with what it pays for.

    Args:
        database: Where the leases are.
        instances: Knows who is alive, and who this process is.

    Attributes:
        owner: Id of this process.
        held: Keys that this process works on, each from before its lease is taken until it is
            given back. The row alone does not say so: a row of our own may also be left over
            from a settlement that failed.
    """

    def __init__(self, database: Database, instances: InstanceRegistry) -> None:
        self._database = database
        self._instances = instances
        self.owner = instances.instance_id
        self.held: set[str] = set()

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[bool]:
        """Hold a lease while working; gives False if somebody else has it.

        One that cannot be given back is given back by the heartbeat: work that was done is done.
        """
        if key in self.held:
            yield False
            return
        self.held.add(key)
        try:
            # Before anything is written: whoever waits for a lease asks again and again.
            is_elsewhere = await self._database.read(self.is_held_elsewhere, key)
            if is_elsewhere or not await self._database.write(self.take, key, utc_now()):
                yield False
                return
            try:
                yield True
            finally:
                with suppress(SQLAlchemyError):
                    await asyncio.shield(self._database.write(self.release, key))
        finally:
            self.held.discard(key)

    def is_alive(self, owner: str) -> bool:
        """Whether an owner may still be at work."""
        return self._instances.is_alive(owner)

    def take(
        self,
        session: Session,
        key: str,
        now: datetime,
        image: ImageRequest | None = None,
        variation: int = 0,
    ) -> bool:
        """Take a lease if it is free or its owner is dead; say whether it is ours now.

        Args:
            session: A unit of work.
            key: What it is for.
            now: When it is taken.
            image: The image under way; None for other work.
            variation: The number of that image.
        """
        if self.is_held_elsewhere(session, key):
            return False
        lease = session.get(GenerationLease, key)
        if lease is None:
            lease = GenerationLease(key=key)
            session.add(lease)
        lease.owner, lease.taken_at, lease.variation = self.owner, now, variation
        lease.subject_type = image.subject_type if image else None
        lease.subject_name = image.subject_name if image else None
        session.flush()
        return True

    def is_held(self, session: Session, key: str) -> bool:
        """Whether a living process works on it."""
        lease = session.get(GenerationLease, key)
        return lease is not None and self.is_alive(lease.owner)

    def is_held_elsewhere(self, session: Session, key: str) -> bool:
        """Whether a living process that is not this one works on it."""
        lease = session.get(GenerationLease, key)
        return lease is not None and lease.owner != self.owner and self.is_alive(lease.owner)

    def of_the_living(self, session: Session) -> list[GenerationLease]:
        """Every lease that holds, those who wait in line included."""
        leases = session.scalars(select(GenerationLease)).all()
        living = {owner for owner in {one.owner for one in leases} if self.is_alive(owner)}
        return [one for one in leases if one.owner in living]

    def under_way(self, session: Session, image: ImageRequest) -> Sequence[GenerationLease]:
        """The images of the same subject that are being made."""
        leases = session.scalars(
            select(GenerationLease).where(
                GenerationLease.subject_type == image.subject_type,
                GenerationLease.subject_name == image.subject_name,
            )
        )
        return [one for one in leases if self.is_alive(one.owner)]

    def release(self, session: Session, key: str) -> None:
        """Give a lease back, unless another process has it by now."""
        session.execute(
            delete(GenerationLease).where(
                GenerationLease.key == key, GenerationLease.owner == self.owner
            )
        )

    def release_all_but(self, session: Session, held: Collection[str]) -> None:
        """Give back every lease of ours but these: nobody works on what the others are for."""
        session.execute(
            delete(GenerationLease).where(
                GenerationLease.owner == self.owner, GenerationLease.key.not_in(held)
            )
        )

    def release_of_the_dead(self, session: Session) -> None:
        """Give back what processes held that are gone."""
        owners = session.scalars(select(GenerationLease.owner).distinct()).all()
        dead = [owner for owner in owners if not self.is_alive(owner)]
        if dead:
            session.execute(delete(GenerationLease).where(GenerationLease.owner.in_(dead)))
