"""/api/v1/maintenance/verify: the self-check."""

import asyncio
import time
from typing import Annotated

from fastapi import APIRouter, Query

from app.api.dependencies import AdminOnly, ServicesDep
from app.clock import utc_now
from app.domain import FindingKind
from app.errors import InvalidRequestError
from app.schemas.error import error_responses
from app.schemas.maintenance import VerificationFinding, VerificationReport
from app.services.container import Services

router = APIRouter(
    prefix="/api/v1/maintenance/verify", tags=["maintenance"], dependencies=[AdminOnly]
)

_ERRORS = error_responses(401, 403, 409, 422, 507)

Repair = Annotated[bool, Query(description="Mend what can be mended; nothing is ever deleted.")]
Force = Annotated[
    bool,
    Query(
        description="Repair even where the image folder is not known to be this library's, and "
        "mark it as such."
    ),
]


@router.get("", summary="Compare rows, files and links", responses=_ERRORS)
async def check(
    services: ServicesDep, repair: Repair = False, force: Force = False
) -> VerificationReport:
    """Look for rows without files, files without rows, other hashes, thumbnails, broken rows.

    Changes nothing: with `repair=true` it is refused, since that needs a POST.
    """
    if repair:
        raise InvalidRequestError(
            "A GET only looks. To mend what it finds, send the same as a POST.",
            detail={"reason": "repair_needs_post"},
        )
    return await _run(services, repair=False, force=force)


@router.post("", summary="Compare, and mend where asked", responses=_ERRORS)
async def check_and_mend(
    services: ServicesDep, repair: Repair = False, force: Force = False
) -> VerificationReport:
    """Compare; with `repair=true` mend too.

    Then images of earlier versions are marked, thumbnails are made again, strays and damaged files
    are moved into quarantine, images without their file are hidden until it is back, links and
    stars are mended. It waits for a backup that is running; if that takes too long, 503.
    """
    return await _run(services, repair=repair, force=force)


async def _run(services: Services, *, repair: bool, force: bool) -> VerificationReport:
    began = time.perf_counter()
    report = await asyncio.to_thread(services.verification.run, repair=repair, force=force)
    return VerificationReport(
        status="ok" if report.is_clean else "problems",
        repair=repair,
        rows=report.rows,
        files=report.files,
        hidden=report.hidden,
        unmarked=report.unmarked,
        marked=report.marked,
        problems=report.counts.total(),
        repaired=report.repaired,
        counts={kind: report.counts[kind] for kind in FindingKind},
        findings=[VerificationFinding.model_validate(finding) for finding in report.findings],
        seconds=round(time.perf_counter() - began, 3),
        timestamp=utc_now(),
    )
