"""What is counted while it happens, in one process or added up over several.

Each of several processes counts in files of its own, which are mapped into memory. They are
temporary files and not beside the database: on a full disk a write to one would kill the server.
"""

import math
import os
import struct
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, Protocol, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from app.concurrency.supervision import BackgroundWork
from app.errors import RateLimitError

_REQUEST_BUCKETS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.5, 10, 60)
_GENERATION_BUCKETS = (0.05, 0.1, 0.25, 1, 2.5, 5, 10, 20, 40)
_WRITE_BUCKETS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.5, 10)

_SCENES_ASKED_FOR = (
    "Scenes asked for: hit, miss and so admitted to be made, or coalesced with one on its way; "
    "and what stood in: stale, near or placeholder."
)
_RESPONSES = (
    "Answers by route and class of status; each begins at zero, so that the first error of a route "
    "is a rise."
)
_BREAKER_UNTIL = (
    "When the provider is asked again; 0 where that reason does not hold it back, +Inf where it "
    "does until the settings are others."
)
_REFUSED = (
    "Refusals of a limit: images, scenes, migrations or wrong tokens a minute, player_limit, "
    "daily_limit, budget or client_bytes."
)

# Label values that are there from the start: Prometheus sees no rise from nothing to one.
_RESULTS = ("hit", "miss", "coalesced", "stale", "near", "placeholder")
_LIMITS = (
    *("images", "scenes", "ahead", "migrations", "tokens"),
    *("player_limit", "daily_limit", "budget", "client_bytes"),
)
_STATUS_CLASSES = ("2xx", "3xx", "4xx", "5xx")
_REFUSED_CONNECTIONS = ("400", "408", "413", "414", "429", "431", "503")
_BREAKER_REASONS = (
    "quota_minute",
    "quota_day",
    "no_image_quota",
    "not_configured",
    "bad_key",
    "unknown_price",
)

# prometheus_client reads it when it is imported.
_SHARED = "PROMETHEUS_MULTIPROC_DIR"
_TRIES = 10


class OpenBreaker(Protocol):
    """Why a provider is not asked, and for how long; None: until the settings are others."""

    @property
    def reason(self) -> str:
        """Short word, as in ``detail.reason`` of the answer."""

    @property
    def seconds_left(self) -> float | None:
        """Seconds until it is asked again."""


class Metrics:
    """The figures of one application; each has its own registry, so that tests do not mix."""

    def __init__(self) -> None:
        # Two more lines for each child, and nobody looks at when it was made.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self.requests = self._histogram(
            "http_request_duration_seconds",
            "Time from the first byte of a request to the last of its answer; waited: whether a "
            "image had to be made for it.",
            _REQUEST_BUCKETS,
            ["method", "route", "status", "waited"],
        )
        self.responses = self._counter(
            "http_responses_total", _RESPONSES, ["route", "status_class"]
        )
        self.connections_refused = self._counter(
            "connections_refused_total",
            "Refused before a request was begun: no HTTP, too large, too slow, or too many.",
            ["status"],
        )
        self.generations = self._counter(
            "generations_total",
            "Images asked of a provider, by how it went.",
            ["provider", "outcome"],
        )
        self.generation_seconds = self._histogram(
            "generation_duration_seconds",
            "Time that a provider took for an answer.",
            _GENERATION_BUCKETS,
            ["provider"],
        )
        self.cache_requests = self._counter(
            "scene_cache_requests_total", _SCENES_ASKED_FOR, ["result"]
        )
        self.rate_limited = self._counter("rate_limited_total", _REFUSED, ["reason"])
        self.generations_waiting = self._gauge(
            "generations_pending", "Images being made or waiting to be made."
        )
        self.generations_running = self._gauge("generations_running", "Images being made.")
        self._breaker_until = self._gauge(
            "breaker_until_timestamp_seconds",
            _BREAKER_UNTIL,
            ["reason"],
            mode="livemax",
        )
        self._write_wait = self._histogram(
            "database_write_wait_seconds", "Time that a write waited for its turn.", _WRITE_BUCKETS
        )
        self._write_held = self._histogram(
            "database_write_duration_seconds",
            "Time that a write kept others waiting.",
            _WRITE_BUCKETS,
        )
        self.pool_in_use = self._gauge(
            "database_connections_in_use", "Connections that work just now.", ["pool"]
        )
        self._deaths = self._count_of_deaths()
        self.memory = self._gauge("resident_memory_bytes", "Memory of all server processes.")
        self.open_files = self._gauge("open_files", "Open files and sockets of all of them.")
        self._gauge("workers", "Server processes that are alive.").set(1)
        self._begin_at_zero()

    def expect_routes(self, routes: Iterable[str]) -> None:
        """Show each route's classes of answers before the first of them."""
        for route in routes:
            for status_class in _STATUS_CLASSES:
                self.responses.labels(route, status_class)

    def observe_request(
        self, method: str, route: str, status: int, *, waited: bool, seconds: float
    ) -> None:
        """Note an answer, and how long it took."""
        key = (method, route, status, waited)
        children = self._observed.get(key)
        if children is None:
            children = self._observed[key] = (
                self.responses.labels(route, f"{status // 100}xx"),
                self.requests.labels(method, route, str(status), "yes" if waited else "no"),
            )
        answered, took = children
        answered.inc()
        took.observe(seconds)

    def expect_provider(self, name: str, outcomes: Iterable[str]) -> None:
        """Show a provider's outcomes before the first of them."""
        for outcome in outcomes:
            self.generations.labels(name, outcome)
        self.generation_seconds.labels(name)

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Count a refusal of the ledger; those a minute are counted where they are made."""
        try:
            yield
        except RateLimitError as error:
            if error.reason != "rate_limit":
                self.rate_limited.labels(error.reason).inc()
            raise

    def show_breaker(self, state: OpenBreaker | None) -> None:
        """Show why this process does not ask the provider, or that it does."""
        reason = state.reason if state else None
        for known in self._known_reasons:
            if known != reason:
                self._breaker_until.labels(known).set(0)
        if state is not None:
            self._known_reasons.add(state.reason)
            left = math.inf if state.seconds_left is None else state.seconds_left
            self._breaker_until.labels(state.reason).set(time.time() + left)

    def count_death(self, work: BackgroundWork) -> None:
        """Note that work in the background died."""
        self._deaths.labels(work).inc()

    def observe_write(self, waited: float, held: float | None) -> None:
        """Note how many seconds a write waited for its turn, and how long it took if it came."""
        self._write_wait.observe(waited)
        if held is not None:
            self._write_held.observe(held)

    def collect(self) -> Iterable[Metric]:
        """Everything that was counted, in all processes where there are several."""
        folder = _shared_folder()
        return self._registry.collect() if folder is None else _read_shared(folder)

    def _begin_at_zero(self) -> None:
        # To find a child by its labels takes ten times as long as to count.
        self._observed: dict[tuple[str, str, int, bool], tuple[Counter, Histogram]] = {}
        self.cache_hits = self.cache_requests.labels("hit")
        self._known_reasons = set(_BREAKER_REASONS)
        for result in _RESULTS:
            self.cache_requests.labels(result)
        for status in _REFUSED_CONNECTIONS:
            self.connections_refused.labels(status)
        for limit in _LIMITS:
            self.rate_limited.labels(limit)
        self.show_breaker(None)

    def _count_of_deaths(self) -> Counter:
        deaths = self._counter(
            "background_deaths_total",
            "Work in the background that died and was begun again.",
            ["work"],
        )
        for work in get_args(BackgroundWork):
            deaths.labels(work)
        return deaths

    def _counter(self, name: str, help_text: str, labels: list[str]) -> Counter:
        return Counter(f"emberpeak_{name}", help_text, labels, registry=self._registry)

    def _gauge(
        self,
        name: str,
        help_text: str,
        labels: Iterable[str] = (),
        mode: Literal["livesum", "livemax"] = "livesum",
    ) -> Gauge:
        """One that is put together from the processes that are alive."""
        return Gauge(
            f"emberpeak_{name}",
            help_text,
            labels,
            registry=self._registry,
            multiprocess_mode=mode,
        )

    def _histogram(
        self,
        name: str,
        help_text: str,
        buckets: tuple[float, ...],
        labels: Iterable[str] = (),
    ) -> Histogram:
        return Histogram(
            f"emberpeak_{name}", help_text, labels, buckets=buckets, registry=self._registry
        )


@contextmanager
def shared_metrics() -> Iterator[None]:
    """Keep a folder for the metrics of the worker processes that are started meanwhile."""
    with tempfile.TemporaryDirectory(prefix="emberpeak-metrics-") as folder:
        os.environ[_SHARED] = folder
        try:
            yield
        finally:
            del os.environ[_SHARED]


def _shared_folder() -> Path | None:
    """The folder, if several processes count."""
    folder = os.environ.get(_SHARED)
    return Path(folder) if folder else None


def touch_shared() -> None:
    """Make every file look new, because writes to mapped memory do not.

    Systems remove temporary files that look old; Debian does after ten days.
    """
    folder = _shared_folder()
    if folder is not None:
        with suppress(FileNotFoundError):  # one was removed meanwhile; the next call does the rest
            for path in (folder, *folder.iterdir()):
                os.utime(path)


def _read_shared(folder: Path) -> Iterable[Metric]:
    """Add up what all processes counted, and the present state of those that are alive."""
    collector = MultiProcessCollector(None, str(folder))  # type: ignore[no-untyped-call]
    for _ in range(_TRIES):
        # A process that starts just now has an empty file.
        with suppress(struct.error, FileNotFoundError):
            found: Iterable[Metric] = collector.collect()  # type: ignore[no-untyped-call]
            return found
        time.sleep(0.01)
    return []
