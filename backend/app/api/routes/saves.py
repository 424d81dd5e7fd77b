"""/api/v1/saves: the player's saved games."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Request, Response

from app.api.conditional import PreconditionDep, etag_header, is_known
from app.api.dependencies import (
    PLAYER_COOKIE_HEADERS,
    PlayerDep,
    ReturningPlayerDep,
    ServicesDep,
)
from app.schemas.error import error_responses
from app.schemas.save import (
    NOT_MODIFIED,
    STORED_OBJECT,
    DeletedSave,
    JsonObject,
    SaveList,
    SaveSummary,
)
from app.services.players.saves import MAX_SLOTS, MOST_SAVE_BYTES

PREFIX = "/api/v1/saves"
MAX_BYTES = MOST_SAVE_BYTES

router = APIRouter(prefix=PREFIX, tags=["saves"])

Slot = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_-]{1,32}$", description="Name of the slot.", examples=["1"])
]

_ANSWER: dict[int | str, dict[str, Any]] = {200: {"headers": PLAYER_COOKIE_HEADERS}}


@router.get("", summary="List the player's saved games", responses=_ANSWER | error_responses())
async def list_saves(
    services: ServicesDep, player: ReturningPlayerDep, response: Response
) -> SaveList:
    """The used slots; a player is known by a cookie, which the first call sets and each renews."""
    response.headers["Cache-Control"] = "no-store"
    saves = await services.saves.list_saves(player.known_player)
    return SaveList(
        saves=[SaveSummary.model_validate(saved) for saved in saves], max_slots=MAX_SLOTS
    )


@router.get(
    "/{slot}",
    summary="Load a saved game",
    response_class=Response,
    responses={**STORED_OBJECT, **NOT_MODIFIED, **error_responses(404, 422)},
)
async def get_save(
    slot: Slot, services: ServicesDep, player: PlayerDep, request: Request
) -> Response:
    """The stored object, with its tag in `ETag`."""
    saved = await services.saves.get(player.known_player, slot)
    headers = {"ETag": etag_header(saved.etag), "Cache-Control": "no-store"}
    if is_known(request.headers, saved.etag):
        return Response(status_code=304, headers=headers)
    return Response(saved.content, media_type="application/json", headers=headers)


@router.put(
    "/{slot}",
    summary="Save a game",
    responses=_ANSWER | error_responses(400, 403, 409, 412, 413, 422, 429, 507),
)
async def put_save(
    slot: Slot,
    game: Annotated[
        JsonObject,
        Body(
            description="Any JSON object up to 256 KB and some 20,000 values. Its `label` is shown "
            "in the list; its `stamp` names this version in `If-Match`.",
            examples=[{"label": "Day 2", "stamp": "k2f9:7", "state": {}}],
        ),
    ],
    services: ServicesDep,
    player: PlayerDep,
    when: PreconditionDep,
    response: Response,
) -> SaveSummary:
    """Store a JSON object; `If-Match` or `If-None-Match: *` keep another tab's save safe."""
    saved = await services.saves.put(player, slot, game, when)
    response.headers["ETag"] = etag_header(saved.etag)
    return SaveSummary.model_validate(saved)


@router.delete(
    "/{slot}", summary="Delete a saved game", responses=error_responses(403, 404, 412, 422, 507)
)
async def delete_save(
    slot: Slot, services: ServicesDep, player: PlayerDep, when: PreconditionDep
) -> DeletedSave:
    """Empty a slot; with `If-Match` only while it holds what the client saw."""
    await services.saves.delete(player.known_player, slot, when)
    return DeletedSave(slot=slot)
