"""Whether a request comes straight from a program on this machine."""

from starlette.requests import Request

from app.api.middleware.origin_guard import is_welcome
from app.config import Settings
from app.services.players.identity import client_address
from app.web_address import is_loopback, parse_host

# Headers that a proxy or a tunnel adds: such a request comes through one, or pretends to.
_FORWARDED = frozenset(
    {
        *("forwarded", "via", "x-real-ip", "cf-connecting-ip", "true-client-ip"),
        *("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-server"),
    }
)


def is_from_this_machine(request: Request, settings: Settings) -> bool:
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
