"""What Prometheus is told. No label grows with players or subjects."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.exposition import generate_latest

from app import __version__

_REQUEST_BUCKETS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.5, 10, 60)
_GENERATION_BUCKETS = (0.05, 0.1, 0.25, 1, 2.5, 5, 10, 20, 40)


class Metrics:
    """The metrics of one application; each has its own registry, so that tests do not mix."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Histogram(
            "emberpeak_http_request_duration_seconds",
            "Time from the first byte of a request to the last of its answer.",
            ["method", "route", "status"],
            buckets=_REQUEST_BUCKETS,
            registry=self._registry,
        )
        self.generations = Counter(
            "emberpeak_generations_total",
            "Pictures asked of a provider, by how it went.",
            ["provider", "outcome"],
            registry=self._registry,
        )
        self.generation_seconds = Histogram(
            "emberpeak_generation_duration_seconds",
            "Time that a provider took for an answer.",
            ["provider"],
            buckets=_GENERATION_BUCKETS,
            registry=self._registry,
        )
        self.paid_calls = Counter(
            "emberpeak_paid_calls_total",
            "Paid calls as the ledger settled them: ok, failed (not charged) or unknown.",
            ["outcome"],
            registry=self._registry,
        )
        self.generations_waiting = Gauge(
            "emberpeak_generations_pending",
            "Pictures being made or waiting to be made.",
            registry=self._registry,
        )
        self.cache_requests = Counter(
            "emberpeak_scene_cache_requests_total",
            "Scenes asked for: hit, miss, or coalesced with a picture on its way; "
            "and what stood in: stale, near or placeholder.",
            ["result"],
            registry=self._registry,
        )
        self.rate_limited = Counter(
            "emberpeak_rate_limited_total",
            "Paid pictures refused because the client asked for too many.",
            ["kind"],
            registry=self._registry,
        )
        self.breaker_open = Gauge(
            "emberpeak_breaker_open",
            "1 while the provider is not asked, by the reason.",
            ["reason"],
            registry=self._registry,
        )
        self.breaker_seconds_left = Gauge(
            "emberpeak_breaker_seconds_left",
            "Seconds until the provider is asked again.",
            registry=self._registry,
        )
        Info("emberpeak_build", "Version that is running.", registry=self._registry).info(
            {"version": __version__}
        )

    def show_breaker(self, reason: str | None, seconds_left: float) -> None:
        """Show why the provider is not asked, or that it is."""
        self.breaker_open.clear()
        if reason is not None:
            self.breaker_open.labels(reason).set(1)
        self.breaker_seconds_left.set(seconds_left)

    def render(self) -> bytes:
        """Write everything in Prometheus' text format; slow enough to belong on a thread."""
        return generate_latest(self._registry)
