"""How the server is run: whose word about an address is taken."""

import asyncio
from typing import Any

import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.config import Settings
from app.server.uvicorn_options import server_options


def client_seen(peer: str, trusted: str) -> str:
    """The client of a request that a peer passes on for 192.0.2.1."""
    seen: list[str] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["client"][0])

    proxies = server_options(Settings(_env_file=None, trusted_proxies=trusted))
    guarded = ProxyHeadersMiddleware(app, proxies["forwarded_allow_ips"])
    headers = [(b"x-forwarded-for", b"192.0.2.1")]
    scope: Any = {"type": "http", "client": (peer, 1), "scheme": "http", "headers": headers}
    unused: Any = None
    asyncio.run(guarded(scope, unused, unused))
    return seen[0]


@pytest.mark.parametrize("trusted", ["10.0.0.5", "10.0.0.0/8", "fd00::/8, 10.0.0.4/31"])
# Workers share one socket for both IPs, where HOST is "::": IPv4 comes in IPv6 form.
@pytest.mark.parametrize("peer", ["10.0.0.5", "::ffff:10.0.0.5"])
def test_trusted_proxy_is_believed_in_either_form(peer: str, trusted: str) -> None:
    assert client_seen(peer, trusted) == "192.0.2.1"


@pytest.mark.parametrize("peer", ["10.0.0.7", "::ffff:10.0.0.7", "::10.0.0.5", "::1"])
def test_nobody_else_is(peer: str) -> None:
    assert client_seen(peer, "10.0.0.5") == peer
