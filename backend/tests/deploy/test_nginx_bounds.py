"""How much one address may ask of a real nginx with the configuration in deploy/nginx.

Nobody listens behind it: what it lets through is answered 502 at once, however slow the machine.
"""

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.api.routes.game import FRONTEND
from tests.support.free_port import free_port
from tests.support.nginx import CONFIGURATION, NAME, WORKER_CONNECTIONS, Nginx, running_nginx

pytestmark = pytest.mark.xdist_group("nginx bounds")

CLASS = 30
API, FILE, PICTURE = "/api/v1/scenes/generate", "/game/v-0/js/main.js", "/images/full/a.webp"


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Nginx]:
    """One for each test: it remembers who asked for much."""
    with running_nginx(tmp_path, free_port()) as running:
        yield running


def files_of_the_page() -> int:
    """How many files a browser asks for that opens the game, the page among them."""
    folders = (FRONTEND / "js", FRONTEND / "styles")
    return 2 + sum(one.is_file() for folder in folders for one in folder.rglob("*"))


def streams_of_a_browser() -> int:
    """How many requests a browser may have at work at once."""
    bound = re.search(r"http2_max_concurrent_streams (\d+);", CONFIGURATION.read_text("utf-8"))
    assert bound is not None
    return int(bound[1])


def read_statuses(connection: ssl.SSLSocket, count: int) -> list[int]:
    """The statuses of that many answers, or of all until nginx closes."""
    data = b""
    while data.count(b"HTTP/1.1 ") < count and (chunk := connection.recv(65536)):
        data += chunk
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+)", data)]


def refused_of(count: int, nginx: Nginx, path: str) -> int:
    """How many of so many requests are refused that are at work at once, waiting for a body."""
    with ExitStack() as stack:
        connections = []
        for _ in range(count):
            connection = stack.enter_context(nginx.connect())
            # A connection that has asked before may wait, until all others are open too.
            connection.sendall(f"GET /metrics HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode())
            assert read_statuses(connection, 1) == [404]
            connections.append(connection)
        head = f"POST {path} HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 9\r\n\r\n"
        for connection in connections:
            connection.sendall(head.encode())
        return sum(read_statuses(connection, 1) == [429] for connection in connections)


def let_through(nginx: Nginx, path: str) -> int:
    """How many requests, as quickly as nginx takes them, are let through before one is refused."""
    batch = f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode() * 100
    passed = 0
    while passed < 100_000:
        with nginx.connect() as connection:
            for _ in range(10):  # nginx closes a connection after a thousand
                connection.sendall(batch)
                statuses = read_statuses(connection, 100)
                assert set(statuses) <= {429, 502}
                if 429 in statuses:
                    return passed + statuses.index(429)
                passed += len(statuses)
    pytest.fail("it refused none of 100,000 requests")


def test_firewall_lets_a_class_in_and_no_address_hold_everything() -> None:
    told = (FRONTEND.parent / "docs" / "security.md").read_text("utf-8")
    bound = re.search(r"ip saddr ct count over (\d+)", told)
    assert bound is not None
    # Without HTTP/2 a browser has six; nginx has another to the server for each at work.
    assert CLASS * 6 <= int(bound[1]) < WORKER_CONNECTIONS / 2


class TestAtWork:
    """Requests of one address that are at work at once."""

    def test_api(self, nginx: Nginx) -> None:
        # Six for each player, as browsers have without HTTP/2.
        assert 1 <= refused_of(260, nginx, API) <= 260 - CLASS * 6

    @pytest.mark.parametrize("path", [FILE, PICTURE])
    def test_files(self, path: str, nginx: Nginx) -> None:
        assert 1 <= refused_of(560, nginx, path) <= 560 - CLASS * streams_of_a_browser()


class TestOthers:
    """Who comes from another address, while one has all that it may have at work."""

    def test_are_still_passed_on(self, tmp_path: Path) -> None:
        with (
            socket.create_server(("127.0.0.1", 0), backlog=2000) as silent,
            running_nginx(tmp_path, silent.getsockname()[1]) as nginx,
            ExitStack() as stack,
        ):
            for number in range(560):
                connection = stack.enter_context(nginx.connect("127.0.0.2"))
                path = API if number < 200 else FILE
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode())
            newcomer = stack.enter_context(nginx.connect("127.0.0.3"))
            newcomer.sendall(f"GET /game/ HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode())
            silent.settimeout(60)
            passed_on = b""
            while b"X-Forwarded-For: 127.0.0.3" not in passed_on:
                upstream = stack.enter_context(silent.accept()[0])
                passed_on = upstream.recv(65536)


class TestInAMoment:
    """Requests of one address that begin as quickly as nginx takes them."""

    def test_api(self, nginx: Nginx) -> None:
        # Eight until the first scene is there, and four for each of two steps.
        assert let_through(nginx, API) >= CLASS * 16

    @pytest.mark.parametrize("path", [FILE, PICTURE])
    def test_files(self, path: str, nginx: Nginx) -> None:
        assert let_through(nginx, path) >= CLASS * files_of_the_page()

    def test_who_took_all_files_may_still_play(self, nginx: Nginx) -> None:
        let_through(nginx, FILE)
        with nginx.client() as client:
            assert client.get(API).status_code == 502
