"""What is remembered of clients, without a server around it."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage

from app.observability.metrics import Metrics
from app.services.players.rate_limits import RequestLimits


@pytest.fixture
def limits() -> RequestLimits:
    return RequestLimits({"tokens": 10}, Metrics())


def storage_of(limits: RequestLimits) -> MemoryStorage:
    storage = limits._strategy.storage
    assert isinstance(storage, MemoryStorage)
    return storage


def test_clients_of_long_ago_are_forgotten(
    limits: RequestLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = storage_of(limits)
    began, up = time.time(), time.monotonic()
    for minute in range(5):
        monkeypatch.setattr(time, "time", lambda minute=minute: began + 61 * minute)
        monkeypatch.setattr(time, "monotonic", lambda minute=minute: up + 61 * minute)
        for number in range(1500):
            limits.charge("tokens", f"{minute}-{number}")
        storage.timer.join()
    assert len(storage.events) <= 2 * 1500
    assert len(storage.locks) <= len(storage.events)
    limits.charge("tokens", "4-0")
    counted = RateLimitItemPerMinute(10)
    assert limits._strategy.get_window_stats(counted, "tokens", "4-0").remaining == 8


def test_never_one_more_on_several_threads(limits: RequestLimits) -> None:
    together = threading.Barrier(8)

    def charge(_: int) -> int:
        together.wait()
        return sum(limits.try_charge("tokens", "one") for _ in range(50))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(charge, range(8))) == 10


def test_clock_that_was_set_back_locks_nobody_out(
    limits: RequestLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.time()
    for _ in range(10):
        limits.charge("tokens", "one")
    assert not limits.has_left("tokens", "one")
    monkeypatch.setattr(time, "time", lambda: began - 2 * 86400)
    assert limits.has_left("tokens", "one")
    limits.charge("tokens", "one")
