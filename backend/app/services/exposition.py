"""The page that Prometheus reads: what was counted, and what database and disks say."""

import asyncio
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

import structlog
from prometheus_client import generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import case, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import __version__
from app.clock import utc_now
from app.database.engine import Database
from app.models import GenerationLease, ImageAsset, LedgerEntry
from app.observability.metrics import Metrics, touch_shared
from app.services.billing.ledger import Outcome
from app.services.billing.limits import Allowance
from app.services.billing.prices import MICRO
from app.services.coordination.leases import Leases
from app.services.health import HealthReport, HealthService
from app.services.scenes.cache import CacheService

log = structlog.get_logger()

_SAMPLE_SECONDS = 5.0
_PRESENT_SECONDS = 5.0
# These read every row.
_LIBRARY_SECONDS = 60.0
_UNTIL = "emberpeak_breaker_until_timestamp_seconds"
_SELF = Path("/proc/self")


class Exposition(Collector):
    """Everything that is counted or can be looked up. Never fails for what cannot be reached.

    Args:
        metrics: What was counted.
        database: Asked for the library's figures.
        cache: Asked for scene entries.
        allowance: What may be spent.
        leases: Says which of them hold.
        health: Asked what works, for free room and for the newest backup.
        threads: Write the page; no other work waits for them.
    """

    def __init__(
        self,
        metrics: Metrics,
        database: Database,
        cache: CacheService,
        allowance: Allowance,
        leases: Leases,
        health: HealthService,
        threads: Executor,
    ) -> None:
        self._metrics = metrics
        self._database = database
        self._cache = cache
        self._allowance = allowance
        self._leases = leases
        self._health = health
        self._threads = threads
        self._present = _Remembered(self._look_up_present, _PRESENT_SECONDS)
        self._library = _Remembered(self._look_up_library, _LIBRARY_SECONDS)

    async def render(self) -> bytes:
        """Write everything in Prometheus' text format, on a thread."""
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, generate_latest, self
        )

    def collect(self) -> Iterable[Metric]:
        """Everything, one family after the other."""
        self._sample()
        for counted in self._metrics.collect():
            yield counted
            if counted.name == _UNTIL:
                yield _breaker_open(counted)
        yield InfoMetricFamily("emberpeak_build", "What runs.", value={"version": __version__})
        present = self._present.get()
        yield _gauge("database_up", "1 where the database can be read.", present is not None)
        yield from present or ()
        yield from self._library.get() or ()
        yield from _health(self._health.check_now())

    async def keep_sampling(self) -> None:
        """Look at this process every few seconds: another one may be asked for the page."""
        while True:
            self._sample()
            touch_shared()
            await asyncio.sleep(_SAMPLE_SECONDS)

    def _sample(self) -> None:
        """Write memory, files and connections of this process into its metrics."""
        for pool, number in self._database.connections_in_use().items():
            self._metrics.pool_in_use.labels(pool).set(number)
        with suppress(OSError):  # where there is no /proc
            pages = int((_SELF / "statm").read_text().split()[1])
            self._metrics.memory.set(pages * os.sysconf("SC_PAGE_SIZE"))
            self._metrics.open_files.set(sum(1 for _ in (_SELF / "fd").iterdir()))

    def _look_up_present(self) -> list[Metric]:
        """Images, trash, money, leases and the database itself, by queries that use an index."""
        with self._database.reading() as session:
            sizes = self._database.size_bytes(session)
            held = len(self._leases.of_the_living(session))
            leases = session.scalar(select(func.count()).select_from(GenerationLease)) or 0
            return [
                *_images(session),
                *_money(session, self._allowance),
                _gauge(
                    "generation_leases",
                    "Rights to work alone: held by a living process, or left by a dead one.",
                    {"held": held, "abandoned": leases - held},
                    "state",
                ),
                _gauge("database_size_bytes", "Size of the database's files.", sizes, "file"),
            ]

    def _look_up_library(self) -> list[Metric]:
        """Bytes, hidden images and scene entries, which take a look at every row."""
        with self._database.reading() as session:
            size, hidden = session.execute(
                select(
                    func.coalesce(func.sum(ImageAsset.file_size_bytes), 0),
                    func.count().filter(ImageAsset.missing_since.is_not(None)),
                )
            ).one()
            entries = self._cache.contents(session, utc_now())
        states = {"active": entries.active, "expired": entries.expired}
        return [
            _gauge("storage_bytes", "Bytes of the full images, trash included.", size),
            _gauge("hidden_images", "Images hidden for want of a whole file.", hidden),
            _gauge("scene_cache_entries", "Scenes with an image, by state.", states, "state"),
        ]


class _Remembered:
    """What was looked up, for some seconds; None where it could not be."""

    def __init__(self, look_up: Callable[[], list[Metric]], seconds: float) -> None:
        self._look_up = look_up
        self._seconds = seconds
        self._found: list[Metric] | None = None
        self._next = 0.0
        self._lock = threading.Lock()

    def get(self) -> list[Metric] | None:
        with self._lock:
            if time.monotonic() >= self._next:
                try:
                    self._found = self._look_up()
                    self._next = time.monotonic() + self._seconds
                except (SQLAlchemyError, OSError) as error:  # tried again by the next scrape
                    log.warning("figures could not be looked up", reason=str(error))
                    self._found = None
            return self._found


def _gauge(
    name: str, help_text: str, value: float | Mapping[Any, float], label: str = ""
) -> GaugeMetricFamily:
    """A figure, or one for each value of a label."""
    if not isinstance(value, Mapping):
        return GaugeMetricFamily(f"emberpeak_{name}", help_text, value=value)
    made = GaugeMetricFamily(f"emberpeak_{name}", help_text, labels=[label])
    for label_value, number in value.items():
        made.add_metric([label_value], number)
    return made


def _breaker_open(until: Metric) -> Metric:
    now = time.time()
    shown = GaugeMetricFamily(
        "emberpeak_breaker_open", "1 while the provider is not asked, by the reason."
    )
    for sample in until.samples:
        shown.add_sample("emberpeak_breaker_open", sample.labels, float(sample.value > now))
    return shown


def _health(report: HealthReport) -> Iterator[Metric]:
    """What /health finds: a state that only its page showed would wake nobody."""
    works = {check: float(works) for check, works in report.works.items()}
    yield _gauge("health", "1 where this part of /health works, 0 where not.", works, "check")
    yield _gauge(
        "storage_up",
        "1 where the image folder is there, with originals where the library has any.",
        report.storage not in {"empty", "error"},
    )
    yield _gauge(
        "storage_free_bytes",
        "Room left on the images' disk, and on the database's where that is another; "
        "none for a disk that does not say.",
        {disk: float(free) for disk, free in report.known_room.items()},
        "disk",
    )
    if report.backups != "error":
        made_at = report.last_backup_at
        yield _gauge(
            "backup_last_success_timestamp_seconds",
            "When the newest backup was made; 0 where there is none.",
            made_at.timestamp() if made_at else 0,
        )


def _images(session: Session) -> Iterator[Metric]:
    everything = session.scalar(select(func.count()).select_from(ImageAsset)) or 0
    trashed, trash_bytes = session.execute(
        select(func.count(), func.coalesce(func.sum(ImageAsset.file_size_bytes), 0)).where(
            ImageAsset.deleted_at.is_not(None)
        )
    ).one()
    yield _gauge("images", "Images that are not in the trash.", everything - trashed)
    yield _gauge("trash_images", "Images in the trash.", trashed)
    yield _gauge("trash_bytes", "Bytes of the full images in the trash.", trash_bytes)


def _money(session: Session, allowance: Allowance) -> Iterator[Metric]:
    """From the ledger's rows, which a process that dies in a paid call leaves to a neighbour."""
    today = utc_now().date()
    is_today = case((LedgerEntry.day == today, 1), else_=0)
    rows = session.execute(
        select(is_today, LedgerEntry.outcome, func.count(), func.sum(LedgerEntry.price_micro_usd))
        .where(LedgerEntry.day >= today.replace(day=1))
        .group_by(is_today, LedgerEntry.outcome)
    )
    calls: Counter[tuple[str, str]] = Counter()
    micro_usd: Counter[tuple[str, str]] = Counter()
    for of_today, outcome, number, price in rows:
        for period in ("day", "month") if of_today else ("month",):
            calls[period, outcome] += number
            micro_usd[period, outcome] += price or 0
    settled = GaugeMetricFamily(
        "emberpeak_ledger_outcomes",
        "Paid calls begun in this UTC day and month, as the ledger settled them: ok, failed "
        "(not charged) or unknown (may be charged, and brought no image).",
        labels=["period", "outcome"],
    )
    counted = GaugeMetricFamily(
        "emberpeak_ledger_calls",
        "Paid calls of this UTC day and month that count against the limits.",
        labels=["period", "state"],
    )
    cost = GaugeMetricFamily(
        "emberpeak_ledger_cost_usd",
        "What they cost, where the price is known.",
        labels=["period", "state"],
    )
    used: Counter[str] = Counter()
    usd: dict[str, float] = {}
    for period in ("day", "month"):
        for outcome in get_args(Outcome):
            settled.add_metric([period, outcome], calls[period, outcome])
        states = {"reserved": ("reserved",), "spent": ("ok", "unknown")}
        for state, outcomes in states.items():
            number = sum(calls[period, outcome] for outcome in outcomes)
            price = sum(micro_usd[period, outcome] for outcome in outcomes) / MICRO
            counted.add_metric([period, state], number)
            cost.add_metric([period, state], price)
            used[period] += number
            usd[period] = usd.get(period, 0.0) + price
    yield from (settled, counted, cost)
    left = max(0, allowance.per_day - used["day"])
    yield _gauge("daily_images_limit", "Paid images of a UTC day.", allowance.per_day)
    yield _gauge("daily_images_left", "Paid images that today's limit leaves.", left)
    if allowance.monthly_usd is not None:
        budget = float(allowance.monthly_usd)
        yield _gauge("budget_limit_usd", "Budget of a UTC month.", budget)
        left_usd = max(0.0, budget - usd["month"])
        yield _gauge("budget_left_usd", "What this month's budget leaves.", left_usd)
