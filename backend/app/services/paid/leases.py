"""Durable single flight: one process at a time may pay for one picture."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import GenerationLease
from app.services.paid.instances import is_alive, owned_by_the_living


def take_lease(session: Session, key: str, owner: str, now: datetime) -> bool:
    """Take the lease where it is free, or its owner is gone; say whether it is ours now."""
    if is_leased_by_another(session, key, owner, now):
        return False
    lease = session.get(GenerationLease, key)
    if lease is None:
        session.add(GenerationLease(key=key, owner=owner, taken_at=now))
    else:
        lease.owner, lease.taken_at = owner, now
    session.flush()
    return True


def is_leased(session: Session, key: str, now: datetime) -> bool:
    """Whether a living process works on it."""
    lease = session.get(GenerationLease, key)
    return lease is not None and is_alive(session, lease.owner, now)


def is_leased_by_another(session: Session, key: str, owner: str, now: datetime) -> bool:
    """Whether a living process that is not ``owner`` works on it."""
    lease = session.get(GenerationLease, key)
    return lease is not None and lease.owner != owner and is_alive(session, lease.owner, now)


def release_lease(session: Session, key: str, owner: str) -> None:
    """Give the lease back, unless another process has it by now."""
    session.execute(
        delete(GenerationLease).where(GenerationLease.key == key, GenerationLease.owner == owner)
    )


def release_leases_but(session: Session, held: Collection[str], owner: str) -> None:
    """Give back every lease of an owner but these: nobody works on what the others are for."""
    session.execute(
        delete(GenerationLease).where(
            GenerationLease.owner == owner, GenerationLease.key.not_in(held)
        )
    )


def silent_owners(session: Session, now: datetime) -> Sequence[str]:
    """Who has leases and no fresh heartbeat."""
    living = owned_by_the_living(GenerationLease.owner.expression, now)
    return session.scalars(select(GenerationLease.owner).where(~living).distinct()).all()


def release_leases_of(session: Session, owners: Collection[str]) -> None:
    """Give back every lease of these owners."""
    session.execute(delete(GenerationLease).where(GenerationLease.owner.in_(owners)))
