"""Jobs as rows: made, read, cancelled, and brought forward item by item."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.domain import SceneSetting
from app.errors import ConflictError, NotFoundError
from app.models import WarmItem, WarmJob
from app.services.players.identity import Caller
from app.services.scenes.cache import CacheService

_OPEN = ("queued", "running", "paused")
ItemState = Literal["pending", "cached", "generated", "failed"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What warming some scenes would take.

    Attributes:
        scenes: Different scenes in the list.
        cached: Those that have a live image.
        usd: What the others would cost; None where the price is not known.
    """

    scenes: int
    cached: int
    usd: float | None

    @property
    def to_make(self) -> int:
        """Scenes that need a new image."""
        return self.scenes - self.cached


class WarmJobs:
    """Works in sessions that the caller opened; never commits."""

    def __init__(self, cache: CacheService, price_usd: float | None) -> None:
        self._cache = cache
        self._price_usd = price_usd

    def estimate(self, session: Session, scenes: Sequence[SceneSetting]) -> Estimate:
        """Say what a list of scenes would take, without making anything."""
        now = utc_now()
        cached = sum(self._cache.find(session, scene, now) is not None for scene in scenes)
        missing = len(scenes) - cached
        usd = None if self._price_usd is None else round(missing * self._price_usd, 4)
        return Estimate(len(scenes), cached, usd)

    def create(self, session: Session, scenes: Sequence[SceneSetting], caller: Caller) -> WarmJob:
        """Write a job down; the runner finds it."""
        job = WarmJob(
            id=uuid.uuid4().hex,
            state="queued",
            client=caller.client,
            player_hash=caller.player_hash,
            created_at=utc_now(),
            items=[
                WarmItem(
                    position=position,
                    location=scene.location,
                    time_of_day=scene.time_of_day,
                    weather=scene.weather,
                    state="pending",
                )
                for position, scene in enumerate(scenes)
            ],
        )
        session.add(job)
        session.flush()
        return job

    def get(self, session: Session, job_id: str) -> WarmJob:
        """One job with its items.

        Raises:
            NotFoundError: When there is no such job.
        """
        job = session.get(WarmJob, job_id)
        if job is None:
            raise NotFoundError(f"There is no job {job_id}.")
        return job

    def cancel(self, session: Session, job_id: str) -> WarmJob:
        """End a job; an image on its way is finished and kept.

        Raises:
            NotFoundError: When there is no such job.
            ConflictError: When it has ended already.
        """
        job = self.get(session, job_id)
        if job.state not in _OPEN:
            raise ConflictError(f"Job {job_id} has ended already.", detail={"reason": "job_ended"})
        job.state, job.reason, job.resume_at = "cancelled", None, None
        job.finished_at = utc_now()
        return job

    def try_again(self, session: Session) -> None:
        """Let paused jobs try at once.

        For the start of a process: what they wait for is remembered by the process that heard
        of it, and may have been why the operator restarted. Where it still holds, asking costs
        nothing.
        """
        session.execute(update(WarmJob).where(WarmJob.state == "paused").values(resume_at=None))

    def next_open(self, session: Session, now: datetime, due: Collection[str] = ()) -> str | None:
        """The id of the oldest job that may go on now.

        Args:
            session: Where the jobs are.
            now: The time that a pause is compared with.
            due: Jobs whose pause is over whatever that time says: it may have been set back.
        """
        return session.scalar(
            select(WarmJob.id)
            .where(
                WarmJob.state.in_(_OPEN),
                or_(WarmJob.resume_at.is_(None), WarmJob.resume_at <= now, WarmJob.id.in_(due)),
            )
            .order_by(WarmJob.created_at)
            .limit(1)
        )

    def next_item(self, session: Session, job_id: str) -> WarmItem | None:
        """The next scene of a job, marking it as running; None ends it, or it was ended.

        Those that are to be tried again come last: one may fail whenever it is asked for.
        """
        job = self.get(session, job_id)
        if job.state not in _OPEN:
            return None
        item = session.scalar(
            select(WarmItem)
            .where(WarmItem.job_id == job_id, WarmItem.state == "pending")
            .order_by(WarmItem.error.is_not(None), WarmItem.position)
            .limit(1)
        )
        job.reason, job.resume_at = None, None
        if item is None:
            job.state, job.finished_at = "done", utc_now()
        else:
            job.state = "running"
        return item

    def finish_item(
        self,
        session: Session,
        item_id: int,
        state: ItemState,
        *,
        image_id: int | None = None,
        error: str | None = None,
    ) -> None:
        """Write down what became of one scene."""
        item = session.get(WarmItem, item_id)
        if item is not None:
            item.state, item.image_id, item.error = state, image_id, error

    def pause(self, session: Session, job_id: str, reason: str, until: datetime) -> None:
        """Let a job wait; one that was cancelled meanwhile stays so."""
        job = self.get(session, job_id)
        if job.state in _OPEN:
            job.state, job.reason, job.resume_at = "paused", reason, until
