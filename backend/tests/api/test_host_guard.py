"""DNS rebinding: a foreign name that leads to this machine is not answered."""

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.lasting_server import lasting_server
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import RunningServer


@pytest.fixture(scope="module")
def named_server(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[RunningServer]:
    """A server that answers to one name."""
    data = tmp_path_factory.mktemp("named")
    with lasting_server(data, empty_database, allowed_hosts="game.example") as running:
        yield running


def ask(server: RunningServer, host: str, path: str = "/") -> httpx.Response:
    return server.client.get(path, headers={"Host": host})


def send_raw(server: RunningServer, request: bytes) -> bytes:
    """What comes back for bytes that no client library would send."""
    address = urlsplit(server.url)
    with socket.create_connection(
        (address.hostname, address.port), timeout=PATIENCE_SECONDS
    ) as connection:
        connection.sendall(request)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


class TestByDefault:
    @pytest.mark.parametrize(
        "host",
        [
            "localhost",
            "LocalHost:8000",
            "localhost.:1",
            "127.0.0.1",
            "127.0.0.1:65535",
            "127.8.8.8",
            "[::1]",
            "[::1]:8000",
            "[0:0:0:0:0:0:0:1]",
        ],
    )
    def test_loopback_names_on_every_port(self, host: str, shared_server: RunningServer) -> None:
        assert ask(shared_server, host).status_code == 200

    @pytest.mark.parametrize(
        "host",
        [
            "evil.example",
            "evil.example:8000",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "notlocalhost",
            "192.168.1.5",
            "[2001:db8::1]",
            "0.0.0.0",
            "2130706433",
            "*",
            "*.example",
        ],
    )
    def test_every_other_name(self, host: str, shared_server: RunningServer) -> None:
        answer = ask(shared_server, host)
        if "*" in host:
            assert_error(answer, 400)
        else:
            assert_error(answer, 421, "unknown_host")

    @pytest.mark.parametrize("path", ["/", "/health", "/nothing", "/game/", "/docs", "/images/x/y"])
    def test_wherever_it_asks(self, path: str, shared_server: RunningServer) -> None:
        assert_error(ask(shared_server, "evil.example", path), 421, "unknown_host")

    @pytest.mark.parametrize(
        "host",
        [
            "",
            ":8000",
            "localhost:http",
            "localhost:80:80",
            "[::1",
            "[localhost]",
            "[::1]8000",
            "local host",
            "localhost/x",
            "user@localhost",
            "localhost\u00b5",
            "a" * 400,
        ],
    )
    def test_what_is_no_name(self, host: str, shared_server: RunningServer) -> None:
        answer = shared_server.client.get("/", headers=[(b"Host", host.encode("latin-1"))])
        assert_error(answer, 400)

    @pytest.mark.parametrize("headers", [b"", b"Host: localhost\r\nHost: evil.example\r\n"])
    def test_none_or_two(self, headers: bytes, shared_server: RunningServer) -> None:
        request = b"GET / HTTP/1.1\r\n" + headers + b"Connection: close\r\n\r\n"
        assert send_raw(shared_server, request).startswith(b"HTTP/1.1 400 ")

    def test_the_path_cannot_name_another_host(self, shared_server: RunningServer) -> None:
        request = (
            b"GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
        )
        assert send_raw(shared_server, request).startswith(b"HTTP/1.1 421 ")

    def test_a_slash_too_many_leads_to_no_foreign_host(self, shared_server: RunningServer) -> None:
        answer = shared_server.client.get("/health/", headers={"X-Forwarded-Host": "evil.example"})
        assert answer.status_code == 307
        assert answer.headers["location"] == "/health"


class TestProbes:
    """Load balancers and Prometheus ask by address, which nobody can rebind."""

    @pytest.mark.parametrize("path", ["/health", "/metrics"])
    @pytest.mark.parametrize("host", ["10.0.0.7", "10.0.0.7:8000", "[2001:db8::9]", "localhost"])
    def test_are_answered_by_address(
        self, host: str, path: str, named_server: RunningServer
    ) -> None:
        assert ask(named_server, host, path).status_code == 200

    @pytest.mark.parametrize("path", ["/health", "/metrics"])
    def test_need_no_host_in_http_1_0(self, path: str, named_server: RunningServer) -> None:
        request = b"GET " + path.encode() + b" HTTP/1.0\r\n\r\n"
        assert b" 200 " in send_raw(named_server, request).split(b"\r\n")[0]

    @pytest.mark.parametrize("path", ["/health", "/metrics"])
    def test_are_not_answered_by_foreign_names(
        self, path: str, named_server: RunningServer
    ) -> None:
        assert_error(ask(named_server, "evil.example", path), 421, "unknown_host")

    def test_nothing_else_is_answered_so(self, named_server: RunningServer) -> None:
        for path in ("/", "/healthy", "/api/v1/images/search", "/game/"):
            assert_error(ask(named_server, "10.0.0.7", path), 421, "unknown_host")
            request = b"GET " + path.encode() + b" HTTP/1.0\r\n\r\n"
            assert b" 400 " in send_raw(named_server, request).split(b"\r\n")[0]


class TestAllowed:
    def test_listed_names_and_loopback_ones(self, make_server: ServerFactory) -> None:
        server = make_server(
            allowed_hosts="game.example, *.studio.example, 192.168.1.5, [2001:db8::7]"
        )
        for host in (
            "game.example:443",
            "GAME.example.",
            "a.studio.example",
            "a.b.studio.example",
            "192.168.1.5",
            "[2001:DB8:0::7]:8000",
            "localhost:1",
        ):
            assert ask(server, host).status_code == 200, host
        for host in ("x.game.example", "studio.example", "xstudio.example", "192.168.1.6"):
            assert_error(ask(server, host), 421, "unknown_host")

    def test_every_name_where_that_is_wanted(self, make_server: ServerFactory) -> None:
        server = make_server(allowed_hosts="*")
        assert ask(server, "any.example").status_code == 200
        assert_error(ask(server, "a b"), 400)

    def test_the_address_it_listens_on(self, make_server: ServerFactory) -> None:
        server = make_server(host="192.168.1.5", admin_token="t" * 20)
        assert ask(server, "192.168.1.5:8000").status_code == 200
        assert_error(ask(server, "192.168.1.6"), 421, "unknown_host")

    @pytest.mark.parametrize("host", ["0.0.0.0", "::"])
    def test_addresses_but_no_names_where_it_listens_on_all(
        self, host: str, make_server: ServerFactory
    ) -> None:
        server = make_server(host=host, admin_token="t" * 20)
        for address in ("192.168.1.5:8000", "[2001:db8::7]", "localhost"):
            assert ask(server, address).status_code == 200
        assert_error(ask(server, "evil.example"), 421, "unknown_host")
