"""A page of another site cannot use a visitor's browser to change things here."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.error_handlers import error_response

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_OWN_SITES = {"same-origin", "none"}

REFUSAL = (
    "Pages of other sites must not change anything here; ALLOWED_ORIGINS lists the exceptions."
)


class OriginGuardMiddleware:
    """Refuses state-changing requests that a browser sends for a foreign page.

    Programs send neither Origin nor Sec-Fetch-Site, and pass.
    """

    def __init__(self, app: ASGIApp, allowed_origins: Collection[str]) -> None:
        self._app = app
        self._allowed = frozenset(allowed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        changes = scope["type"] == "http" and scope["method"] not in _SAFE_METHODS
        if changes and not is_own_page(Headers(scope=scope), self._allowed):
            response = error_response(403, REFUSAL, detail={"reason": "foreign_origin"})
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)


def is_own_page(headers: Headers, allowed_origins: Collection[str]) -> bool:
    """Whether a request comes from a page of ours, an allowed one, or no page at all."""
    origin = headers.get("origin")
    if origin in allowed_origins:
        return True
    if origin is not None:
        # The scheme is left out: behind a proxy that ends TLS it differs from ours.
        return origin != "null" and _host_of(origin) == headers.get("host")
    return headers.get("sec-fetch-site", "none") in _OWN_SITES


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # such as "http://[", which no browser sends
        return ""
