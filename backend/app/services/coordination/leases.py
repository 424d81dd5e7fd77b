"""Durable single flight: one process at a time may pay for one picture."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import GenerationLease
from app.services.coordination.instances import InstanceRegistry
from app.services.generation.plan import Gallery


class Leases:
    """Who works on what, in all processes; works in sessions that the caller opened.

    A lease holds as long as its owner lives, however long the owner is silent: one that was
    stopped, with its whole machine perhaps, goes on with what it pays for.

    Args:
        instances: Tells who is alive, and who this process is.
    """

    def __init__(self, instances: InstanceRegistry) -> None:
        self._instances = instances
        self.owner = instances.instance_id

    def is_alive(self, owner: str) -> bool:
        """Whether an owner may still be at work."""
        return self._instances.is_alive(owner)

    def take(
        self,
        session: Session,
        key: str,
        now: datetime,
        gallery: Gallery | None = None,
        variation: int = 0,
    ) -> bool:
        """Take a lease where it is free, or its owner is dead; say whether it is ours now.

        Args:
            session: A unit of work.
            key: What it is for.
            now: When it is taken.
            gallery: What a picture under way is of; None for other work.
            variation: The number of that picture.
        """
        if self.is_held_elsewhere(session, key):
            return False
        lease = session.get(GenerationLease, key)
        if lease is None:
            lease = GenerationLease(key=key)
            session.add(lease)
        lease.owner, lease.taken_at, lease.variation = self.owner, now, variation
        lease.subject_type = gallery.subject_type if gallery else None
        lease.subject_name = gallery.subject_name if gallery else None
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
        """Every lease that holds, those who wait for room included."""
        leases = session.scalars(select(GenerationLease)).all()
        living = {owner for owner in {one.owner for one in leases} if self.is_alive(owner)}
        return [one for one in leases if one.owner in living]

    def under_way(self, session: Session, gallery: Gallery) -> Sequence[GenerationLease]:
        """The pictures of a subject that are being made."""
        leases = session.scalars(
            select(GenerationLease).where(
                GenerationLease.subject_type == gallery.subject_type,
                GenerationLease.subject_name == gallery.subject_name,
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
