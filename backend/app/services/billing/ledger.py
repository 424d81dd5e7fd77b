"""The ledger: each paid call is a row before it is made, and no limit is ever overrun."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.domain import GeneratedImage
from app.models import LedgerEntry
from app.services.billing.limits import Allowance, Limits
from app.services.billing.prices import price_of
from app.services.generation.order import GenerationOrder

Outcome = Literal["ok", "failed", "unknown"]


class Ledger:
    """Works in units of work that the caller opened; never commits.

    Checking and writing happen in one transaction that holds the write lock from its beginning,
    so that however many processes ask, never one call more is reserved than the limits allow.

    Attributes:
        limits: Checked by ``reserve``, and earlier by ``precheck``.
    """

    def __init__(self, allowance: Allowance, model: str, image_size: str | None) -> None:
        self.limits = Limits(allowance, model, image_size)
        self._model = model
        self._price = price_of(model, image_size)

    def reserve(
        self, session: Session, order: GenerationOrder, owner: str, now: datetime
    ) -> LedgerEntry:
        """Write a paid call down before it is made.

        Raises:
            RateLimitError: When a limit would be overrun; ``detail.reason`` says which.
            ProviderNotConfiguredError: When a budget is set and the price is not known.
        """
        self.limits.check(session, order, now)
        entry = LedgerEntry(
            created_at=now,
            day=now.astimezone(UTC).date(),
            owner=owner,
            model=self._model,
            key=order.key,
            player_hash=order.charged_player,
            client=order.client,
            outcome="reserved",
            price_micro_usd=self._price,
            is_low_priority=order.is_low_priority,
        )
        session.add(entry)
        session.flush()
        return entry

    def settle(
        self,
        session: Session,
        entry_id: int,
        outcome: Outcome,
        *,
        now: datetime,
        milliseconds: int | None = None,
        image: GeneratedImage | None = None,
        image_id: int | None = None,
        failure: str | None = None,
    ) -> None:
        """Say how a reserved call ended; one that brought an image stays ``ok``.

        A call that is given up while its image is stored cannot know that it was stored.
        """
        session.execute(
            update(LedgerEntry)
            .where(LedgerEntry.id == entry_id, LedgerEntry.outcome != "ok")
            .values(
                outcome=outcome,
                settled_at=now,
                milliseconds=milliseconds,
                model=image.model if image else LedgerEntry.model,
                prompt_tokens=image.prompt_tokens if image else None,
                output_tokens=image.output_tokens if image else None,
                image_id=image_id,
                failure=failure,
            )
        )

    def settle_abandoned(
        self, session: Session, is_alive: Callable[[str], bool], now: datetime
    ) -> int:
        """Count as ``unknown`` what processes that are gone had reserved; gives their number.

        Args:
            session: A unit of work.
            is_alive: Says whether an owner lives.
            now: When they are settled.
        """
        is_open = LedgerEntry.outcome == "reserved"
        owners = session.scalars(select(LedgerEntry.owner).where(is_open).distinct()).all()
        dead = [owner for owner in owners if not is_alive(owner)]
        if not dead:
            return 0
        settled = session.execute(
            update(LedgerEntry)
            .where(is_open, LedgerEntry.owner.in_(dead))
            .values(outcome="unknown", settled_at=now)
            .returning(LedgerEntry.id)
        )
        return len(settled.all())

    def settle_left_over(
        self, session: Session, owner: str, held: Collection[str], now: datetime
    ) -> None:
        """Count as ``unknown`` what an owner reserved for other keys than those it works on.

        Its settlement failed, as on a full disk; and while the owner lives nobody else does it.
        """
        session.execute(
            update(LedgerEntry)
            .where(
                LedgerEntry.outcome == "reserved",
                LedgerEntry.owner == owner,
                LedgerEntry.key.not_in(held),
            )
            .values(outcome="unknown", settled_at=now)
        )

    def call_under_way(self, session: Session, key: str) -> int | None:
        """The reserved call for a key; the newest, where an older one was abandoned."""
        return session.scalar(
            select(func.max(LedgerEntry.id)).where(
                LedgerEntry.key == key, LedgerEntry.outcome == "reserved"
            )
        )

    def failure_of(self, session: Session, entry_id: int) -> str | None:
        """How a call failed, as it was settled."""
        return session.scalar(select(LedgerEntry.failure).where(LedgerEntry.id == entry_id))
