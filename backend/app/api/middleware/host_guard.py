"""A server that answers for any name can be reached by any site: its own name, rebound to here.

That page is then of one origin with this server, so that a browser lets it read and change
everything. Whom a browser believes to talk to is in the Host header.
"""

import ipaddress
from collections.abc import Collection
from functools import lru_cache

from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.error_handlers import error_response

_LONGEST = 300  # a DNS name has at most 253 characters


class HostGuardMiddleware:
    """Answers only for loopback names and those that are allowed; the port does not matter.

    Args:
        app: What to guard.
        allowed: Names and addresses; ``*.example.org`` is all below it, ``*`` is every name.
        any_address: Whether every address is allowed; only names can be rebound.
    """

    def __init__(self, app: ASGIApp, allowed: Collection[str], *, any_address: bool) -> None:
        self._app = app
        self._exact = frozenset(_canonical(name) for name in allowed)
        self._below = tuple(name[1:] for name in allowed if name.startswith("*."))
        self._any_name = "*" in allowed
        self._any_address = any_address
        self._is_allowed = lru_cache(maxsize=1024)(self._decide)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 400 or 421."""
        if scope["type"] == "http":
            hosts = [value for name, value in scope["headers"] if name == b"host"]
            name = _name_in(hosts[0]) if len(hosts) == 1 else None
            if name is None:
                response = error_response(
                    400, "The request needs exactly one Host header that is a name or an address."
                )
                await response(scope, receive, send)
                return
            if not self._is_allowed(name):
                response = error_response(
                    421,
                    "This server does not answer for that name; ALLOWED_HOSTS lists those it does.",
                    detail={"reason": "unknown_host"},
                )
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _decide(self, name: str) -> bool:
        if self._any_name or name == "localhost" or name in self._exact:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name.endswith(self._below)
        return address.is_loopback or self._any_address


@lru_cache(maxsize=1024)
def _name_in(host: bytes) -> str | None:
    """The name without its port, or None where it is neither a name nor an address."""
    if len(host) > _LONGEST or not host.isascii():
        return None
    text = host.decode("ascii")
    if text.startswith("["):
        name, closed, port = text[1:].partition("]")
        if not closed or ":" not in name or (port and not port.startswith(":")):
            return None
        port = port[1:]
    else:
        name, _, port = text.partition(":")
    if port and not port.isdecimal():
        return None
    name = name.removesuffix(".")
    if not name or not all(letter.isalnum() or letter in "-._:" for letter in name):
        return None
    return _canonical(name)


def _canonical(name: str) -> str:
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name.lower()
