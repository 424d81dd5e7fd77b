"""Which names are answered, and whose pages may change things.

A server that answers for any name can be reached by any site: its own name, rebound to here. That
page is then of one origin with this server, so that a browser lets it read and change everything.
Whom a browser believes to talk to is in the Host header.
"""

from collections.abc import Collection
from functools import lru_cache

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.errors import error_response
from app.root_path import own_path
from app.web_address import canonical_name, is_address, is_loopback, parse_host, parse_origin

# Load balancers and Prometheus ask by address, and some of them without any Host.
_PROBES = {"/health", "/health/live", "/health/ready", "/metrics"}
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_OWN_SITES = {"same-origin", "none"}

REFUSAL = (
    "Pages of other sites must not change anything here; ALLOWED_ORIGINS lists the exceptions. "
    "Where this is the server's own page, a proxy in front changed Host: it has to pass on the "
    "name and the port that the browser sent."
)


class GuardMiddleware:
    """Answers only for names that are allowed, and changes nothing for a foreign page.

    Loopback names are always allowed, and the port does not matter. Probes are answered by every
    address too: only names can be rebound. Programs send neither Origin nor Sec-Fetch-Site, and
    pass.

    Args:
        app: What to guard.
        allowed_hosts: Names and addresses; ``*.example.org`` is all below it, ``*`` every name.
        any_address: Whether every address is allowed.
        allowed_origins: Origins whose pages may change things, in their one spelling.
        loopback_pages: Whether pages of every loopback origin may, on any port.
    """

    def __init__(
        self,
        app: ASGIApp,
        allowed_hosts: Collection[str],
        allowed_origins: Collection[str],
        *,
        any_address: bool,
        loopback_pages: bool,
    ) -> None:
        self._app = app
        self._exact = frozenset(canonical_name(name) for name in allowed_hosts)
        self._below = tuple(name[1:] for name in allowed_hosts if name.startswith("*."))
        self._any_name = "*" in allowed_hosts
        self._any_address = any_address
        self._origins = frozenset(allowed_origins)
        self._loopback_pages = loopback_pages
        self._is_allowed = lru_cache(maxsize=1024)(self._decide)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 400, 403 or 421."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        is_probe = own_path(scope) in _PROBES
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if hosts or not (is_probe and scope["http_version"] == "1.0"):
            host = parse_host(hosts[0].decode("latin-1")) if len(hosts) == 1 else None
            if host is None:
                return error_response(
                    400, "The request needs exactly one Host header that is a name or an address."
                )
            if not self._is_allowed(host.name) and not (is_probe and is_address(host.name)):
                return error_response(
                    421,
                    "This server does not answer for that name; ALLOWED_HOSTS lists those it does.",
                    detail={"reason": "unknown_host"},
                )
        if scope["method"] in _SAFE_METHODS or self._is_own_page(Headers(scope=scope)):
            return None
        return error_response(403, REFUSAL, detail={"reason": "foreign_origin"})

    def _decide(self, name: str) -> bool:
        if self._any_name or is_loopback(name) or name in self._exact:
            return True
        return self._any_address if is_address(name) else name.endswith(self._below)

    def _is_own_page(self, headers: Headers) -> bool:
        """Whether a request comes from a page of ours, an allowed one, or no page at all.

        No script can write Sec-Fetch-Site, so what a browser says there is believed first: a proxy
        may have taken the port out of Host. Browsers leave it out on plain HTTP, and old ones
        always.
        """
        site = headers.get("sec-fetch-site")
        if site in _OWN_SITES:
            return True
        origin = headers.get("origin")
        if origin is None:
            return site is None
        if is_welcome(origin, self._origins, loopback_pages=self._loopback_pages):
            return True
        page, host = parse_origin(origin), parse_host(headers.get("host", ""))
        return site is None and page is not None and host is not None and page.is_at(host)


def is_welcome(origin: str, allowed_origins: Collection[str], *, loopback_pages: bool) -> bool:
    """Whether pages of an origin that is not ours may use the API."""
    page = parse_origin(origin)
    if page is None:
        return False
    return str(page) in allowed_origins or (loopback_pages and is_loopback(page.name))
