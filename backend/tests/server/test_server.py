"""Where the server listens, what it says of it, and whose word about an address it takes."""

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.__main__ import _own_address
from app.config import Settings
from app.server.uvicorn_options import server_options
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server_process import server_process

ROOT = Path(__file__).resolve().parents[3]


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


# Workers share one socket for both IPs, where HOST is "::": IPv4 comes in IPv6 form.
@pytest.mark.parametrize("form", ["{}", "::ffff:{}"])
@pytest.mark.parametrize(
    ("trusted", "believed"),
    [
        *((trusted, True) for trusted in ("10.0.0.5", "10.0.0.0/8", "fd00::/8, 10.0.0.4/31")),
        *((trusted, False) for trusted in ("10.0.0.7", "fd00::/8")),
    ],
)
def test_only_a_trusted_proxy_is_believed(form: str, trusted: str, believed: bool) -> None:
    peer = form.format("10.0.0.5")
    assert client_seen(peer, trusted) == ("192.0.2.1" if believed else peer)


@pytest.mark.thorough
@pytest.mark.parametrize("workers", ["1", "2"])
def test_both_kinds_of_addresses_lead_to_a_server_on_all(workers: str, tmp_path: Path) -> None:
    token = "operator-token-never-shown"
    with server_process(tmp_path, HOST="::", ADMIN_TOKEN=token, WORKERS=workers) as running:
        port = running.url.rpartition(":")[2]
        for address in ("127.0.0.1", "[::1]"):
            answer = httpx.get(f"http://{address}:{port}/health", timeout=PATIENCE_SECONDS)
            assert answer.status_code == 200, address


@pytest.mark.parametrize(
    ("options", "address"),
    [
        ({"host": "localhost"}, "http://127.0.0.1:8000"),
        ({"host": "::", "admin_token": "t"}, "http://127.0.0.1:8000"),
        ({"host": "::1", "port": 9000}, "http://[::1]:9000"),
        ({"root_path": "ember"}, "http://127.0.0.1:8000/ember"),
    ],
)
def test_start_tells_one_address(options: dict[str, Any], address: str) -> None:
    """With another spelling the browser would have another cookie, and no game."""
    assert _own_address(Settings(_env_file=None, **options)) == address
    named = set(re.findall(r"http://([^/\s:>]+):8000", (ROOT / "README.md").read_text("utf-8")))
    assert named == {"127.0.0.1"}, "the README names the same"
