"""The page that Prometheus reads."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor

import structlog
from prometheus_client import generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from app import __version__
from app.database.engine import Database
from app.observability.metrics.families import gauge
from app.observability.metrics.health import health_figures
from app.observability.metrics.library import Limits, look_up_library, look_up_present
from app.observability.metrics.process import ProcessSampler
from app.observability.metrics.recorded import Metrics
from app.services.coordination.leases import Leases
from app.services.health import HealthService
from app.services.scenes.cache import CacheService

log = structlog.get_logger()

_PRESENT_SECONDS = 5.0
# These read every row.
_LIBRARY_SECONDS = 60.0
_UNTIL = "emberpeak_breaker_until_timestamp_seconds"


class Exposition(Collector):
    """Everything that is counted or can be looked up. Never fails for what cannot be reached.

    Args:
        metrics: What was counted.
        sampler: Looks at this process.
        database: Asked for the library's figures.
        cache: Asked for scene entries.
        limits: What may be spent.
        leases: Tells which of them hold.
        health: Asked what works, for free room and for the newest backup.
        threads: Write the page; no other work waits for them.
    """

    def __init__(
        self,
        metrics: Metrics,
        sampler: ProcessSampler,
        database: Database,
        cache: CacheService,
        limits: Limits,
        leases: Leases,
        health: HealthService,
        threads: Executor,
    ) -> None:
        self._threads = threads
        self._metrics = metrics
        self._sampler = sampler
        self._present = _Remembered(
            lambda: look_up_present(database, limits, leases), _PRESENT_SECONDS
        )
        self._health = health
        self._library = _Remembered(lambda: look_up_library(database, cache), _LIBRARY_SECONDS)

    async def render(self) -> bytes:
        """Write everything in Prometheus' text format, on a thread."""
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, generate_latest, self
        )

    def collect(self) -> Iterable[Metric]:
        """Everything, one family after the other."""
        self._sampler.look()
        for counted in self._metrics.collect():
            yield counted
            if counted.name == _UNTIL:
                yield _breaker_open(counted)
        yield InfoMetricFamily("emberpeak_build", "What runs.", value={"version": __version__})
        present = self._present.get()
        yield gauge("database_up", "1 where the database can be read.", present is not None)
        yield from present or ()
        yield from self._library.get() or ()
        yield from health_figures(self._health.check_now())


def _breaker_open(until: Metric) -> Metric:
    now = time.time()
    shown = GaugeMetricFamily(
        "emberpeak_breaker_open", "1 while the provider is not asked, by the reason."
    )
    for sample in until.samples:
        shown.add_sample("emberpeak_breaker_open", sample.labels, float(sample.value > now))
    return shown


class _Remembered:
    """What was looked up, for some seconds; None where it could not be."""

    def __init__(self, look: Callable[[], list[Metric]], seconds: float) -> None:
        self._look = look
        self._seconds = seconds
        self._found: list[Metric] | None = None
        self._next = 0.0
        self._lock = threading.Lock()

    def get(self) -> list[Metric] | None:
        with self._lock:
            if time.monotonic() >= self._next:
                self._found = self._try()
                # What failed is tried again by the next scrape.
                self._next = time.monotonic() + (self._seconds if self._found is not None else 0)
            return self._found

    def _try(self) -> list[Metric] | None:
        try:
            return self._look()
        except (SQLAlchemyError, OSError) as error:
            log.warning("figures could not be looked up", reason=str(error))
            return None
