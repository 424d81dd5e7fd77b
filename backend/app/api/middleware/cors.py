"""CORS for the origins that the operator allows, and on a laptop for those of loopback.

In two parts: a preflight is answered inside, where requests have an id and are logged; the
headers are added outside, so that the answer to a crash has them too.
"""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.errors import error_response
from app.api.middleware.origin_guard import is_welcome

# Whatever a route reads, and whatever an answer says, that browsers do not pass on unasked.
_READ = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "If-Range",
    "Range",
    "X-Request-ID",
)
_ANSWERED = (
    "Accept-Ranges",
    "Allow",
    "Content-Range",
    "ETag",
    "Location",
    "Player-Cookie",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-ID",
)


class _Cors(CORSMiddleware):
    def __init__(
        self, app: ASGIApp, allowed_origins: tuple[str, ...], *, loopback_pages: bool
    ) -> None:
        super().__init__(
            app,
            allow_origins=allowed_origins,
            allow_methods=("GET", "HEAD", "POST", "PUT", "DELETE"),
            allow_headers=_READ,
            expose_headers=_ANSWERED,
            allow_credentials=True,
        )
        self._loopback_pages = loopback_pages

    def is_allowed_origin(self, origin: str) -> bool:
        """Whether pages of an origin may read answers."""
        return is_welcome(origin, self.allow_origins, loopback_pages=self._loopback_pages)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a preflight; a refusal says why."""
        response = super().preflight_response(request_headers)
        if response.status_code < 400:
            return response
        return error_response(response.status_code, bytes(response.body).decode())


class CorsPreflightMiddleware(_Cors):
    """Answers preflights, and passes everything else."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        if _is_preflight(scope):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class CorsHeadersMiddleware(_Cors):
    """Adds the headers to every answer but those to preflights, which have theirs."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if _is_preflight(scope):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def _is_preflight(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "OPTIONS":
        return False
    headers = Headers(scope=scope)
    return "origin" in headers and "access-control-request-method" in headers
