"""What routes ask for: the services, and who is asking."""

import re
import secrets
from dataclasses import replace
from functools import partial
from typing import Annotated, cast

from fastapi import Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.request_id import current_request_id
from app.services.caller import Caller, client_address, hash_player
from app.services.container import Services

PLAYER_COOKIE = "emberpeak_player"
# In answers: whether the player's cookie came with the request, or was given with this answer.
PLAYER_COOKIE_HEADER = "Player-Cookie"
_PLAYER_ID = re.compile(r"[0-9a-f]{32}")
_TEN_YEARS = 10 * 365 * 24 * 3600

admin_token = HTTPBearer(
    auto_error=False,
    scheme_name="Admin token",
    description="The value of `ADMIN_TOKEN`; needed only where that is set.",
)


async def _services(request: Request) -> Services:
    return cast("Services", request.state.services)


ServicesDep = Annotated[Services, Depends(_services)]


def is_known_player(request: Request) -> bool:
    """Whether the request comes from a browser that has its player's cookie already."""
    return _PLAYER_ID.fullmatch(request.cookies.get(PLAYER_COOKIE, "")) is not None


async def _caller(
    request: Request,
    services: ServicesDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(admin_token)],
) -> Caller:
    player_id = request.cookies.get(PLAYER_COOKIE, "")
    client = client_address(request.client.host if request.client else "")
    offered = credentials.credentials if credentials else None
    refusal = services.operator_token.refusal_of(offered, client)
    is_player = _PLAYER_ID.fullmatch(player_id) is not None
    needs_token = services.settings.admin_token is not None
    return Caller(
        client=client,
        player_hash=hash_player(player_id) if is_player else None,
        is_admin=refusal is None,
        request_id=current_request_id(),
        refusal=refusal,
        left=partial(_left, request),
        sent_token=needs_token and offered is not None and refusal is None,
        sent_cookie=is_player,
    )


async def _left(request: Request) -> None:
    """Wait until the client hangs up; what it still sends is not wanted."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


CallerDep = Annotated[Caller, Depends(_caller)]


async def _player(request: Request, response: Response, caller: CallerDep) -> Caller:
    """The caller, who from now on can be recognised as the one who caused a picture."""
    if caller.player_hash is not None:
        response.headers[PLAYER_COOKIE_HEADER] = "known"
        return caller
    response.headers[PLAYER_COOKIE_HEADER] = "new"
    player_id = secrets.token_hex(16)
    _give(player_id, request, response)
    return replace(caller, player_hash=hash_player(player_id))


def _give(player_id: str, request: Request, response: Response) -> None:
    response.set_cookie(
        PLAYER_COOKIE,
        player_id,
        max_age=_TEN_YEARS,
        httponly=True,
        # "strict" would leave it out where a link on another site leads here, and the new one set
        # in answer would take its place: the player's saves would be nobody's.
        samesite="lax",
        secure=request.url.scheme == "https",
    )


# For OpenAPI, on the routes whose answers a page needs to notice that a browser keeps no cookie.
PLAYER_COOKIE_HEADERS = {
    PLAYER_COOKIE_HEADER: {
        "description": "`known` where the request carried a player's cookie; `new` where it did "
        "not, and this answer gives one. `new` twice in a row: the browser keeps no cookie, or "
        "something in between takes it away, so that nothing saved will be found again.",
        "schema": {"type": "string", "enum": ["new", "known"]},
    }
}

PlayerDep = Annotated[Caller, Depends(_player)]


async def _returning_player(request: Request, response: Response, player: PlayerDep) -> Caller:
    """The player, whose cookie is given again.

    Browsers keep a cookie for 400 days at most, whatever it says: without this, who plays every
    day would lose all saves after that time.
    """
    if is_known_player(request):
        _give(request.cookies[PLAYER_COOKIE], request, response)
    return player


ReturningPlayerDep = Annotated[Caller, Depends(_returning_player)]


async def _admin(caller: CallerDep) -> None:
    caller.require_admin()


AdminOnly = Depends(_admin)
