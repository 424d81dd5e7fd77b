"""JobService: begins, reads and cancels the jobs that paint scenes ahead of need."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.database.engine import Database
from app.domain import SceneSetting
from app.models import WarmJob
from app.services.jobs.runner import JobRunner
from app.services.jobs.warm_jobs import Estimate, WarmJobs
from app.services.players.identity import Caller
from app.services.scenes.key import scene_key


class JobService:
    """Every method is one unit of work; the runner paints.

    Args:
        database: Holds the jobs.
        jobs: Reads and writes their rows.
        runner: Woken for each new job.
    """

    def __init__(self, database: Database, jobs: WarmJobs, runner: JobRunner) -> None:
        self._database = database
        self._jobs = jobs
        self._runner = runner

    async def estimate(self, scenes: Iterable[SceneSetting]) -> Estimate:
        """What a list of scenes would take; makes nothing."""
        return await self._database.read(self._jobs.estimate, _different(scenes))

    async def create(self, scenes: Iterable[SceneSetting], caller: Caller) -> WarmJob:
        """Begin a job; a scene that is listed twice is painted once."""
        job = await self._database.write(self._jobs.create, _different(scenes), caller)
        self._runner.wake()
        return job

    async def get(self, job_id: str) -> WarmJob:
        """One job with its scenes.

        Raises:
            NotFoundError: If there is no such job.
        """
        return await self._database.read(self._with_items, job_id)

    async def cancel(self, job_id: str) -> WarmJob:
        """End a job; an image on its way is finished and kept.

        Raises:
            NotFoundError: If there is no such job.
            ConflictError: If it has ended already.
        """
        await self._database.write(self._jobs.cancel, job_id)
        return await self.get(job_id)

    def _with_items(self, session: Session, job_id: str) -> WarmJob:
        job = self._jobs.get(session, job_id)
        session.refresh(job, ["items"])
        return job


def _different(scenes: Iterable[SceneSetting]) -> list[SceneSetting]:
    return list({scene_key(scene): scene for scene in scenes}.values())
