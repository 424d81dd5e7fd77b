"""Brings jobs forward: one scene at a time, behind everyone else, in one process."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from app.clock import utc_now
from app.database.engine import Database
from app.domain import SceneSetting
from app.errors import AppError
from app.models import WarmItem, WarmJob
from app.observability.repeated_errors import RepeatedTrouble
from app.services.coordination.leases import Leases
from app.services.generation.errors import ProviderError
from app.services.jobs.warm_jobs import ItemState, WarmJobs
from app.services.players.identity import OPERATOR, Caller
from app.services.scenes.service import SceneService

log = structlog.get_logger()

_LOOK_SECONDS = 1.0
_DEFAULT_PAUSE_SECONDS = 30.0
# What costs nothing may still be about the scene: it ends after some tries.
_MOST_TRIES = 8


class JobRunner:
    """Runs in every process; a lease sees to it that each job has one runner at a time.

    Args:
        database: Where the jobs are.
        jobs: Reads and writes them.
        scenes: Paints.
        leases: Gives the leases.
        now: The time of day, which may be set back.
        clock: Seconds of a clock that never is; a pause ends by whichever says so first.
    """

    def __init__(
        self,
        database: Database,
        jobs: WarmJobs,
        scenes: SceneService,
        leases: Leases,
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._scenes = scenes
        self._leases = leases
        self._now = now
        self._clock = clock
        self._paused_until: dict[str, float] = {}
        self._failures: Counter[int] = Counter()
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Check for work now rather than in a second."""
        self._wake.set()

    async def keep_running(self) -> None:
        """Bring open jobs forward until cancelled; what is under way then is taken up later."""
        is_new = True
        trouble = RepeatedTrouble("jobs could not be brought forward")
        while True:
            try:
                if is_new:
                    await self._database.write(self._jobs.try_again)
                    is_new = False
                worked = await self._bring_one_forward()
                trouble.is_over()
            except Exception as error:  # noqa: BLE001 - or every job would wait for a restart
                trouble.tell(error)
                worked = False
            if not worked:
                self._wake.clear()
                try:
                    await asyncio.wait_for(self._wake.wait(), _LOOK_SECONDS)
                except TimeoutError:
                    continue

    async def _bring_one_forward(self) -> bool:
        seconds = self._clock()
        due = [job for job, until in self._paused_until.items() if until <= seconds]
        with self._database.reading() as session:
            job_id = self._jobs.next_open(session, self._now(), due)
        if job_id is None:
            for job in due:
                self._paused_until.pop(job)  # ended, or cancelled meanwhile
            return False
        async with self._leases.hold(f"job|{job_id}") as is_ours:
            if not is_ours:
                return False
            self._paused_until.pop(job_id, None)
            while (item := await self._database.write(self._jobs.next_item, job_id)) is not None:
                if not await self._paint(job_id, item):
                    return True
        return True

    async def _paint(self, job_id: str, item: WarmItem) -> bool:
        """Paint one scene; say whether the job may go on at once."""
        with self._database.reading() as session:
            job = self._jobs.get(session, job_id)
            caller = _caller_of(job)
        setting = SceneSetting(item.location, item.time_of_day, item.weather)
        try:
            scene = await self._scenes.serve(setting, caller, force=False, low_priority=True)
        except Exception as error:  # noqa: BLE001 - once a scene: what failed may have been paid
            if isinstance(error, AppError) and error.is_transient:
                await self._pause(job_id, error)
                return False
            await self._fail(item, error)
            return True
        state: ItemState = "cached" if scene.served == "cached" else "generated"
        image_id = scene.image.id if scene.image else None
        self._failures.pop(item.id, None)
        await self._database.write(self._jobs.finish_item, item.id, state, image_id=image_id)
        return True

    async def _pause(self, job_id: str, error: AppError) -> None:
        seconds = error.retry_after or _DEFAULT_PAUSE_SECONDS
        until = self._now() + timedelta(seconds=seconds)
        # Before the row says so: the pause begins now, however long the write takes.
        self._paused_until[job_id] = self._clock() + seconds
        await self._database.write(self._jobs.pause, job_id, error.reason, until)

    async def _fail(self, item: WarmItem, error: Exception) -> None:
        message = "Something went wrong here; the log says what."
        state: ItemState = "failed"
        if isinstance(error, AppError):
            message = error.message
            self._failures[item.id] += 1
            is_retryable = isinstance(error, ProviderError) and error.is_retryable
            if is_retryable and self._failures[item.id] < _MOST_TRIES:
                state = "pending"
            else:
                self._failures.pop(item.id)
        else:
            log.error(
                "a scene could not be painted",
                job_id=item.job_id,
                position=item.position,
                exc_info=error,
            )
        await self._database.write(self._jobs.finish_item, item.id, state, error=message)


def _caller_of(job: WarmJob) -> Caller:
    # Not its address: the job would use up the allowance of the players there, and wait for it.
    return Caller(OPERATOR, job.player_hash, is_admin=True, request_id=f"job-{job.id}")
