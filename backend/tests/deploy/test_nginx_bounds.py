"""How much one address may ask of a real nginx with the configuration in deploy/nginx."""

import re
import selectors
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from app.api.routes.game import FRONTEND
from tests.support.free_port import free_port
from tests.support.nginx import CONFIGURATION, NAME, WORKER_CONNECTIONS, Nginx, running_nginx
from tests.support.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.xdist_group("nginx bounds")

CLASS = 30
API, FILE, PICTURE = "/api/v1/scenes/generate", "/game/v-0/js/main.js", "/images/full/a.webp"


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


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode()


def refused_at_work(nginx: Nginx, silent: socket.socket, paths: list[str], stack: ExitStack) -> int:
    """How many are refused of requests that are at work at once; the others get no answer yet."""
    events = stack.enter_context(selectors.DefaultSelector())
    events.register(silent, selectors.EVENT_READ)
    connections = []
    for _ in paths:
        connection = stack.enter_context(nginx.connect("127.0.0.2"))
        # One that has asked before has nothing more to read than the answer.
        connection.sendall(get("/metrics"))
        assert read_statuses(connection, 1) == [404]
        connections.append(connection)
    for connection, path in zip(connections, paths, strict=True):
        events.register(connection, selectors.EVENT_READ)
        connection.sendall(get(path))
    passed_on = refused = 0
    while passed_on + refused < len(paths):
        found = events.select(PATIENCE_SECONDS)
        assert found, f"{passed_on} passed on, {refused} refused, and nothing more comes"
        for key, _ in found:
            if key.fileobj is silent:
                stack.enter_context(silent.accept()[0])
                passed_on += 1
            else:
                events.unregister(key.fileobj)
                # Closed without an answer: nginx took the connection for another.
                assert read_statuses(key.fileobj, 1) in ([429], [])  # type: ignore[arg-type]
                refused += 1
    return refused


def let_through(nginx: Nginx, path: str) -> int:
    """How many requests are let through before one is refused."""
    batch = get(path) * 100
    passed = 0
    while passed < 10_000:
        with nginx.connect() as connection:
            for _ in range(10):  # nginx closes a connection after a thousand
                connection.sendall(batch)
                statuses = read_statuses(connection, 100)
                assert set(statuses) <= {429, 502}
                if 429 in statuses:
                    return passed + statuses.index(429)
                passed += len(statuses)
    pytest.fail("it refused none of 10,000 requests")


def test_firewall_lets_a_class_in_and_no_address_hold_everything() -> None:
    text = (FRONTEND.parent / "docs" / "security.md").read_text("utf-8")
    bound = re.search(r"ip saddr ct count over (\d+)", text)
    assert bound is not None
    # Without HTTP/2 a browser has six; nginx has another to the server for each at work.
    assert CLASS * 6 <= int(bound[1]) < WORKER_CONNECTIONS / 2


@contextmanager
def before_a_silent_server(folder: Path) -> Iterator[tuple[Nginx, socket.socket]]:
    with (
        socket.create_server(("127.0.0.1", 0), backlog=2000) as silent,
        running_nginx(folder, silent.getsockname()[1]) as nginx,
    ):
        yield nginx, silent


def test_calls_at_work(tmp_path: Path) -> None:
    with before_a_silent_server(tmp_path) as (nginx, silent), ExitStack() as stack:
        refused = refused_at_work(nginx, silent, [API] * 260, stack)
    # Six for each player, as browsers have without HTTP/2.
    assert 1 <= refused <= 260 - CLASS * 6


def test_files_at_work_and_others_are_still_passed_on(tmp_path: Path) -> None:
    with before_a_silent_server(tmp_path) as (nginx, silent), ExitStack() as stack:
        refused = refused_at_work(nginx, silent, [FILE, PICTURE] * 280, stack)
        assert 1 <= refused <= 560 - CLASS * streams_of_a_browser()
        newcomer = stack.enter_context(nginx.connect("127.0.0.3"))
        newcomer.sendall(get("/game/"))
        silent.settimeout(PATIENCE_SECONDS)
        upstream = stack.enter_context(silent.accept()[0])
        assert b"X-Forwarded-For: 127.0.0.3" in upstream.recv(65536)


def test_requests_in_a_moment(tmp_path: Path) -> None:
    """Nobody listens behind it: what is let through is answered 502 at once."""
    with running_nginx(tmp_path, free_port(), hurried=True) as nginx:
        assert let_through(nginx, FILE) >= CLASS * files_of_the_page()
        assert let_through(nginx, PICTURE) < 100  # of the same share
        # Who took all files may still play: eight until the first scene is there, and four for
        # each of two steps.
        assert let_through(nginx, API) >= CLASS * 16
