"""/api/v1/scenes/warm and /api/v1/jobs: scenes painted ahead of need."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from app.api.dependencies import AdminOnly, CallerDep, ServicesDep
from app.domain import SceneSetting
from app.models import WarmJob
from app.root_path import below_root
from app.schemas.error import error_responses, stream_error_responses
from app.schemas.job import Job, JobItem, WarmAnswer, WarmEstimate, WarmRequest
from app.schemas.text import TidyText
from app.services.container import Services
from app.services.jobs.warm_jobs import count_states
from app.services.scenes.key import scene_key

router = APIRouter(prefix="/api/v1", tags=["jobs"], dependencies=[AdminOnly])

JobId = Annotated[
    TidyText,
    Path(description="Identity of the job.", examples=["3f9a1c2b4d5e6f708192a3b4c5d6e7f8"]),
]
_LOOK_SECONDS = 0.25
_ENDED = {"done", "cancelled"}


async def _look(services: Services, job_id: str) -> Job:
    return await services.database.read(lambda session: _job(services.jobs.get(session, job_id)))


async def _known_job(job_id: JobId, services: ServicesDep) -> Job:
    """Look before a stream of events begins: after that there is no other status than 200."""
    return await _look(services, job_id)


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
    scenes = _different(body)
    estimate = await services.database.read(services.jobs.estimate, scenes)
    answer = WarmAnswer(
        job=None,
        estimate=WarmEstimate(
            scenes=estimate.scenes,
            cached=estimate.cached,
            to_make=estimate.to_make,
            usd=estimate.usd,
        ),
    )
    if not dry_run:
        job = await services.database.write(services.jobs.create, scenes, caller)
        services.job_runner.wake()
        answer.job = _job(job)
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
        await asyncio.sleep(_LOOK_SECONDS)
        job = await _look(services, job.id)


@router.delete(
    "/jobs/{job_id}",
    summary="Cancel a job",
    responses=error_responses(401, 403, 404, 409, 422, 507),
)
async def cancel_job(job_id: JobId, services: ServicesDep) -> Job:
    """Paint no further scene; one that is on its way is finished and kept."""
    await services.database.write(services.jobs.cancel, job_id)
    return await _look(services, job_id)


def _job(job: WarmJob) -> Job:
    states = count_states(job)
    return Job(
        id=job.id,
        state=job.state,
        reason=job.reason,
        resume_at=job.resume_at,
        total=states.total(),
        finished=states.total() - states["pending"],
        cached=states["cached"],
        generated=states["generated"],
        failed=states["failed"],
        created_at=job.created_at,
        finished_at=job.finished_at,
        items=[JobItem.model_validate(item) for item in job.items],
    )


def _different(body: WarmRequest) -> list[SceneSetting]:
    settings = [
        SceneSetting(scene.location, scene.time_of_day, scene.weather) for scene in body.scenes
    ]
    return list({scene_key(setting): setting for setting in settings}.values())
