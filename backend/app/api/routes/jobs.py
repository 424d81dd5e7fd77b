"""/api/v1/scenes/warm and /api/v1/jobs: scenes painted ahead of need."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.api.dependencies import AdminOnly, CallerDep, ServicesDep
from app.domain import SceneSetting
from app.root_path import below_root
from app.schemas.error import error_responses, stream_error_responses
from app.schemas.job import Job, WarmAnswer, WarmEstimate, WarmRequest
from app.schemas.text import TidyText

router = APIRouter(prefix="/api/v1", tags=["jobs"], dependencies=[AdminOnly])

JobId = Annotated[
    TidyText,
    Path(description="Identity of the job.", examples=["3f9a1c2b4d5e6f708192a3b4c5d6e7f8"]),
]
_POLL_SECONDS = 0.25
_ENDED = {"done", "cancelled"}


async def _known_job(job_id: JobId, services: ServicesDep) -> Job:
    """Read it before a stream of events begins: after that there is no status but 200."""
    return Job.model_validate(await services.jobs.get(job_id))


KnownJob = Annotated[Job, Depends(_known_job)]


@router.post(
    "/scenes/warm",
    summary="Paint scenes ahead of need",
    status_code=202,
    responses=error_responses(400, 401, 403, 413, 422, 507),
)
async def warm(
    body: WarmRequest,
    services: ServicesDep,
    caller: CallerDep,
    response: Response,
    dry_run: Annotated[bool, Query(description="Only say what it would take.")] = False,
) -> WarmAnswer:
    """Begin a job that stays within the limits, waits on quota and survives a restart."""
    scenes = [SceneSetting(one.location, one.time_of_day, one.weather) for one in body.scenes]
    estimate = await services.jobs.estimate(scenes)
    answer = WarmAnswer(job=None, estimate=WarmEstimate.model_validate(estimate))
    if not dry_run:
        job = await services.jobs.create(scenes, caller)
        answer.job = Job.model_validate(job)
        response.headers["Location"] = below_root(f"/api/v1/jobs/{job.id}")
    return answer


@router.get("/jobs/{job_id}", summary="Look at a job", responses=error_responses(401, 404, 422))
async def get_job(job: KnownJob) -> Job:
    """How far it is, scene by scene."""
    return job


@router.get(
    "/jobs/{job_id}/events",
    summary="Follow a job",
    response_class=EventSourceResponse,
    responses=stream_error_responses(401, 404, 422),
)
async def follow_job(
    job: KnownJob, services: ServicesDep, request: Request
) -> AsyncIterator[ServerSentEvent]:
    """An event `progress` for each change, and `end` with the last one."""
    seen = ""
    while not services.stopping.is_set() and not await request.is_disconnected():
        text = job.model_dump_json()
        ended = job.state in _ENDED
        if text != seen:
            seen = text
            yield ServerSentEvent(raw_data=text, event="end" if ended else "progress")
        if ended:
            return
        await asyncio.sleep(_POLL_SECONDS)
        job = Job.model_validate(await services.jobs.get(job.id))


@router.delete(
    "/jobs/{job_id}",
    summary="Cancel a job",
    responses=error_responses(401, 403, 404, 409, 422, 507),
)
async def cancel_job(job_id: JobId, services: ServicesDep) -> Job:
    """Paint no further scene; one that is on its way is finished and kept."""
    return Job.model_validate(await services.jobs.cancel(job_id))
