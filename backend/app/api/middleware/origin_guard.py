"""A page of another site cannot use a visitor's browser to change things here."""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.errors import error_response
from app.web_address import is_loopback, parse_host, parse_origin

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_OWN_SITES = {"same-origin", "none"}

REFUSAL = (
    "Pages of other sites must not change anything here; ALLOWED_ORIGINS lists the exceptions. "
    "Where this is the server's own page, a proxy in front changed Host: it has to pass on the "
    "name and the port that the browser sent."
)


class OriginGuardMiddleware:
    """Refuses state-changing requests that a browser sends for a foreign page.

    Programs send neither Origin nor Sec-Fetch-Site, and pass.

    Args:
        app: What to guard.
        allowed_origins: Origins whose pages may change things, in their one spelling.
        loopback_pages: Whether pages of every loopback origin may, on any port.
    """

    def __init__(
        self, app: ASGIApp, allowed_origins: Collection[str], *, loopback_pages: bool
    ) -> None:
        self._app = app
        self._allowed = frozenset(allowed_origins)
        self._loopback_pages = loopback_pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        changes = scope["type"] == "http" and scope["method"] not in _SAFE_METHODS
        if changes and not is_own_page(
            Headers(scope=scope), self._allowed, loopback_pages=self._loopback_pages
        ):
            response = error_response(403, REFUSAL, detail={"reason": "foreign_origin"})
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)


def is_own_page(
    headers: Headers, allowed_origins: Collection[str], *, loopback_pages: bool = False
) -> bool:
    """Whether a request comes from a page of ours, an allowed one, or no page at all.

    No script can write Sec-Fetch-Site, so what a browser says there is believed first: a proxy may
    have taken the port out of Host. Browsers leave it out on plain HTTP, and old ones always.
    """
    site = headers.get("sec-fetch-site")
    if site in _OWN_SITES:
        return True
    origin = headers.get("origin")
    if origin is None:
        return site is None
    if is_welcome(origin, allowed_origins, loopback_pages=loopback_pages):
        return True
    page, host = parse_origin(origin), parse_host(headers.get("host", ""))
    return site is None and page is not None and host is not None and page.is_at(host)


def is_welcome(origin: str, allowed_origins: Collection[str], *, loopback_pages: bool) -> bool:
    """Whether pages of an origin that is not ours may use the API."""
    page = parse_origin(origin)
    if page is None:
        return False
    return str(page) in allowed_origins or (loopback_pages and is_loopback(page.name))
