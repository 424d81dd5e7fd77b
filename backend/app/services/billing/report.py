"""Where the money went, and what the cache saved."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.models import LedgerEntry
from app.services.billing.limits import Allowance, spent_this_month, used_today
from app.services.billing.prices import MICRO, PRICES


@dataclass(frozen=True, slots=True)
class SpendingLine:
    """Calls of one day, model and outcome; ``usd`` is null where a price was not known."""

    day: date
    model: str
    outcome: str
    calls: int
    usd: float | None


@dataclass(frozen=True, slots=True)
class Spending:
    """What was spent, what is reserved, what is left, and what was not spent at all."""

    lines: list[SpendingLine]
    calls_today: int
    calls_left_today: int
    reserved: int
    month_usd: float
    budget_usd: float | None
    budget_left_usd: float | None
    served_from_cache: int
    saved_usd: float | None
    prices: list[dict[str, object]]


class SpendingService:
    """Reads the ledger for the operator.

    Args:
        database: Holds the ledger.
        hits: Counts the scenes that were served from the cache.
        allowance: What may be spent.
        model: The model in use.
        price: Price of an image in millionths of a dollar; None if it is not known.
    """

    def __init__(
        self,
        database: Database,
        hits: Callable[[], Awaitable[int]],
        allowance: Allowance,
        model: str,
        price: int | None,
    ) -> None:
        self._database = database
        self._hits = hits
        self._allowance = allowance
        self._model = model
        self._price = price

    async def report(self, days: int) -> Spending:
        """Add up the last days, this month, and what the cache saved."""
        hits = await self._hits()
        return await self._database.read(self._report, utc_now().date(), days, hits)

    def _report(self, session: Session, today: date, days: int, hits: int) -> Spending:
        used = used_today(session, today)
        month = spent_this_month(session, today) / MICRO
        monthly = self._allowance.monthly_usd
        budget = float(monthly) if monthly is not None else None
        lines = _lines(session, today - timedelta(days=days - 1))
        return Spending(
            lines=lines,
            calls_today=used,
            calls_left_today=max(0, self._allowance.per_day - used),
            reserved=_reserved(session),
            month_usd=round(month, 4),
            budget_usd=budget,
            budget_left_usd=round(max(0.0, float(budget) - month), 4)
            if budget is not None
            else None,
            served_from_cache=hits,
            saved_usd=round(hits * self._price / MICRO, 4) if self._price is not None else None,
            prices=_prices_of({self._model, *(line.model for line in lines)}),
        )


def _prices_of(models: Collection[str]) -> list[dict[str, object]]:
    """What the price table says of some models, with its sources, for the operator to check."""
    return [
        {
            "model": model,
            "size": size,
            "usd": price.micro_usd / MICRO,
            "source": price.source,
            "as_of": price.as_of,
        }
        for (model, size), price in PRICES.items()
        if model in models
    ]


def _lines(session: Session, since: date) -> list[SpendingLine]:
    rows = session.execute(
        select(
            LedgerEntry.day,
            LedgerEntry.model,
            LedgerEntry.outcome,
            func.count(),
            func.sum(LedgerEntry.price_micro_usd),
        )
        .where(LedgerEntry.day >= since)
        .group_by(LedgerEntry.day, LedgerEntry.model, LedgerEntry.outcome)
        .order_by(LedgerEntry.day.desc(), LedgerEntry.model, LedgerEntry.outcome)
    )
    return [
        SpendingLine(day, model, outcome, calls, _charged(outcome, micro))
        for day, model, outcome, calls, micro in rows
    ]


def _charged(outcome: str, micro_usd: int | None) -> float | None:
    if outcome == "failed":
        return 0.0
    return micro_usd / MICRO if micro_usd is not None else None


def _reserved(session: Session) -> int:
    return (
        session.scalar(
            select(func.count()).select_from(LedgerEntry).where(LedgerEntry.outcome == "reserved")
        )
        or 0
    )
