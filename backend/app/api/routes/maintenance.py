"""/api/v1/maintenance: for the operator."""

import asyncio
from dataclasses import asdict
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from app.api.dependencies import AdminOnly, ServicesDep
from app.clock import utc_now
from app.schemas.error import error_responses
from app.schemas.maintenance import (
    CacheCounts,
    ImageCounts,
    LibraryStatistics,
    PictureCleanupReport,
    PurgedImage,
    RefusedPromptsReport,
    SceneCleanupReport,
)
from app.schemas.scene import ForgottenSceneEntry
from app.schemas.spending import SpendingReport

router = APIRouter(prefix="/api/v1/maintenance", tags=["maintenance"], dependencies=[AdminOnly])

DryRun = Annotated[bool, Query(description="Only say what would be removed.")]
Force = Annotated[bool, Query(description="Remove them although it looks like a mistake.")]
# SQLite cannot even compare with a larger number.
NamedImages = Annotated[
    list[Annotated[int, Field(ge=1, le=2**63 - 1)]] | None,
    Query(
        alias="image_id",
        description="Only these, whenever they were deleted; repeatable.",
        max_length=50,
    ),
]


@router.post(
    "/cleanup/expired-cache",
    summary="Forget expired scene entries",
    responses=error_responses(401, 403, 409, 422, 507),
)
async def clean_up_expired_cache(
    services: ServicesDep, dry_run: DryRun = False, force: Force = False
) -> SceneCleanupReport:
    """Remove entries whose time is over; their images stay.

    An entry whose image is in the trash stays as long as it would have been served, so that a
    restored image is shown again. Refused with 409 unless `force` is set where nothing has
    happened for so long that the clock may be wrong.
    """
    maintenance = services.maintenance
    found, doubt = await maintenance.remove_expired_entries(dry_run=dry_run, force=force)
    return SceneCleanupReport(
        deleted=found.count,
        message=_message(found.count, "expired scene entries", dry_run=dry_run),
        dry_run=dry_run,
        timestamp=utc_now(),
        force_needed=doubt,
        sample=[ForgottenSceneEntry.model_validate(one) for one in found.sample],
    )


@router.post(
    "/cleanup/orphaned-images",
    summary="Empty the trash",
    responses=error_responses(401, 403, 409, 422, 507),
)
async def clean_up_orphaned_images(
    services: ServicesDep,
    dry_run: DryRun = False,
    force: Force = False,
    image_ids: NamedImages = None,
) -> PictureCleanupReport:
    """Remove for good what was deleted more than `BACKUP_RETENTION_DAYS` ago.

    With `image_id` those images of the trash go now instead, with their files, which until then
    can be read by anyone who knows their addresses. An image that is not in the trash stays.

    Refused with 409 unless `force` is set where the image folder is not there or not this
    library's, or where nothing has happened for so long that the clock may be wrong;
    `detail.reason` says which. Waits for a backup that is running; where that takes too long, 503.
    """
    purge = services.purge
    work = purge.plan if dry_run else partial(purge.run, force=force)
    found = await asyncio.to_thread(work, image_ids=image_ids or ())
    message = _message(found.count, "deleted images", dry_run=dry_run)
    if found.doubt is not None:
        message += " That needs force=true."
    return PictureCleanupReport(
        deleted=found.count,
        message=message,
        dry_run=dry_run,
        timestamp=utc_now(),
        size_bytes=found.size_bytes,
        library=found.library,
        force_needed=found.doubt,
        sample=[PurgedImage.model_validate(one) for one in found.sample],
    )


@router.delete(
    "/refused-prompts",
    summary="Forget refused prompts",
    responses=error_responses(401, 403, 422, 507),
)
async def forget_refused_prompts(
    services: ServicesDep, dry_run: DryRun = False
) -> RefusedPromptsReport:
    """Let the model be asked again for every prompt that its safety rules refused.

    A refusal of one image is forgotten by itself after an hour, and `force_regenerate` asks
    again at once; a prompt with prohibited content is refused until it is forgotten here.
    """
    count = await services.maintenance.forget_refused_prompts(dry_run=dry_run)
    return RefusedPromptsReport(
        deleted=count,
        message=_message(count, "refused prompts", dry_run=dry_run),
        dry_run=dry_run,
        timestamp=utc_now(),
    )


@router.get("/stats", summary="What the library holds", responses=error_responses(401, 403))
async def statistics(services: ServicesDep) -> LibraryStatistics:
    """Images and scene entries by state."""
    library, cache = await services.maintenance.count()
    return LibraryStatistics(
        images=ImageCounts(**asdict(library), storage_mb=round(library.storage_bytes / 2**20, 3)),
        cache=CacheCounts(**asdict(cache), expired=cache.expired),
        timestamp=utc_now(),
    )


@router.get("/spending", summary="Where the money went", responses=error_responses(401, 422))
async def spending(
    services: ServicesDep,
    days: Annotated[int, Query(ge=1, le=366, description="How many days back.")] = 31,
) -> SpendingReport:
    """Paid calls by day, model and outcome, what is left, and what the cache saved."""
    found = await services.spending.report(days)
    return SpendingReport(**asdict(found), timestamp=utc_now())


def _message(deleted: int, what: str, *, dry_run: bool) -> str:
    return f"{'Would remove' if dry_run else 'Removed'} {deleted} {what}."
