"""DNS rebinding: a foreign name that leads to this machine is not answered."""

import httpx
import pytest

from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.raw_http import exchange
from tests.support.running_server import RunningServer

CLOSE = b"Connection: close\r\n\r\n"
BOUND = {"host": "192.168.1.5", "admin_token": "t" * 20}


def ask(server: RunningServer, host: str, path: str = "/") -> httpx.Response:
    return server.client.get(path, headers=[(b"Host", host.encode("latin-1"))])


@pytest.mark.parametrize(
    ("settings", "answered", "refused"),
    [
        (
            {},
            [
                *("localhost", "LocalHost:8000", "localhost.:1", "127.0.0.1", "127.8.8.8:65535"),
                *("[::1]", "[::1]:8000", "[0:0:0:0:0:0:0:1]"),
            ],
            [
                *("evil.example:8000", "localhost.evil.example", "notlocalhost", "2130706433"),
                *("127.0.0.1.evil.example", "192.168.1.5", "[2001:db8::1]", "0.0.0.0"),
            ],
        ),
        (
            {"allowed_hosts": "game.example, *.studio.example, 192.168.1.5, [2001:db8::7]"},
            [
                *("game.example:443", "GAME.example.", "a.studio.example", "a.b.studio.example"),
                *("192.168.1.5", "[2001:DB8:0::7]:8000", "localhost:1"),
            ],
            ["x.game.example", "studio.example", "xstudio.example", "192.168.1.6"],
        ),
        ({"allowed_hosts": "*"}, ["any.example"], []),
        (BOUND, ["192.168.1.5:8000"], ["192.168.1.6"]),
        *(
            (
                {**BOUND, "host": everywhere},
                ["192.168.1.5:8000", "[2001:db8::7]", "localhost"],
                ["evil.example"],
            )
            for everywhere in ("0.0.0.0", "::")
        ),
    ],
)
def test_allowed_names_and_the_address_it_listens_on(
    settings: dict[str, str],
    answered: list[str],
    refused: list[str],
    share_server: ServerFactory,
) -> None:
    server = share_server(**settings)
    for host in answered:
        assert ask(server, host).status_code == 200, host
    for host in refused:
        for path in ("/", "/nothing", "/game/", "/images/x/y"):
            assert_error(ask(server, host, path), 421, "unknown_host")


@pytest.mark.parametrize(
    "host",
    [
        *("", ":8000", "localhost:http", "localhost:80:80", "[::1", "[localhost]", "a" * 400),
        *("[::1]8000", "local host", "localhost/x", "user@localhost", "localhost\u00b5", "*"),
    ],
)
def test_what_is_no_name(host: str, shared_server: RunningServer) -> None:
    assert_error(ask(shared_server, host), 400)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n", 400),
        (b"GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\n", 421),
    ],
)
def test_none_two_or_one_in_the_path(
    head: bytes, status: int, shared_server: RunningServer
) -> None:
    assert exchange(shared_server.url, head + CLOSE).status == status


def test_a_slash_too_many_leads_to_no_foreign_host(shared_server: RunningServer) -> None:
    answer = shared_server.client.get("/health/", headers={"X-Forwarded-Host": "evil.example"})
    assert (answer.status_code, answer.headers["location"]) == (307, "/health")


def test_probes_alone_are_answered_by_address(share_server: ServerFactory) -> None:
    """Load balancers and Prometheus ask so, and nobody can rebind an address."""
    server = share_server(allowed_hosts="game.example")

    def without_host(path: str) -> bytes:
        answer = exchange(server.url, f"GET {path} HTTP/1.0\r\n\r\n".encode())
        return answer.data.split(b" ")[1]

    for path in ("/health", "/metrics"):
        for host in ("10.0.0.7", "10.0.0.7:8000", "[2001:db8::9]", "localhost"):
            assert ask(server, host, path).status_code == 200
        assert without_host(path) == b"200"
        assert_error(ask(server, "evil.example", path), 421, "unknown_host")
    for path in ("/", "/healthy", "/api/v1/images/search", "/game/"):
        assert_error(ask(server, "10.0.0.7", path), 421, "unknown_host")
        assert without_host(path) == b"400"
