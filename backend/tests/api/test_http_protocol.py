"""Bounds of a connection: sizes and counts as they ship, times made short."""

import socket
import time
from dataclasses import replace

import pytest

from app.server.limits import HttpLimits
from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.library import make_image
from tests.support.raw_http import (
    HOST,
    assert_refused,
    connect,
    exchange,
    read_all,
    read_one,
)
from tests.support.running_server import RunningServer

SHORT = 1.0
IMPATIENT = HttpLimits(header_seconds=SHORT, body_seconds=SHORT)
POST = b"POST /api/v1/images/generate HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"


@pytest.fixture
def impatient(make_server: ServerFactory) -> RunningServer:
    """A server that waits for nobody long."""
    return make_server(limits=IMPATIENT)


def trickle(connection: socket.socket) -> None:
    """Send a byte now and then, for longer than anybody waits."""
    for _ in range(200):
        connection.sendall(b"x")
        time.sleep(SHORT / 20)


def assert_served(server: RunningServer) -> None:
    with server.another_client() as client:
        assert client.get("/").status_code == 200


class TestSizes:
    def test_headers(self, shared_server: RunningServer) -> None:
        for extra in (b"X: " + b"x" * 33_000 + b"\r\n", b"X-Y: z\r\n" * 101):
            answer = exchange(shared_server.url, b"GET / HTTP/1.1\r\n" + HOST + extra + b"\r\n")
            assert_refused(answer, 431)

    def test_headers_without_end(self, shared_server: RunningServer) -> None:
        with connect(shared_server.url) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n" + HOST + b"X: ")
            sent = 0
            try:
                while sent < 50 * 2**20:
                    sent += connection.send(b"x" * 65536)
            except ConnectionError:
                pass
            # No more than the kernel keeps for both ends.
            assert sent < 50 * 2**20

    def test_as_many_headers_as_allowed(self, shared_server: RunningServer) -> None:
        extra = b"X-Y: z\r\n" * 98 + b"Connection: close\r\n"
        answer = exchange(shared_server.url, b"GET / HTTP/1.1\r\n" + HOST + extra + b"\r\n")
        assert answer.status == 200

    def test_address(self, shared_server: RunningServer) -> None:
        request = b"GET /?q=" + b"x" * 8200 + b" HTTP/1.1\r\n" + HOST + b"\r\n"
        assert_refused(exchange(shared_server.url, request), 414)

    def test_trailers_are_not_kept(self, shared_server: RunningServer) -> None:
        body = b"2\r\n{}\r\n0\r\n" + b"X-Y: z\r\n" * 5000 + b"\r\n"
        head = POST + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        assert exchange(shared_server.url, head + body).status == 422

    @pytest.mark.parametrize(
        "request_",
        [
            b"\x16\x03\x01\x02\x00\x01\x00\x01",
            b"GET /\r\n\r\n",
            b"GET / HTTP/1.1\r\nno header\r\n\r\n",
            b"GET / HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n",
            b"BREW / HTTP/1.1\r\n" + HOST + b"\r\n",
            POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
            POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            POST + b"Content-Length: -1\r\n\r\n{}",
            POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        ],
    )
    def test_what_is_no_http(self, request_: bytes, shared_server: RunningServer) -> None:
        answer = exchange(shared_server.url, request_)
        assert_refused(answer, 400)
        assert_served(shared_server)

    def test_refusal_is_no_part_of_an_answer(self, shared_server: RunningServer) -> None:
        page = b"GET /docs/vendor/swagger-ui-bundle.js HTTP/1.1\r\n" + HOST + b"\r\n"
        with connect(shared_server.url) as connection:
            connection.sendall(page * 10)
            assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
            connection.sendall(b"BREW / HTTP/1.1\r\n\r\n")
            assert b"HTTP/1.1 400 " not in read_all(connection).data


class TestTimes:
    def test_silence_is_closed_without_a_word(self, impatient: RunningServer) -> None:
        assert exchange(impatient.url, b"").data == b""
        assert exchange(impatient.url, b"\r\n").data == b""

    def test_headers_that_stop(self, impatient: RunningServer) -> None:
        assert_refused(exchange(impatient.url, b"GET / HTTP/1.1\r\nHo"), 408)

    def test_headers_drop_by_drop(self, impatient: RunningServer) -> None:
        with connect(impatient.url) as connection:
            began = time.monotonic()
            try:
                for byte in b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100:
                    connection.sendall(bytes([byte]))
                    time.sleep(0.05)
            except ConnectionError:
                pass
            assert time.monotonic() - began < 20
            assert connection.fileno() >= 0

    def test_body_that_stops(self, impatient: RunningServer) -> None:
        answer = exchange(impatient.url, POST + b"Content-Length: 100\r\n\r\n{")
        assert_refused(answer, 408)

    def test_second_request_that_stops(self, impatient: RunningServer) -> None:
        answer = exchange(impatient.url, b"GET / HTTP/1.1\r\n" + HOST + b"\r\nGET / HT")
        assert answer.status == 200
        assert b" 408 " in answer.data

    def test_body_at_a_fair_rate_may_take_longer(self, make_server: ServerFactory) -> None:
        patient = make_server(limits=replace(IMPATIENT, body_bytes_per_second=500))
        head = POST + b"Connection: close\r\nContent-Length: 6000\r\n\r\n"
        piece = b" " * 1000
        with connect(patient.url) as connection:
            for data in (head + piece, *[piece] * 5):
                connection.sendall(data)
                time.sleep(SHORT / 4)
            assert read_all(connection).status == 422

    def test_working_takes_as_long_as_it_takes(self, impatient: RunningServer) -> None:
        for _ in range(3):
            make_image(impatient.client)


class TestRestOfARefusedBody:
    SIZE = 12 * 2**20
    HEAD = POST + b"Content-Length: %d\r\n\r\n" % SIZE

    def test_connection_goes_on_behind_it(self, shared_server: RunningServer) -> None:
        with connect(shared_server.url) as connection:
            for _ in range(2):
                connection.sendall(self.HEAD)
                assert_error(read_one(connection).parsed, 413)
                connection.sendall(bytes(self.SIZE))
            connection.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n")
            assert read_all(connection).status == 200

    def test_request_that_comes_together_with_its_end(self, shared_server: RunningServer) -> None:
        next_one = b"GET / HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n"
        with connect(shared_server.url) as connection:
            connection.sendall(self.HEAD)
            assert_error(read_one(connection).parsed, 413)
            connection.sendall(bytes(self.SIZE) + next_one)
            assert read_all(connection).status == 200

    def test_is_not_awaited_forever(self, impatient: RunningServer) -> None:
        with connect(impatient.url) as connection:
            connection.sendall(self.HEAD)
            assert_error(read_one(connection).parsed, 413)
            with pytest.raises(ConnectionError):
                trickle(connection)


class TestUpgrades:
    @pytest.mark.parametrize("wanted", [b"websocket", b"h2c"])
    def test_other_protocols_are_not_spoken(
        self, wanted: bytes, shared_server: RunningServer
    ) -> None:
        request = (
            b"GET /health HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: " + wanted
        ) + b"\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        assert exchange(shared_server.url, request).status == 200
