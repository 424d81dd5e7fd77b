"""/api/v1/maintenance: for the operator."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.dependencies import AdminOnly, ServicesDep
from app.clock import utc_now
from app.schemas.error import error_responses
from app.schemas.maintenance import CacheCounts, CleanupReport, ImageCounts, LibraryStatistics
from app.schemas.spending import KnownPrice, SpendingByDay, SpendingReport
from app.services.paid.spending import known_prices

router = APIRouter(prefix="/api/v1/maintenance", tags=["maintenance"], dependencies=[AdminOnly])

DryRun = Annotated[bool, Query(description="Only say what would be removed.")]


@router.post(
    "/cleanup/expired-cache",
    summary="Forget expired scene entries",
    responses=error_responses(401, 403, 422, 507),
)
async def clean_up_expired_cache(services: ServicesDep, dry_run: DryRun = False) -> CleanupReport:
    """Remove entries that would not be served any more; their pictures stay."""
    deleted = await services.maintenance.remove_expired_entries(dry_run=dry_run)
    return _report(deleted, "expired scene entries", dry_run=dry_run)


@router.post(
    "/cleanup/orphaned-images",
    summary="Empty the trash",
    responses=error_responses(401, 403, 422, 507),
)
async def clean_up_orphaned_images(
    services: ServicesDep,
    dry_run: DryRun = False,
) -> CleanupReport:
    """Remove for good what was deleted more than `BACKUP_RETENTION_DAYS` ago."""
    deleted = await services.maintenance.empty_trash(dry_run=dry_run)
    return _report(deleted, "deleted pictures", dry_run=dry_run)


@router.get("/stats", summary="What the library holds", responses=error_responses(401, 403))
async def statistics(services: ServicesDep) -> LibraryStatistics:
    """Pictures and scene entries by state."""
    library, cache = await services.database.read(services.maintenance.count)
    return LibraryStatistics(
        images=ImageCounts(
            active=library.active,
            deleted=library.deleted,
            storage_mb=round(library.storage_bytes / 2**20, 3),
        ),
        cache=CacheCounts(total=cache.total, active=cache.active, expired=cache.expired),
        timestamp=utc_now(),
    )


@router.get("/spending", summary="Where the money went", responses=error_responses(401, 422))
async def spending(
    services: ServicesDep,
    days: Annotated[int, Query(ge=1, le=366, description="How many days back.")] = 31,
) -> SpendingReport:
    """Paid calls by day, model and outcome, what is left, and what the cache saved."""
    await services.usage.flush()
    now = utc_now()
    found = await services.database.read(services.spending.report, now.date(), days)
    return SpendingReport(
        lines=[SpendingByDay.model_validate(line) for line in found.lines],
        calls_today=found.calls_today,
        calls_left_today=found.calls_left_today,
        reserved=found.reserved,
        month_usd=found.month_usd,
        budget_usd=found.budget_usd,
        budget_left_usd=found.budget_left_usd,
        served_from_cache=found.served_from_cache,
        saved_usd=found.saved_usd,
        prices=[KnownPrice.model_validate(price) for price in known_prices()],
        timestamp=now,
    )


def _report(deleted: int, what: str, *, dry_run: bool) -> CleanupReport:
    verb = "Would remove" if dry_run else "Removed"
    return CleanupReport(
        deleted=deleted, message=f"{verb} {deleted} {what}.", dry_run=dry_run, timestamp=utc_now()
    )
