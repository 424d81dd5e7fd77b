"""Which pictures were written a moment ago, asked and told by many threads."""

import gc
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from app.services.storage import fresh_names
from app.services.storage.fresh_names import FreshNames


@contextmanager
def collected_all_the_time() -> Iterator[None]:
    """Each collection of garbage lets another thread go on, as one with a finalizer may."""

    def give_way(_phase: str, _info: dict[str, int]) -> None:
        time.sleep(0.0002)

    thresholds = gc.get_threshold()
    gc.callbacks.append(give_way)
    gc.set_threshold(50)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.callbacks.remove(give_way)


def test_known_until_its_row_is_surely_there(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    names = FreshNames()
    names.add("a")
    assert "a" in names
    assert "b" not in names
    now += fresh_names.SETTLING_SECONDS + 1
    assert "a" not in names
    names.add("b")
    assert names._written.keys() == {"b"}, "the old ones are forgotten"


def test_added_by_many_threads() -> None:
    names, together = FreshNames(), threading.Barrier(4)
    for number in range(3000):  # more than the interpreter keeps room for: going through them
        names.add(f"{number}")  # allocates, and so collects

    def write(writer: int) -> None:
        together.wait()
        for number in range(20):
            names.add(f"{writer}-{number}")

    with collected_all_the_time(), ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(write, writer) for writer in range(4)]:
            done.result()
    assert all(f"{writer}-{number}" in names for writer in range(4) for number in range(20))
