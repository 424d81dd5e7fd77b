"""/api/v1/preferences: the player's settings of the page."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from app.api.conditional import PreconditionDep, etag_header, is_known
from app.api.dependencies import PLAYER_COOKIE_HEADERS, PlayerDep, ServicesDep
from app.schemas.error import error_responses
from app.schemas.save import NOT_MODIFIED, STORED_OBJECT, JsonObject
from app.services.players.saves import MOST_PREFERENCES_BYTES

PREFIX = "/api/v1/preferences"
MAX_BYTES = MOST_PREFERENCES_BYTES
_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {**STORED_OBJECT[200], "headers": PLAYER_COOKIE_HEADERS}
}

router = APIRouter(prefix=PREFIX, tags=["saves"])


@router.get(
    "",
    summary="Load the player's preferences",
    response_class=Response,
    responses={**_ANSWER, **NOT_MODIFIED, **error_responses()},
)
async def get_preferences(
    services: ServicesDep, player: PlayerDep, request: Request, response: Response
) -> Response:
    """The stored object; an empty one, without a tag, if nothing is stored yet."""
    found = await services.saves.preferences(player.known_player)
    response.headers["Cache-Control"] = "no-store"
    if found is None:
        return Response("{}", media_type="application/json", headers=dict(response.headers))
    response.headers["ETag"] = etag_header(found.etag)
    if is_known(request.headers, found.etag):
        return Response(status_code=304, headers=dict(response.headers))
    return Response(found.content, media_type="application/json", headers=dict(response.headers))


@router.put(
    "",
    summary="Store the player's preferences",
    response_class=Response,
    responses={**_ANSWER, **error_responses(400, 403, 412, 413, 422, 429, 507)},
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
) -> Response:
    """Replace the stored object; gives it back with its tag in `ETag`."""
    stored = await services.saves.put_preferences(player, values, when)
    response.headers["ETag"] = etag_header(stored.etag)
    return Response(stored.content, media_type="application/json", headers=dict(response.headers))
