"""The root, health and metrics."""

from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from app import __version__
from app.api.dependencies import ServicesDep
from app.clock import utc_now
from app.root_path import below_root
from app.schemas.error import error_responses
from app.schemas.system import (
    BackupHealth,
    DiskSpace,
    Health,
    HealthChecks,
    ImageFolder,
    Liveness,
    ProviderHealth,
    Readiness,
    ServiceInfo,
    StoredImages,
)
from app.services.health import HealthReport

router = APIRouter(tags=["system"])


@router.get(
    "/",
    summary="What this is",
    response_model=ServiceInfo,
    responses={307: {"description": "A browser is sent on to the game."}, **error_responses()},
)
async def root(request: Request) -> Response:
    """Name and version for programs; a browser is sent to the game."""
    vary = {"Vary": "Accept"}
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(below_root("/game/"), headers=vary)
    info = ServiceInfo(
        name="Emberpeak",
        version=__version__,
        docs=below_root("/docs"),
        health=below_root("/health"),
    )
    return JSONResponse(info.model_dump(), headers=vary)


@router.get(
    "/health",
    summary="How the server is",
    response_model=Health,
    responses={
        **error_responses(),
        503: {"model": Health, "description": "Database or disk cannot be used."},
    },
)
async def health(services: ServicesDep, response: Response) -> Health:
    """Look at database, disk and provider; 503 where images cannot be served or stored.

    It only reads, and gives one report to all probes within two seconds. A database that another
    program holds is reported once no write has succeeded for a minute.
    """
    report = await services.health.check()
    response.status_code = 503 if report.status == "error" else 200
    response.headers["Cache-Control"] = "no-store"
    now = utc_now()
    return Health(
        status=report.status,
        timestamp=now,
        checks=HealthChecks(
            database=report.database,
            disk_space=_disk_space(report),
            image_folder=ImageFolder(status=report.storage),
            images=StoredImages(total=report.images_total),
            provider=_provider_health(report, now),
            backups=BackupHealth(status=report.backups, last_good_at=report.last_backup_at),
            background=report.background,
        ),
        reasons=report.reasons,
    )


@router.get("/health/live", summary="Whether the process answers", responses=error_responses())
async def live(response: Response) -> Liveness:
    """Look at nothing: where this does not answer, only a restart helps."""
    response.headers["Cache-Control"] = "no-store"
    return Liveness()


@router.get(
    "/health/ready",
    summary="Whether requests may be sent here",
    response_model=Readiness,
    responses={
        **error_responses(),
        503: {"model": Readiness, "description": "What is stored cannot be served just now."},
    },
)
async def ready(services: ServicesDep, response: Response) -> Readiness:
    """Say 503 while it starts to stop, and where images or saves cannot be served.

    That is a database that cannot be read or has another schema, and an image folder that is not
    mounted. What only keeps new images from being made, such as a full disk, is for `/health`.
    """
    report = await services.health.check()
    stopping = services.stopping.is_set()
    is_ready = report.is_ready and not stopping
    response.status_code = 200 if is_ready else 503
    response.headers["Cache-Control"] = "no-store"
    return Readiness(
        status="ready" if is_ready else "not_ready",
        timestamp=utc_now(),
        reasons=[*(["the server is stopping"] if stopping else []), *report.reasons],
    )


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        **error_responses(),
    },
)
async def metrics(services: ServicesDep) -> Response:
    """All metrics in Prometheus' text format."""
    text = await services.exposition.render()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _disk_space(report: HealthReport) -> DiskSpace:
    free = report.free_bytes
    return DiskSpace(
        status=report.disk, free_gb=round(free / 2**30, 2) if free is not None else None
    )


def _provider_health(report: HealthReport, now: datetime) -> ProviderHealth:
    waiting = report.waiting
    left = waiting.seconds_left if waiting else None
    return ProviderHealth(
        name=report.provider,
        status=report.provider_status,
        reason=waiting.reason if waiting else None,
        until=now + timedelta(seconds=left) if left is not None else None,
    )
