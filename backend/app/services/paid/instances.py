"""Which server processes are alive, as the database sees it."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from app.models import ServerInstance

HEARTBEAT_SECONDS = 5.0
# Three missed beats: what the owner worked on is free again.
LEASE_SECONDS = 15.0
_FORGET = timedelta(days=1)


def new_instance_id() -> str:
    """Make the identity of this process."""
    return uuid.uuid4().hex[:16]


def beat(session: Session, instance: str, now: datetime) -> None:
    """Say that an instance is alive."""
    row = session.get(ServerInstance, instance)
    if row is None:
        session.add(ServerInstance(id=instance, heartbeat_at=now))
        session.execute(delete(ServerInstance).where(ServerInstance.heartbeat_at < now - _FORGET))
    else:
        row.heartbeat_at = now
    session.flush()


def is_alive(session: Session, instance: str, now: datetime) -> bool:
    """Whether an instance's last heartbeat is fresh.

    One in the future is not: after a clock was set back, what the dead held would be theirs for
    as long as it was wrong. The living beat again within seconds.
    """
    row = session.get(ServerInstance, instance)
    patience = timedelta(seconds=LEASE_SECONDS)
    return row is not None and now - patience < row.heartbeat_at < now + patience


def owned_by_the_living(owner: ColumnElement[str], now: datetime) -> ColumnElement[bool]:
    """The same as an SQL condition on a column of owners."""
    patience = timedelta(seconds=LEASE_SECONDS)
    return owner.in_(
        select(ServerInstance.id).where(
            ServerInstance.heartbeat_at > now - patience,
            ServerInstance.heartbeat_at < now + patience,
        )
    )
