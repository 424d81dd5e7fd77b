"""/api/v1/preferences: the player's settings of the page."""

from typing import Annotated

from fastapi import APIRouter, Body, Response
from pydantic import JsonValue

from app.api.dependencies import PlayerDep, ServicesDep
from app.api.preconditions import PreconditionDep, etag_header
from app.schemas.error import error_responses
from app.schemas.save import JsonObject

PREFIX = "/api/v1/preferences"
MAX_BYTES = 16 * 1024

router = APIRouter(prefix=PREFIX, tags=["saves"])


@router.get("", summary="Load the player's preferences", responses=error_responses())
async def get_preferences(
    services: ServicesDep, player: PlayerDep, response: Response
) -> dict[str, JsonValue]:
    """The stored object; an empty one where nothing was stored yet."""
    with services.database.reading() as session:
        values, etag = services.saves.preferences(session, player.known_player)
    response.headers["Cache-Control"] = "no-store"
    if etag is not None:
        response.headers["ETag"] = etag_header(etag)
    return values


@router.put(
    "",
    summary="Store the player's preferences",
    responses=error_responses(400, 403, 412, 413, 422, 507),
)
async def put_preferences(
    values: Annotated[
        JsonObject,
        Body(description="Any JSON object up to 16 KB.", examples=[{"theme": "amber"}]),
    ],
    services: ServicesDep,
    player: PlayerDep,
    when: PreconditionDep,
    response: Response,
) -> dict[str, JsonValue]:
    """Replace the stored object; gives it back with its tag in `ETag`."""
    etag = await services.database.write(
        services.saves.put_preferences, player.known_player, values, when
    )
    response.headers["ETag"] = etag_header(etag)
    return values
