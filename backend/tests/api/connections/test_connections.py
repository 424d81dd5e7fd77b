"""Bounds of a connection and of all: sizes and counts as they ship, times made short."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from app.server.limits import HttpLimits
from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.gemini_answers import picture_once
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import SCENES, make_image
from tests.support.metrics_page import wait_for_coalesced, wait_for_figure
from tests.support.raw_http import (
    HOST,
    assert_refused,
    connect,
    exchange,
    read_all,
    read_one,
    request_with,
)
from tests.support.running_server import RunningServer

SHORT = 1.0
IMPATIENT = HttpLimits(header_seconds=SHORT, body_seconds=SHORT)
GET = b"GET / HTTP/1.1\r\n" + HOST
LAST = b"Connection: close\r\n\r\n"
POST = b"POST /api/v1/images/generate HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
OTHER = "127.0.0.2"


@pytest.fixture
def impatient(make_server: ServerFactory) -> RunningServer:
    """A server that waits for nobody long."""
    return make_server(limits=IMPATIENT)


@pytest.fixture
def connections() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def open_many(
    server: RunningServer, number: int, connections: ExitStack, source: str | None = None
) -> list[socket.socket]:
    return [connections.enter_context(connect(server.url, source=source)) for _ in range(number)]


def assert_served(server: RunningServer) -> None:
    with server.another_client() as client:
        assert client.get("/").status_code == 200


def assert_speaks(connection: socket.socket) -> None:
    connection.sendall(GET + b"\r\n")
    assert read_one(connection).status == 200


def trickle(connection: socket.socket) -> None:
    """Send a byte now and then, for longer than anybody waits."""
    for _ in range(2000):
        connection.sendall(b"x")
        time.sleep(SHORT / 20)


class TestSizes:
    @pytest.mark.parametrize(
        ("request_", "status"),
        [
            (GET + b"X: " + b"x" * 33_000 + b"\r\n\r\n", 431),
            (GET + b"X-Y: z\r\n" * 101 + b"\r\n", 431),
            (GET + b"X-Y: z\r\n" * 98 + LAST, 200),
            (b"GET /?q=" + b"x" * 8200 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
        ],
    )
    def test_of_headers_and_address(
        self, request_: bytes, status: int, shared_server: RunningServer
    ) -> None:
        answer = exchange(shared_server.url, request_)
        if status == 200:
            assert answer.status == 200
        else:
            assert_refused(answer, status)

    def test_headers_without_end(self, shared_server: RunningServer) -> None:
        with connect(shared_server.url) as connection:
            connection.sendall(GET + b"X: ")
            sent = 0
            try:
                while sent < 50 * 2**20:
                    sent += connection.send(b"x" * 65536)
            except ConnectionError:
                pass
            assert sent < 50 * 2**20, "no more than the kernel keeps for both ends"

    def test_trailers_are_not_kept(self, shared_server: RunningServer) -> None:
        body = b"2\r\n{}\r\n0\r\n" + b"X-Y: z\r\n" * 5000 + b"\r\n"
        head = POST + b"Transfer-Encoding: chunked\r\n" + LAST
        assert exchange(shared_server.url, head + body).status == 422


class TestWhatIsNoHttp:
    @pytest.mark.parametrize(
        "request_",
        [
            b"\x16\x03\x01\x02\x00\x01\x00\x01",
            b"GET /\r\n\r\n",
            b"GET / HTTP/1.1\r\nno header\r\n\r\n",
            GET + b"X: a\0b\r\n\r\n",
            b"BREW / HTTP/1.1\r\n" + HOST + b"\r\n",
            POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
            POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            POST + b"Content-Length: -1\r\n\r\n{}",
            POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        ],
    )
    def test_is_refused(self, request_: bytes, shared_server: RunningServer) -> None:
        assert_refused(exchange(shared_server.url, request_), 400)
        assert_served(shared_server)

    def test_refusal_is_no_part_of_an_answer(self, shared_server: RunningServer) -> None:
        page = b"GET /docs/vendor/swagger-ui-bundle.js HTTP/1.1\r\n" + HOST + b"\r\n"
        with connect(shared_server.url) as connection:
            connection.sendall(page * 10)
            assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
            connection.sendall(b"BREW / HTTP/1.1\r\n\r\n")
            assert b"HTTP/1.1 400 " not in read_all(connection).data

    @pytest.mark.parametrize("wanted", [b"websocket", b"h2c"])
    def test_other_protocols_are_not_spoken(
        self, wanted: bytes, shared_server: RunningServer
    ) -> None:
        request = (
            b"GET /health HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: " + wanted
        ) + b"\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        assert exchange(shared_server.url, request).status == 200


class TestTimes:
    def test_silence_is_closed_without_a_word(self, impatient: RunningServer) -> None:
        assert exchange(impatient.url, b"").data == b""
        assert exchange(impatient.url, b"\r\n").data == b""

    def test_what_stops_is_refused(self, impatient: RunningServer) -> None:
        assert_refused(exchange(impatient.url, b"GET / HTTP/1.1\r\nHo"), 408)
        assert_refused(exchange(impatient.url, POST + b"Content-Length: 100\r\n\r\n{"), 408)
        second = exchange(impatient.url, GET + b"\r\nGET / HT")
        assert second.status == 200
        assert b" 408 " in second.data
        for _ in range(3):
            make_image(impatient.client)  # working takes as long as it takes

    def test_body_at_a_fair_rate_may_take_longer(self, make_server: ServerFactory) -> None:
        patient = make_server(limits=replace(IMPATIENT, body_bytes_per_second=100))
        piece = b" " * 1000
        with connect(patient.url) as connection:
            connection.sendall(POST + b"Content-Length: 6000\r\n" + LAST)
            for _ in range(6):
                connection.sendall(piece)
                time.sleep(SHORT / 4)
            assert read_all(connection).status == 422


class TestRestOfARefusedBody:
    SIZE = 12 * 2**20
    HEAD = POST + b"Content-Length: %d\r\n\r\n" % SIZE

    def test_connection_goes_on_behind_it(self, shared_server: RunningServer) -> None:
        with connect(shared_server.url) as connection:
            for together in (b"", GET + LAST):
                connection.sendall(self.HEAD)
                assert_error(read_one(connection).parsed, 413)
                connection.sendall(bytes(self.SIZE) + together)
            assert read_all(connection).status == 200

    def test_is_not_awaited_forever(self, impatient: RunningServer) -> None:
        with connect(impatient.url) as connection:
            connection.sendall(self.HEAD)
            assert_error(read_one(connection).parsed, 413)
            with pytest.raises(ConnectionError):
                trickle(connection)


@pytest.mark.thorough
class TestConnections:
    def test_the_one_that_waited_longest_goes(
        self, make_server: ServerFactory, connections: ExitStack
    ) -> None:
        server = make_server(limits=HttpLimits(connections=5))
        silent = open_many(server, 6, connections)
        assert read_all(silent[0]).data == b""
        assert_speaks(silent[1])  # which makes it the one that waited shortest
        open_many(server, 1, connections)
        assert read_all(silent[2]).data == b""
        assert_speaks(silent[1])
        assert_served(server)

    def test_none_goes_that_is_being_served(
        self, make_server: ServerFactory, connections: ExitStack
    ) -> None:
        server = make_server(limits=HttpLimits(connections=3))
        scenes = [{"location": f"Far Place {number}"} for number in range(50)]
        job = server.client.post(f"{SCENES}/warm", json={"scenes": scenes}).json()["job"]
        server.client.close()
        follow = f"GET /api/v1/jobs/{job['id']}/events HTTP/1.1\r\n".encode() + HOST + b"\r\n"
        for follower in open_many(server, 3, connections):
            follower.sendall(follow)
            assert follower.recv(4096)
        assert_refused(exchange(server.url, GET + b"\r\n"), 503)


@pytest.mark.thorough
class TestConnectionsOfOneClient:
    SHARE = 5
    LIMITS = HttpLimits(connections_of_a_client=SHARE)

    def test_its_own_go_and_no_others(
        self, make_server: ServerFactory, connections: ExitStack
    ) -> None:
        server = make_server(limits=self.LIMITS)
        (quiet,) = open_many(server, 1, connections)
        many = open_many(server, 30, connections, OTHER)
        assert read_all(many[0]).data == b""
        for connection in (quiet, many[-1]):
            assert_speaks(connection)

    def test_a_new_one_is_refused_while_all_are_being_served(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin, connections: ExitStack
    ) -> None:
        finish = threading.Event()
        gemini.answer_always(picture_once(finish))
        server = make_gemini_server(limits=self.LIMITS)
        for number in range(self.SHARE):
            (waiting,) = open_many(server, 1, connections, OTHER)
            waiting.sendall(request_with("POST", f"{SCENES}/generate?location=Mill"))
            wait_for_coalesced(server.client, number)
        with connect(server.url, source=OTHER) as connection:
            answer = read_all(connection)
        assert_refused(answer, 429)
        assert answer.json()["detail"]["reason"] == "rate_limit"
        assert_served(server)
        wait_for_figure(server.client, 1, "connections_refused_total", status="429")
        finish.set()

    def test_a_trusted_proxy_has_as_many_as_there_are(
        self, make_server: ServerFactory, connections: ExitStack
    ) -> None:
        server = make_server(limits=self.LIMITS, trusted_proxies=[OTHER])
        for connection in open_many(server, 30, connections, OTHER):
            assert_speaks(connection)
