"""When a paused job goes on, whatever becomes of the machine's clock."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.database.engine import Database
from app.database.schema import upgrade_schema
from app.domain import SceneSetting
from app.services.billing.circuit_breaker import CircuitBreaker
from app.services.coordination.leases import Leases
from app.services.generation.errors import QuotaExceededError, UpstreamFailureError
from app.services.jobs import JobRunner, WarmJobs
from app.services.players.identity import OPERATOR, Caller
from app.services.scenes.cache import CacheService
from app.services.scenes.service import ServedScene
from tests.support.patience import PATIENCE_SECONDS
from tests.support.registries import close_registries, registry_beside

DELAY = 60.0


class Painter:
    """Refuses the first scene for a minute, and paints nothing afterwards."""

    def __init__(self) -> None:
        self.asked = 0

    async def serve(self, *_arguments: object, **_options: object) -> Any:
        self.asked += 1
        if self.asked == 1:
            raise QuotaExceededError("Later.", retry_after=DELAY)
        raise RuntimeError("asked again")


class Clocks:
    """The time of day, and a clock that is never set back."""

    def __init__(self) -> None:
        self.day = datetime(2026, 11, 30, 12, tzinfo=UTC)
        self.seconds = 1000.0

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds
        self.day += timedelta(seconds=seconds)


class Stage:
    """A runner over a real database, with a painter and clocks of our own."""

    def __init__(self, folder: Path, painter: Any) -> None:
        self.database = Database(f"sqlite:///{folder / 'game.db'}")
        upgrade_schema(self.database.writer)
        self.clocks = Clocks()
        self.jobs = WarmJobs(CacheService(timedelta(days=7), has_model=True), None)
        leases = Leases(self.database, registry_beside(self.database))
        self.runner = JobRunner(
            *(self.database, self.jobs, painter, leases),
            now=lambda: self.clocks.day,
            clock=lambda: self.clocks.seconds,
        )

    async def begin(self, *places: str) -> str:
        job = await self.database.write(
            self.jobs.create,
            [SceneSetting(place, "day", "clear") for place in places],
            Caller(OPERATOR, None, is_admin=True, request_id="job"),
        )
        return job.id

    async def go_on(self, seconds: float) -> None:
        self.clocks.pass_by(seconds)
        self.runner.wake()
        await asyncio.sleep(0)

    async def job_in(self, job_id: str, *states: str) -> list[tuple[str, str]]:
        """The scenes of the job with their states, as soon as it is in one of these itself."""
        while True:
            with self.database.reading() as session:
                job = self.jobs.get(session, job_id)
                if job.state in states:
                    return [(item.location, item.state) for item in job.items]
            await asyncio.sleep(0.01)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.runner.keep_running())
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                yield
        finally:
            task.cancel()
            close_registries()
            self.database.close()


@pytest.mark.parametrize("set_back", [timedelta(0), timedelta(days=2), timedelta(days=900)])
def test_goes_on_after_the_stated_delay(set_back: timedelta, tmp_path: Path) -> None:
    painter = Painter()

    async def run() -> None:
        stage = Stage(tmp_path, painter)
        job_id = await stage.begin("Mill")
        async with stage.running():
            await stage.job_in(job_id, "paused")
            stage.clocks.day -= set_back
            await stage.go_on(DELAY - 1)
            assert painter.asked == 1
            await stage.go_on(1)
            await stage.job_in(job_id, "done")

    asyncio.run(run())
    assert painter.asked == 2


class FailingPainter:
    """The provider behind a breaker: fails for some places, or for all while it is out."""

    def __init__(self, *never: str) -> None:
        self.never = never
        self.is_out = False
        self.asked: list[str] = []
        self.breaker = CircuitBreaker(clock=lambda: self.seconds)
        self.seconds = 0.0

    async def serve(self, setting: SceneSetting, *_: object, **__: object) -> ServedScene:
        self.breaker.check()
        self.asked.append(setting.location)
        if self.is_out or setting.location in self.never:
            error = UpstreamFailureError("Failed.")
            self.breaker.note(error)
            raise error
        self.breaker.succeeded()
        return ServedScene(None, "generated", None)


async def end_of(stage: Stage, painter: FailingPainter, job_id: str) -> list[tuple[str, str]]:
    """Let time pass, ten minutes at once, until the job is done."""
    async with stage.running():
        while True:
            found = await stage.job_in(job_id, "paused", "done")
            if not any(state == "pending" for _, state in found):
                return await stage.job_in(job_id, "done")
            painter.seconds += 600
            await stage.go_on(600)


def test_what_failed_in_an_outage_is_painted_after_it(tmp_path: Path) -> None:
    painter = FailingPainter()
    painter.is_out = True

    async def run() -> list[tuple[str, str]]:
        stage = Stage(tmp_path, painter)
        job_id = await stage.begin("Mill", "Ford", "Hill")
        async with stage.running():
            found = await stage.job_in(job_id, "paused", "done")
            assert found == [("Mill", "pending"), ("Ford", "pending"), ("Hill", "pending")]
            painter.is_out = False
            painter.seconds += 30
            await stage.go_on(30)
            return await stage.job_in(job_id, "done")

    states = asyncio.run(run())
    assert {state for _, state in states} == {"generated"}
    assert painter.asked == ["Mill", "Ford", "Hill", "Mill", "Ford"]


def test_scenes_that_always_fail_end_and_keep_no_other_waiting(tmp_path: Path) -> None:
    painter = FailingPainter("Mill", "Ford")

    async def run() -> list[tuple[str, str]]:
        stage = Stage(tmp_path, painter)
        return await end_of(stage, painter, await stage.begin("Mill", "Ford", "Hill"))

    states = asyncio.run(run())
    assert states == [("Mill", "failed"), ("Ford", "failed"), ("Hill", "generated")]
    assert painter.asked[:3] == ["Mill", "Ford", "Hill"]
    assert len(painter.asked) < 20
