"""When a paused job goes on, whatever becomes of the machine's clock."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.database import Database
from app.schema import upgrade_schema
from app.services.cache import CacheService
from app.services.caller import OPERATOR, Caller
from app.services.jobs import JobRunner, WarmJobs
from app.services.paid.exclusive_work import ExclusiveWork
from app.services.paid.heartbeat import Heartbeat
from app.services.picture import SceneSetting
from app.services.provider_errors import QuotaExceededError
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


@pytest.mark.parametrize("set_back", [timedelta(0), timedelta(days=2), timedelta(days=900)])
def test_goes_on_after_the_stated_delay(set_back: timedelta, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'game.db'}")
    upgrade_schema(database.writer)
    jobs = WarmJobs(CacheService(timedelta(days=7), has_model=True), None)
    clocks, painter = Clocks(), Painter()

    async def run() -> None:
        exclusive = ExclusiveWork(database, Heartbeat(database, registry_beside(database), None))
        scenes: Any = painter
        runner = JobRunner(
            *(database, jobs, scenes, exclusive),
            now=lambda: clocks.day,
            clock=lambda: clocks.seconds,
        )
        job = await database.write(
            jobs.create,
            [SceneSetting("Mill", "day", "clear")],
            Caller(OPERATOR, None, is_admin=True, request_id="job"),
        )
        running = asyncio.create_task(runner.keep_running())
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await state(job.id, "paused")
                clocks.day -= set_back
                clocks.pass_by(DELAY - 1)
                runner.wake()
                await asyncio.sleep(0)
                assert painter.asked == 1
                clocks.pass_by(1)
                runner.wake()
                await state(job.id, "done")
        finally:
            running.cancel()

    async def state(job_id: str, wanted: str) -> None:
        while True:
            with database.reading() as session:
                if jobs.get(session, job_id).state == wanted:
                    return
            await asyncio.sleep(0.01)

    asyncio.run(run())
    assert painter.asked == 2
    close_registries()
    database.close()
