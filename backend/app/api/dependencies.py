"""What routes depend on: the services and the caller."""

import re
import secrets
from dataclasses import replace
from functools import partial
from typing import Annotated, cast

from fastapi import Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.api.middleware.guards import is_welcome
from app.config import Settings
from app.observability.request import current_request_id
from app.root_path import below_root
from app.services.container import Services
from app.services.players.identity import Caller, client_address, hash_player
from app.web_address import is_loopback, parse_host

PLAYER_COOKIE = "emberpeak_player"
# Of its own name: browsers keep a page without TLS from replacing or even seeing a Secure cookie,
# so that with one name each request there would be a new player's.
SECURE_PLAYER_COOKIE = "__Secure-emberpeak_player"
_COOKIES = re.compile(
    rf'(?:^|;) *({PLAYER_COOKIE}|{SECURE_PLAYER_COOKIE})="?([0-9a-f]{{32}})"? *(?=;|$)'
)
# In answers: whether the player's cookie came with the request, or was given with this answer.
PLAYER_COOKIE_HEADER = "Player-Cookie"
# Headers that a proxy or a tunnel adds: such a request comes through one, or pretends to.
_FORWARDED = frozenset(
    {
        *("forwarded", "via", "x-real-ip", "cf-connecting-ip", "true-client-ip"),
        *("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-server"),
    }
)

_TEN_YEARS = 10 * 365 * 24 * 3600

admin_token = HTTPBearer(
    auto_error=False,
    scheme_name="Admin token",
    description="The value of `ADMIN_TOKEN`; needed only where that is set.",
)


async def _services(request: Request) -> Services:
    return cast("Services", request.state.services)


ServicesDep = Annotated[Services, Depends(_services)]


def _player_id(request: Request) -> str | None:
    """The id in the cookie of this scheme, or of the plain one; None if there is none.

    Of several the first counts: browsers send that of the longest path first, and another game
    may lie above or below on the same name.
    """
    found = _COOKIES.findall("; ".join(request.headers.getlist("cookie")))
    if request.url.scheme == "https":
        found.sort(key=lambda pair: pair[0] != SECURE_PLAYER_COOKIE)
    else:
        found = [pair for pair in found if pair[0] == PLAYER_COOKIE]
    return found[0][1] if found else None


async def _caller(
    request: Request,
    services: ServicesDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(admin_token)],
) -> Caller:
    player_id = _player_id(request)
    client = client_address(request.client.host if request.client else "")
    offered = credentials.credentials if credentials else None
    is_local = _is_from_this_machine(request, services.settings)
    refusal = services.operator_token.refusal_of(offered, client, is_local=is_local)
    needs_token = services.settings.admin_token is not None
    return Caller(
        client=client,
        player_hash=hash_player(player_id) if player_id is not None else None,
        is_admin=refusal is None,
        request_id=current_request_id(),
        refusal=refusal,
        left=partial(_left, request),
        sent_token=needs_token and offered is not None and refusal is None,
        sent_cookie=player_id is not None,
    )


def _is_from_this_machine(request: Request, settings: Settings) -> bool:
    """Whether nobody but a program here can have sent it, for all that can be seen.

    Without an admin token that makes its sender the operator, so every sign of somebody else
    counts: a setting for a proxy, another address or name, a proxy's header, a foreign page.
    """
    if settings.is_published or request.client is None:
        return False
    headers = request.headers
    host = parse_host(headers.get("host", ""))
    if host is None or not is_loopback(host.name):
        return False
    if not is_loopback(client_address(request.client.host)):
        return False
    origin = headers.get("origin")
    if origin is not None and not is_welcome(origin, settings.allowed_origins, loopback_pages=True):
        return False
    return _FORWARDED.isdisjoint(headers.keys())


async def _left(request: Request) -> None:
    """Wait until the client hangs up; what it still sends is not wanted."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


CallerDep = Annotated[Caller, Depends(_caller)]


async def _player(request: Request, response: Response, caller: CallerDep) -> Caller:
    """The caller, who from now on can be recognised as the one who caused an image."""
    if caller.player_hash is not None:
        response.headers[PLAYER_COOKIE_HEADER] = "known"
        return caller
    response.headers[PLAYER_COOKIE_HEADER] = "new"
    player_id = secrets.token_hex(16)
    _give(player_id, request, response)
    return replace(caller, player_hash=hash_player(player_id))


def _give(player_id: str, request: Request, response: Response) -> None:
    is_secure = request.url.scheme == "https"
    response.set_cookie(
        SECURE_PLAYER_COOKIE if is_secure else PLAYER_COOKIE,
        player_id,
        max_age=_TEN_YEARS,
        path=below_root("") or "/",
        httponly=True,
        # "strict" would leave it out where a link on another site leads here, and the new one set
        # in answer would take its place: the player's saves would be nobody's.
        samesite="lax",
        secure=is_secure,
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
    if (player_id := _player_id(request)) is not None:
        _give(player_id, request, response)
    return player


ReturningPlayerDep = Annotated[Caller, Depends(_returning_player)]


async def _admin(caller: CallerDep) -> None:
    caller.require_admin()


AdminOnly = Depends(_admin)
