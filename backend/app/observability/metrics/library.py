"""What the database knows: looked up when Prometheus asks, and not more often than useful."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import get_args

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.models import GenerationLease, ImageAsset, LedgerEntry
from app.observability.metrics.families import family, gauge
from app.services.billing.ledger import Outcome
from app.services.billing.prices import MICRO
from app.services.coordination.leases import Leases
from app.services.scenes.cache import CacheService


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent: pictures in a UTC day, dollars in a UTC month (None: no limit)."""

    images_a_day: int
    usd_a_month: Decimal | None


def look_up_present(database: Database, limits: Limits, leases: Leases) -> list[Metric]:
    """Pictures, trash, money, leases and the database itself, by queries that use an index.

    Raises:
        SQLAlchemyError: When the database cannot be read.
    """
    now = utc_now()
    with database.reading() as session:
        size = database.size_bytes(session)
        money = _money(session, now, limits)
        return [*_pictures(session), *money, _leases(session, leases), *_size(size)]


def look_up_library(database: Database, cache: CacheService) -> list[Metric]:
    """Bytes, hidden pictures and scene entries, which take a look at every row.

    Raises:
        SQLAlchemyError: When the database cannot be read.
    """
    with database.reading() as session:
        size, hidden = session.execute(
            select(
                func.coalesce(func.sum(ImageAsset.file_size_bytes), 0),
                func.count().filter(ImageAsset.missing_since.is_not(None)),
            )
        ).one()
        entries = cache.contents(session, utc_now())
    states = {"active": entries.active, "expired": entries.expired}
    return [
        gauge("storage_bytes", "Bytes of the full pictures, trash included.", size),
        gauge("hidden_images", "Pictures hidden for want of a whole file, trash included.", hidden),
        family("scene_cache_entries", "Scenes with a picture, by state.", "state", states),
    ]


def _pictures(session: Session) -> Iterable[Metric]:
    everything = session.scalar(select(func.count()).select_from(ImageAsset)) or 0
    trashed, trash_bytes = session.execute(
        select(func.count(), func.coalesce(func.sum(ImageAsset.file_size_bytes), 0)).where(
            ImageAsset.deleted_at.is_not(None)
        )
    ).one()
    yield gauge("images", "Pictures that are not in the trash.", everything - trashed)
    yield gauge("trash_images", "Pictures in the trash.", trashed)
    yield gauge("trash_bytes", "Bytes of the full pictures in the trash.", trash_bytes)


@dataclass(frozen=True, slots=True)
class _Spent:
    """Calls with one outcome, of today or of another day of this month."""

    is_today: int
    outcome: str
    calls: int
    micro_usd: int | None

    @property
    def state(self) -> str | None:
        """How it counts against the limits; None where it does not."""
        if self.outcome == "failed":
            return None
        return "reserved" if self.outcome == "reserved" else "spent"


def _money(session: Session, now: datetime, limits: Limits) -> Iterable[Metric]:
    month = _this_month(session, now.date())
    periods = {"day": [line for line in month if line.is_today], "month": month}
    yield _outcomes(periods)
    calls = GaugeMetricFamily(
        "emberpeak_ledger_calls",
        "Paid calls of this UTC day and month that count against the limits.",
        labels=["period", "state"],
    )
    usd = GaugeMetricFamily(
        "emberpeak_ledger_cost_usd",
        "What they cost, where the price is known.",
        labels=["period", "state"],
    )
    for period, lines in periods.items():
        for state in ("reserved", "spent"):
            chosen = [line for line in lines if line.state == state]
            calls.add_metric([period, state], _calls(chosen))
            usd.add_metric([period, state], _usd(chosen))
    yield calls
    yield usd
    used = _calls(line for line in periods["day"] if line.state)
    left = max(0, limits.images_a_day - used)
    yield gauge("daily_images_limit", "Paid pictures of a UTC day.", limits.images_a_day)
    yield gauge("daily_images_left", "Paid pictures that today's limit leaves.", left)
    if limits.usd_a_month is not None:
        budget = float(limits.usd_a_month)
        left_usd = max(0.0, budget - _usd(line for line in month if line.state))
        yield gauge("budget_limit_usd", "Budget of a UTC month.", budget)
        yield gauge("budget_left_usd", "What this month's budget leaves.", left_usd)


def _outcomes(periods: dict[str, list[_Spent]]) -> Metric:
    """From the rows: a process that dies in a paid call counts nothing; a neighbour settles it."""
    calls = GaugeMetricFamily(
        "emberpeak_ledger_outcomes",
        "Paid calls begun in this UTC day and month, as the ledger settled them: ok, failed "
        "(not charged) or unknown (may be charged, and brought no picture).",
        labels=["period", "outcome"],
    )
    for period, lines in periods.items():
        for outcome in get_args(Outcome):
            settled = _calls(line for line in lines if line.outcome == outcome)
            calls.add_metric([period, outcome], settled)
    return calls


def _this_month(session: Session, today: date) -> list[_Spent]:
    is_today = case((LedgerEntry.day == today, 1), else_=0)
    rows = session.execute(
        select(is_today, LedgerEntry.outcome, func.count(), func.sum(LedgerEntry.price_micro_usd))
        .where(LedgerEntry.day >= today.replace(day=1))
        .group_by(is_today, LedgerEntry.outcome)
    )
    return [_Spent(*row) for row in rows]


def _calls(lines: Iterable[_Spent]) -> int:
    return sum(line.calls for line in lines)


def _usd(lines: Iterable[_Spent]) -> float:
    return sum(line.micro_usd or 0 for line in lines) / MICRO


def _leases(session: Session, leases: Leases) -> Metric:
    every = session.scalar(select(func.count()).select_from(GenerationLease)) or 0
    held = len(leases.of_the_living(session))
    states = {"held": held, "abandoned": every - held}
    return family(
        "generation_leases",
        "Rights to work alone: held by a living process, or left by a dead one.",
        "state",
        states,
    )


def _size(parts: dict[str, int]) -> Iterable[Metric]:
    yield family("database_size_bytes", "Size of the database's files.", "file", parts)
