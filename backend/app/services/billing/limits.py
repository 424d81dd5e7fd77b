"""How many paid calls may be made: for a day, for a player, and for the month's money."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import ClientLimitError, RateLimitError
from app.models import LedgerEntry
from app.services.billing.prices import DEFAULT_SIZE, MICRO, price_of
from app.services.generation.errors import ProviderNotConfiguredError
from app.services.generation.order import GenerationOrder
from app.services.players.identity import OPERATOR

# So many players behind one address are believed to be different ones.
_OF_ONE_ADDRESS = 3


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many paid calls may be made, and by whom.

    Attributes:
        per_day: For the whole installation, in a UTC day.
        per_player: For one player, in a UTC day; an address may cause three times as many, half
            as many of them ahead of need, and the operator's jobs count for neither.
        monthly_usd: For the whole installation, in a UTC month; None is no limit.
    """

    per_day: int
    per_player: int
    monthly_usd: Decimal | None


class Limits:
    """Checks one more call of a model against the allowance, in the caller's transaction."""

    def __init__(self, allowance: Allowance, model: str, image_size: str | None) -> None:
        self._allowance = allowance
        self._model = model
        self._size = image_size or DEFAULT_SIZE
        self._price = price_of(model, image_size)

    def standing_refusal(self) -> ProviderNotConfiguredError | None:
        """Why no call at all may be made: a budget is set, and the price is not known."""
        if self._allowance.monthly_usd is None or self._price is not None:
            return None
        return ProviderNotConfiguredError(
            f"A monthly budget is set, but the price of {self._model} at {self._size} is not "
            "known, so that no call can be checked against it.",
            detail={"reason": "unknown_price", "model": self._model, "size": self._size},
        )

    def check(self, session: Session, order: GenerationOrder, now: datetime) -> None:
        """Check that one more call is within the limits.

        Raises:
            RateLimitError: When a limit would be overrun; ``detail.reason`` says which.
            ProviderNotConfiguredError: When a budget is set and the price is not known.
        """
        today = now.astimezone(UTC).date()
        self._check_day(session, order, today, now)
        if order.is_low_priority and not order.is_operators:
            self._check_ahead_of_need(session, order, today, now)
        self._check_player(session, order, today, now)
        self._check_budget(session, today, now)

    def _check_day(
        self, session: Session, order: GenerationOrder, today: date, now: datetime
    ) -> None:
        limit = self._allowance.per_day
        # What is painted ahead of need never takes the images that a player may still want.
        kept = -(-limit // 10) if order.is_low_priority else 0
        if used_today(session, today) >= limit - kept:
            but = f" but for {kept}, which are not painted ahead of need" if kept else ""
            raise RateLimitError(
                f"Today's {limit} paid images are used up{but}; more can be made tomorrow (UTC).",
                detail={"reason": "daily_limit", "limit": limit},
                retry_after=_until_tomorrow(now),
            )

    def _check_ahead_of_need(
        self, session: Session, order: GenerationOrder, today: date, now: datetime
    ) -> None:
        """What nobody waits for: half of the day for all, half a player's for one address."""
        of_all = self._allowance.per_day // 2
        ahead = (
            LedgerEntry.day == today,
            LedgerEntry.is_low_priority,
            LedgerEntry.client != OPERATOR,
        )
        if _count(session, *ahead) >= of_all:
            raise RateLimitError(
                f"Today's {of_all} images that players have painted ahead of need are used up.",
                detail={"reason": "daily_limit", "limit": of_all},
                retry_after=_until_tomorrow(now),
            )
        of_one = -(-self._allowance.per_player // 2)
        if _count(session, *ahead, LedgerEntry.client == order.client) >= of_one:
            raise ClientLimitError(
                f"Your network address has had today's {of_one} images painted ahead of need.",
                detail={"reason": "player_limit", "limit": of_one},
                retry_after=_until_tomorrow(now),
            )

    def _check_player(
        self, session: Session, order: GenerationOrder, today: date, now: datetime
    ) -> None:
        if order.is_operators:
            return
        limit, who, of_player = self._allowance.per_player, "You have", 0
        is_today = LedgerEntry.day == today
        if order.charged_player is not None:
            of_player = _count(session, is_today, LedgerEntry.player_hash == order.charged_player)
        if of_player < limit:
            # A script that throws its cookie away each time is still one address.
            limit, who = _OF_ONE_ADDRESS * limit, "Your network address has"
            if _count(session, is_today, LedgerEntry.client == order.client) < limit:
                return
        raise ClientLimitError(
            f"{who} caused today's {limit} new images; more can be made tomorrow (UTC).",
            detail={"reason": "player_limit", "limit": limit},
            retry_after=_until_tomorrow(now),
        )

    def _check_budget(self, session: Session, today: date, now: datetime) -> None:
        budget = self._allowance.monthly_usd
        if (refusal := self.standing_refusal()) is not None:
            raise refusal
        if budget is None or self._price is None:
            return
        if spent_this_month(session, today) + self._price > budget * MICRO:
            raise RateLimitError(
                f"This month's budget of {budget} USD is used up.",
                detail={"reason": "budget", "budget_usd": float(budget)},
                retry_after=_until_next_month(now),
            )


def used_today(session: Session, today: date) -> int:
    """How many calls count against today's limit."""
    return _count(session, LedgerEntry.day == today)


def spent_this_month(session: Session, today: date) -> int:
    """Millionths of a dollar that count against this month's budget."""
    first = today.replace(day=1)
    return (
        session.scalar(
            select(func.coalesce(func.sum(LedgerEntry.price_micro_usd), 0)).where(
                LedgerEntry.day >= first, LedgerEntry.outcome != "failed"
            )
        )
        or 0
    )


def _count(session: Session, *conditions: object) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(LedgerEntry)
            .where(LedgerEntry.outcome != "failed", *conditions)  # type: ignore[arg-type]
        )
        or 0
    )


def _until_tomorrow(now: datetime) -> float:
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(days=1) - now).total_seconds()


def _until_next_month(now: datetime) -> float:
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return ((first + timedelta(days=32)).replace(day=1) - now).total_seconds()
