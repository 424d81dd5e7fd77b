"""Bounds of a connection: sizes and counts as they ship, times made short."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from starlette.responses import Response

from app.server.http_protocol import BoundedHttpProtocol
from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.gemini_answers import picture_once
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import outcomes, wait_until
from tests.support.library import make_image
from tests.support.patience import PATIENCE_SECONDS
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
from tests.support.served_app import serving

SHORT = 1.0
POST = b"POST /api/v1/images/generate HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, server: RunningServer) -> RunningServer:
    """A server that waits for nobody long."""
    for name in ("header_seconds", "body_seconds", "linger_seconds", "answer_seconds"):
        monkeypatch.setattr(BoundedHttpProtocol, name, SHORT)
    return server


@pytest.fixture
def connections() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


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

    @pytest.mark.parametrize("query", [b"q=" + b"x" * 8200, b"&".join([b"q=x"] * 102)])
    def test_address(self, query: bytes, shared_server: RunningServer) -> None:
        request = b"GET /api/v1/images/search?" + query + b" HTTP/1.1\r\n" + HOST + b"\r\n"
        assert_refused(exchange(shared_server.url, request), 414)

    def test_trailers_are_not_kept(self, shared_server: RunningServer) -> None:
        body = b"2\r\n{}\r\n0\r\n" + b"X-Y: z\r\n" * 5000 + b"\r\n"
        head = POST + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        assert exchange(shared_server.url, head + body).status == 422

    def test_bytes_that_are_no_body(
        self, monkeypatch: pytest.MonkeyPatch, shared_server: RunningServer
    ) -> None:
        monkeypatch.setattr(BoundedHttpProtocol, "max_message_bytes", 2**20)
        chunks = b"1;" + b"x" * 1000 + b"\r\n \r\n"  # a byte of body for a thousand of extension
        with connect(shared_server.url) as connection:
            with suppress(ConnectionError):
                connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks * 3000)
            answer = read_all(connection)
        assert_refused(answer, 413)

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

    def test_body_at_a_fair_rate_may_take_longer(
        self, impatient: RunningServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(BoundedHttpProtocol, "body_bytes_per_second", 500)
        head = POST + b"Connection: close\r\nContent-Length: 6000\r\n\r\n"
        piece = b" " * 1000
        with connect(impatient.url) as connection:
            for data in (head + piece, *[piece] * 5):
                connection.sendall(data)
                time.sleep(SHORT / 4)
            assert read_all(connection).status == 422

    def test_answer_that_nobody_reads(
        self, impatient: RunningServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given_up = threading.Event()
        give_up = BoundedHttpProtocol._answer_unread

        def noticed(protocol: BoundedHttpProtocol) -> None:
            give_up(protocol)
            given_up.set()

        monkeypatch.setattr(BoundedHttpProtocol, "_answer_unread", noticed)
        page = b"GET /docs/vendor/swagger-ui-bundle.js HTTP/1.1\r\n" + HOST + b"\r\n"
        with connect(impatient.url) as connection:
            connection.sendall(page * BoundedHttpProtocol.max_requests_ahead)
            assert given_up.wait(PATIENCE_SECONDS)
            size = int(
                impatient.client.head("/docs/vendor/swagger-ui-bundle.js").headers["content-length"]
            )
            assert len(read_all(connection).data) < BoundedHttpProtocol.max_requests_ahead * size
        assert_served(impatient)

    @pytest.mark.thorough
    @pytest.mark.parametrize(("rate", "is_all"), [(1, True), (10**9, False)])
    def test_large_answer_that_is_read_slowly(
        self, rate: int, is_all: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(BoundedHttpProtocol, "answer_seconds", SHORT)
        monkeypatch.setattr(BoundedHttpProtocol, "answer_bytes_per_second", rate)
        size = 24 * 2**20  # more than the kernel keeps for both ends
        with serving(Response(bytes(size))) as url, connect(url) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
            taken = 0
            with suppress(ConnectionError):
                while piece := connection.recv(2**19):
                    taken += len(piece)
                    time.sleep(0.05)
        assert (taken > size) is is_all

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

    def test_is_taken_bit_by_bit_and_not_for_ever(
        self, impatient: RunningServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(BoundedHttpProtocol, "linger_pause_seconds", 60.0)
        with connect(impatient.url) as connection:
            connection.sendall(self.HEAD)
            assert_error(read_one(connection).parsed, 413)
            with pytest.raises(ConnectionError):
                connection.sendall(bytes(self.SIZE))
        assert_served(impatient)


class TestRequests:
    def test_not_more_are_worked_on_than_allowed(
        self,
        monkeypatch: pytest.MonkeyPatch,
        make_gemini_server: ServerFactory,
        gemini: GeminiStandin,
        connections: ExitStack,
    ) -> None:
        finish = threading.Event()
        gemini.answer_always(picture_once(finish))
        server = make_gemini_server()
        monkeypatch.setattr(BoundedHttpProtocol, "max_requests", 3)
        for number in range(3):
            waiting = connections.enter_context(connect(server.url))
            waiting.sendall(request_with("POST", f"/api/v1/scenes/generate?location={number}"))
            wait_until(lambda: len(gemini.calls) > number)  # noqa: B023 - called at once
        answer = exchange(server.url, b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
        assert_refused(answer, 503)
        finish.set()
        wait_until(lambda: outcomes(server.settings) == {"ok": 3})
        assert_served(server)

    def test_some_may_be_sent_ahead(self, shared_server: RunningServer) -> None:
        ahead = BoundedHttpProtocol.max_requests_ahead
        request = b"GET / HTTP/1.1\r\n" + HOST
        last = request + b"Connection: close\r\n\r\n"
        answer = exchange(shared_server.url, (request + b"\r\n") * ahead + last)
        assert answer.data.count(b"HTTP/1.1 200 ") == ahead + 1

    def test_but_not_thousands(self, shared_server: RunningServer) -> None:
        answer = exchange(shared_server.url, b"GET / HTTP/1.1\r\n\r\n" * 10_000)
        assert_refused(answer, 503)
        assert answer.data.count(b"HTTP/1.1 ") == 1, "none of the others was begun"
        assert_served(shared_server)


class TestUpgrades:
    @pytest.mark.parametrize("wanted", [b"websocket", b"h2c"])
    def test_other_protocols_are_not_spoken(
        self, wanted: bytes, shared_server: RunningServer
    ) -> None:
        request = (
            b"GET /health HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: " + wanted
        ) + b"\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        assert exchange(shared_server.url, request).status == 200
