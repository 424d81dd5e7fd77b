"""/api/v1/migrate: takes over what the old game kept in LocalStorage."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.requests import ClientDisconnect

from app.api.dependencies import PlayerDep, ServicesDep
from app.errors import ClientGoneError
from app.schemas.error import error_responses
from app.schemas.migration import EntryError, Migration, MovedEntry
from app.services.migration import MigrationReport

PREFIX = "/api/v1/migrate"
MAX_BYTES = 16 * 2**20

router = APIRouter(prefix=PREFIX, tags=["migration"])

_PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5E"
    "rkJggg=="
)
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The old game's LocalStorage, as text or parsed; at most 16 MB.",
        "content": {
            "application/json": {
                "schema": {"type": "object"},
                "examples": {
                    "storage": {
                        "summary": "LocalStorage with its values parsed",
                        "value": {
                            "nanoBananaImageLibrary": {
                                "Dagger": {
                                    "featured": "img_1795389470941_vdbsrp64k",
                                    "images": [
                                        {
                                            "id": "img_1795389470941_vdbsrp64k",
                                            "data": f"data:image/webp;base64,{_PIXEL}",
                                            "timestamp": "2026-11-22T23:17:50.941Z",
                                            "customPrompt": "",
                                        }
                                    ],
                                }
                            }
                        },
                    },
                    "documented": {
                        "summary": "The documented shape",
                        "value": {
                            "scene_cache": {
                                "scene_cache_Dark Cave_night_light_rain": {
                                    "image": _PIXEL,
                                    "timestamp": "2026-11-22T23:18:02.896Z",
                                }
                            },
                            "item_images": {
                                "item_image_Dagger": {
                                    "images": [
                                        {"image": _PIXEL, "custom_prompt": "", "is_featured": True}
                                    ]
                                }
                            },
                        },
                    },
                },
            }
        },
    }
}


@router.post(
    "/from-localstorage",
    summary="Move the old game's images to the server",
    responses=error_responses(400, 403, 413, 422, 429, 503, 507),
    openapi_extra=_BODY,
)
async def from_localstorage(
    request: Request,
    services: ServicesDep,
    player: PlayerDep,
    dry_run: Annotated[
        bool, Query(description="Only say what would happen; store nothing.")
    ] = False,
) -> Migration:
    """Keep every image that can be kept; a bad entry is reported and stops no other.

    The same again is harmless: an image is known by its bytes and its subject. One that lies in
    the trash comes back where the caller may restore it; for others it is kept anew.
    """
    services.limits.charge("migrations", player.client)
    report = await services.migration.import_dump(
        lambda: _read_body(request), player, dry_run=dry_run
    )
    return _answer(report, dry_run=dry_run)


async def _read_body(request: Request) -> bytearray:
    """Read the body; ``request.body()`` would hold a second copy until the answer is sent."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
    except ClientDisconnect as error:
        raise ClientGoneError("The client hung up.") from error
    return body


def _answer(report: MigrationReport, *, dry_run: bool) -> Migration:
    return Migration(
        status=report.status,
        scenes=report.scenes,
        items=report.items,
        errors=[EntryError.model_validate(entry) for entry in report.errors],
        total_size_mb=round(report.stored_bytes / 2**20, 6),
        offered=report.offered,
        already_there=report.already_there,
        results=[MovedEntry.model_validate(result) for result in report.results],
        notes=report.notes,
        saved_game_slot=report.saved_game_slot,
        dry_run=dry_run,
    )
