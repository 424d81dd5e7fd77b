"""Work in the background that dies is told of, begun again, and seen by whoever watches."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import structlog

from app.concurrency.supervision import STEADY_SECONDS, Supervisor
from app.services.library.usage import UsageRecorder
from tests.conftest import ServerFactory
from tests.support.ledger import wait_until
from tests.support.library import IMAGES, execute, make_image
from tests.support.metrics_page import figures, samples


class Clock:
    """Time that passes only while work is paused, or by a test's own hand."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.seconds

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


class Watched:
    """A supervisor, and what it told."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.deaths: list[str] = []
        self.supervisor = Supervisor(self.deaths.append, pause=self.clock.pause, now=self.clock.now)

    async def run(self, work: Callable[[], Awaitable[None]], until: asyncio.Event) -> None:
        async def begun() -> None:
            await work()

        self.supervisor.start("usage", begun)
        async with asyncio.timeout(60):
            await until.wait()


def dying(watched: Watched, *errors: BaseException | None, after: float = 0.0) -> Any:
    """Work that dies of each in turn, and goes on from then; None is an end without an error."""
    left, goes_on = list(errors), asyncio.Event()

    async def work() -> None:
        if left:
            watched.clock.seconds += after
            if (error := left.pop(0)) is not None:
                raise error
            return
        goes_on.set()
        await asyncio.Event().wait()

    return work, goes_on


def run(case: Callable[[Watched], Awaitable[None]]) -> None:
    async def whole() -> None:
        watched = Watched()
        await case(watched)
        await watched.supervisor.stop("usage")

    asyncio.run(whole())


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ValueError("bad count"), "ValueError: bad count"),
        (None, "it ended"),
        (asyncio.CancelledError(), "it was cancelled"),
    ],
    ids=["error", "end", "cancelled by itself"],
)
def test_is_begun_again(error: BaseException | None, why: str) -> None:
    async def case(watched: Watched) -> None:
        await watched.run(*dying(watched, error))
        assert watched.deaths == ["usage"]
        assert watched.supervisor.troubles() == {"usage": why}
        watched.clock.seconds += STEADY_SECONDS
        assert watched.supervisor.troubles() == {}

    run(case)


@pytest.mark.parametrize(
    ("deaths", "after", "pauses"),
    [(9, 0.0, [1, 2, 4, 8, 16, 32, 60, 60, 60]), (4, STEADY_SECONDS, [1, 1, 1, 1])],
)
def test_waits_longer_each_time_unless_it_ran_long(
    deaths: int, after: float, pauses: list[int]
) -> None:
    async def case(watched: Watched) -> None:
        await watched.run(*dying(watched, *[ValueError()] * deaths, after=after))
        assert watched.clock.pauses == pauses

    run(case)


def test_traceback_is_logged_once() -> None:
    async def case(watched: Watched) -> None:
        with structlog.testing.capture_logs() as lines:
            await watched.run(*dying(watched, *[ValueError("x")] * 3, KeyError("y")))
        told = [(line["log_level"], "exc_info" in line) for line in lines]
        assert told == [("error", True), ("warning", False), ("warning", False), ("error", True)]
        assert {line["work"] for line in lines} == {"usage"}

    run(case)


@pytest.mark.thorough
def test_counts_go_on_after_their_task_died(
    make_server: ServerFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An image was looked up; the count is written all the same, and everybody is told."""
    dead: list[bool] = []
    flush = UsageRecorder.flush

    async def die_once(recorder: UsageRecorder) -> None:
        if not dead:
            dead.append(True)
            raise ZeroDivisionError("a mistake of ours")
        await flush(recorder)

    monkeypatch.setattr(UsageRecorder, "flush", die_once)
    server = make_server()
    wait_until(lambda: dead == [True])
    made = make_image(server.client)["id"]
    assert server.client.get(f"{IMAGES}/{made}").json()["use_count"] == 1
    wait_until(lambda: execute(server.settings, "SELECT use_count FROM image_assets") == [(1,)])
    found = server.client.get("/health").json()
    assert (found["status"], found["checks"]["background"]) == ("degraded", "error")
    (reason,) = found["reasons"]
    assert "(usage)" in reason
    assert "a mistake of ours" in reason
    page = samples(server.client)
    deaths = figures(page, "background_deaths_total")
    assert deaths == {"usage": 1, "heartbeat": 0, "jobs": 0, "pruning": 0, "sampler": 0}
    assert figures(page, "health")["background"] == 0
