"""DNS rebinding: a foreign name that leads to this machine is not answered."""

import httpx
import pytest

from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.raw_http import exchange
from tests.support.running_server import RunningServer

CLOSE = b"Connection: close\r\n\r\n"


@pytest.fixture
def named_server(share_server: ServerFactory) -> RunningServer:
    """A server that answers to one name."""
    return share_server(allowed_hosts="game.example")


def ask(server: RunningServer, host: str, path: str = "/") -> httpx.Response:
    return server.client.get(path, headers=[(b"Host", host.encode("latin-1"))])


class TestByDefault:
    @pytest.mark.parametrize(
        "host",
        [
            *("localhost", "LocalHost:8000", "localhost.:1", "127.0.0.1", "127.0.0.1:65535"),
            *("127.8.8.8", "[::1]", "[::1]:8000", "[0:0:0:0:0:0:0:1]"),
        ],
    )
    def test_loopback_names_on_every_port(self, host: str, shared_server: RunningServer) -> None:
        assert ask(shared_server, host).status_code == 200

    @pytest.mark.parametrize(
        "host",
        [
            *("evil.example", "evil.example:8000", "localhost.evil.example", "notlocalhost"),
            *("127.0.0.1.evil.example", "192.168.1.5", "[2001:db8::1]", "0.0.0.0", "2130706433"),
        ],
    )
    def test_every_other_name(self, host: str, shared_server: RunningServer) -> None:
        for path in ("/", "/health", "/nothing", "/game/", "/docs", "/images/x/y"):
            is_address = path == "/health" and host in {"192.168.1.5", "[2001:db8::1]", "0.0.0.0"}
            if not is_address:
                assert_error(ask(shared_server, host, path), 421, "unknown_host")

    @pytest.mark.parametrize(
        "host",
        [
            *("", ":8000", "localhost:http", "localhost:80:80", "[::1", "[localhost]"),
            *("[::1]8000", "local host", "localhost/x", "user@localhost", "localhost\u00b5"),
            *("a" * 400, "*", "*.example"),
        ],
    )
    def test_what_is_no_name(self, host: str, shared_server: RunningServer) -> None:
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
        self, head: bytes, status: int, shared_server: RunningServer
    ) -> None:
        assert exchange(shared_server.url, head + CLOSE).status == status

    def test_a_slash_too_many_leads_to_no_foreign_host(self, shared_server: RunningServer) -> None:
        answer = shared_server.client.get("/health/", headers={"X-Forwarded-Host": "evil.example"})
        assert (answer.status_code, answer.headers["location"]) == (307, "/health")


class TestProbes:
    """Load balancers and Prometheus ask by address, which nobody can rebind."""

    @pytest.mark.parametrize("path", ["/health", "/metrics"])
    def test_are_answered_by_address(self, path: str, named_server: RunningServer) -> None:
        for host in ("10.0.0.7", "10.0.0.7:8000", "[2001:db8::9]", "localhost"):
            assert ask(named_server, host, path).status_code == 200
        without_host = exchange(named_server.url, f"GET {path} HTTP/1.0\r\n\r\n".encode())
        assert b" 200 " in without_host.data.split(b"\r\n")[0]
        assert_error(ask(named_server, "evil.example", path), 421, "unknown_host")

    def test_nothing_else_is_answered_so(self, named_server: RunningServer) -> None:
        for path in ("/", "/healthy", "/api/v1/images/search", "/game/"):
            assert_error(ask(named_server, "10.0.0.7", path), 421, "unknown_host")
            without_host = exchange(named_server.url, f"GET {path} HTTP/1.0\r\n\r\n".encode())
            assert b" 400 " in without_host.data.split(b"\r\n")[0]


LISTED = {"allowed_hosts": "game.example, *.studio.example, 192.168.1.5, [2001:db8::7]"}
BOUND = {"host": "192.168.1.5", "admin_token": "t" * 20}


@pytest.mark.parametrize(
    ("settings", "answered", "refused"),
    [
        (
            LISTED,
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
        assert_error(ask(server, host), 421, "unknown_host")
    assert_error(ask(server, "a b"), 400)
