"""However many threads there are, only so many pixels are unpacked at once."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from app.services.storage.codec import PixelsInFlight

PATIENCE = 60


def test_never_more_than_the_limit() -> None:
    budget = PixelsInFlight(100)
    counting = threading.Lock()
    under_way, most = 0, 0

    def work(pixels: int) -> None:
        nonlocal under_way, most
        with budget.held(pixels):
            with counting:
                under_way += pixels
                most = max(most, under_way)
            with counting:
                under_way -= pixels

    with ThreadPoolExecutor(16) as threads:
        for done in [threads.submit(work, 10 + number % 40) for number in range(500)]:
            done.result(PATIENCE)
    assert 0 < most <= 100


def test_small_ones_run_side_by_side() -> None:
    budget = PixelsInFlight(100)
    together = threading.Barrier(4)

    def work() -> None:
        with budget.held(25):
            together.wait(PATIENCE)

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(work) for _ in range(4)]:
            done.result(PATIENCE)


def test_one_larger_than_the_limit_is_let_in_alone() -> None:
    budget = PixelsInFlight(100)
    with ThreadPoolExecutor(2) as threads, budget.held(500):
        inside = threading.Event()

        def work() -> None:
            with budget.held(1):
                inside.set()

        done: Future[None] = threads.submit(work)
        assert not inside.is_set()
    done.result(PATIENCE)
    assert inside.is_set()


def test_what_fails_gives_its_room_back() -> None:
    budget = PixelsInFlight(100)
    for _ in range(3):
        with suppress(ZeroDivisionError), budget.held(100):
            _ = 1 // 0
