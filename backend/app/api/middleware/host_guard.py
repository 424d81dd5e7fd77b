"""A server that answers for any name can be reached by any site: its own name, rebound to here.

That page is then of one origin with this server, so that a browser lets it read and change
everything. Whom a browser believes to talk to is in the Host header.
"""

from collections.abc import Collection
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.errors import error_response
from app.root_path import own_path
from app.web_address import canonical_name, is_address, is_loopback, parse_host

# Load balancers and Prometheus ask by address, and some of them without any Host.
_PROBES = {"/health", "/health/live", "/health/ready", "/metrics"}


class HostGuardMiddleware:
    """Answers only for loopback names and those that are allowed; the port does not matter.

    Probes are answered by every address too: only names can be rebound.

    Args:
        app: What to guard.
        allowed: Names and addresses; ``*.example.org`` is all below it, ``*`` is every name.
        any_address: Whether every address is allowed.
    """

    def __init__(self, app: ASGIApp, allowed: Collection[str], *, any_address: bool) -> None:
        self._app = app
        self._exact = frozenset(canonical_name(name) for name in allowed)
        self._below = tuple(name[1:] for name in allowed if name.startswith("*."))
        self._any_name = "*" in allowed
        self._any_address = any_address
        self._is_allowed = lru_cache(maxsize=1024)(self._decide)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 400 or 421."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_probe = own_path(scope) in _PROBES
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if not hosts and is_probe and scope["http_version"] == "1.0":
            await self._app(scope, receive, send)
            return
        host = parse_host(hosts[0].decode("latin-1")) if len(hosts) == 1 else None
        if host is None:
            response = error_response(
                400, "The request needs exactly one Host header that is a name or an address."
            )
        elif not self._is_allowed(host.name) and not (is_probe and is_address(host.name)):
            response = error_response(
                421,
                "This server does not answer for that name; ALLOWED_HOSTS lists those it does.",
                detail={"reason": "unknown_host"},
            )
        else:
            await self._app(scope, receive, send)
            return
        await response(scope, receive, send)

    def _decide(self, name: str) -> bool:
        if self._any_name or is_loopback(name) or name in self._exact:
            return True
        return self._any_address if is_address(name) else name.endswith(self._below)
