"""How many connections there may be, and which go where there are more."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from app.server.limits import HttpLimits
from tests.conftest import ServerFactory
from tests.support.gemini_answers import picture_once
from tests.support.gemini_standin import GeminiStandin
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

pytestmark = pytest.mark.thorough

OTHER = "127.0.0.2"


@pytest.fixture
def connections() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def assert_served(server: RunningServer) -> None:
    with server.another_client() as client:
        assert client.get("/").status_code == 200


class TestConnections:
    def test_the_one_that_waited_longest_goes(
        self, make_server: ServerFactory, connections: ExitStack
    ) -> None:
        server = make_server(limits=HttpLimits(connections=10))
        silent = [connections.enter_context(connect(server.url)) for _ in range(30)]
        assert_served(server)
        assert read_all(silent[0]).data == b""
        silent[-1].sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n")
        assert read_all(silent[-1]).status == 200

    def test_none_goes_that_was_found_to_wait_and_spoke_since(
        self, make_server: ServerFactory, connections: ExitStack
    ) -> None:
        server = make_server(limits=HttpLimits(connections=5))
        silent = [connections.enter_context(connect(server.url)) for _ in range(6)]
        assert read_all(silent[0]).data == b""
        silent[1].sendall(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
        assert read_one(silent[1]).status == 200
        connections.enter_context(connect(server.url))
        assert read_all(silent[2]).data == b""
        silent[1].sendall(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
        assert read_one(silent[1]).status == 200

    def test_none_goes_that_is_being_served(
        self, make_server: ServerFactory, connections: ExitStack
    ) -> None:
        server = make_server(limits=HttpLimits(connections=3))
        scenes = [{"location": f"Far Place {number}"} for number in range(50)]
        job = server.client.post("/api/v1/scenes/warm", json={"scenes": scenes}).json()["job"]
        server.client.close()
        follow = f"GET /api/v1/jobs/{job['id']}/events HTTP/1.1\r\n".encode() + HOST + b"\r\n"
        followers = [connections.enter_context(connect(server.url)) for _ in range(3)]
        for follower in followers:
            follower.sendall(follow)
            assert follower.recv(4096)
        answer = exchange(server.url, b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
        assert_refused(answer, 503)


class TestConnectionsOfOneClient:
    SHARE = 5
    LIMITS = HttpLimits(connections_of_a_client=SHARE)

    def test_its_own_go_and_no_others(
        self, make_server: ServerFactory, connections: ExitStack
    ) -> None:
        server = make_server(limits=self.LIMITS)
        quiet = connections.enter_context(connect(server.url))
        many = [connections.enter_context(connect(server.url, source=OTHER)) for _ in range(30)]
        assert read_all(many[0]).data == b""
        for connection in (quiet, many[-1]):
            connection.sendall(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
            assert read_one(connection).status == 200

    def test_where_all_are_being_served_a_new_one_is_refused(
        self,
        make_gemini_server: ServerFactory,
        gemini: GeminiStandin,
        connections: ExitStack,
    ) -> None:
        finish = threading.Event()
        gemini.answer_always(picture_once(finish))
        server = make_gemini_server(limits=self.LIMITS)
        for number in range(self.SHARE):
            waiting = connections.enter_context(connect(server.url, source=OTHER))
            waiting.sendall(request_with("POST", "/api/v1/scenes/generate?location=Mill"))
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
        many = [connections.enter_context(connect(server.url, source=OTHER)) for _ in range(30)]
        for connection in many:
            connection.sendall(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
            assert read_one(connection).status == 200
