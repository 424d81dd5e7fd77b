"""Answers that clients do not read: what they may take of the memory."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from app.api.http_protocol import BoundedHttpProtocol
from app.api.unread_answers import Connection, UnreadAnswers
from tests.support.ledger import wait_until
from tests.support.raw_http import connect, exchange, read_all
from tests.support.served_app import serving

SIZE = 24 * 2**20  # more than the kernel keeps for both ends
LESS = 18 * 2**20


class Pages:
    """Answers with so many bytes as the path says, and counts what it begins."""

    def __init__(self) -> None:
        self.begun = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.begun += 1
        await Response(bytes(int(scope["path"][1:])))(scope, receive, send)


def request_of(size: int, *, last: bool = True) -> bytes:
    close = b"Connection: close\r\n" if last else b""
    return b"GET /%d HTTP/1.1\r\n%s\r\n" % (size, close)


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Released whenever an answer begins to wait for its reader."""
    begun = threading.Semaphore(0)
    wait = UnreadAnswers.wait

    def noticed(answers: UnreadAnswers, connection: Connection) -> list[Connection]:
        cut_off = wait(answers, connection)
        begun.release()
        return cut_off

    monkeypatch.setattr(UnreadAnswers, "wait", noticed)
    return begun


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when a request has come while the answer before it is unread."""
    came = threading.Event()
    once_read = BoundedHttpProtocol._once_read

    def noticed(
        protocol: BoundedHttpProtocol, cycle: RequestResponseCycle, app: ASGI3Application
    ) -> ASGI3Application:
        came.set()
        return once_read(protocol, cycle, app)

    monkeypatch.setattr(BoundedHttpProtocol, "_once_read", noticed)
    return came


class Readers:
    """Clients that ask, and read only in the end."""

    def __init__(self, url: str, sockets: ExitStack, paused: threading.Semaphore) -> None:
        self._url = url
        self._sockets = sockets
        self._paused = paused
        self._all: list[tuple[socket.socket, int]] = []

    def ask(self, address: str = "127.0.0.1", size: int = SIZE) -> None:
        """Ask from an address, and wait until the answer does."""
        reader = self._sockets.enter_context(connect(self._url, source=address))
        reader.sendall(request_of(size))
        assert self._paused.acquire(timeout=60)
        self._all.append((reader, size))

    def got_all(self) -> list[bool]:
        """Who of them now reads a whole answer."""
        return [len(read_all(reader).data) > size for reader, size in self._all]


@pytest.fixture
def readers(paused: threading.Semaphore) -> Iterator[Readers]:
    with serving(Pages()) as url, ExitStack() as sockets:
        yield Readers(url, sockets, paused)


def test_oldest_are_cut_off_where_all_are_of_one_address(
    monkeypatch: pytest.MonkeyPatch, readers: Readers
) -> None:
    monkeypatch.setattr(UnreadAnswers, "max_bytes", 2 * SIZE)
    for _ in range(6):
        readers.ask()
    whole = readers.got_all()
    assert whole == sorted(whole)
    assert not whole[0]
    assert whole[-1]


def test_address_that_leaves_most_unread_pays(
    monkeypatch: pytest.MonkeyPatch, readers: Readers
) -> None:
    monkeypatch.setattr(UnreadAnswers, "max_bytes", 3 * SIZE)
    for address in ("127.0.0.1", *["127.0.0.2"] * 6):
        readers.ask(address)
    whole = readers.got_all()
    assert whole[0], "the oldest of all, of another address"
    assert not all(whole)


def test_behind_a_proxy_the_largest_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, readers: Readers
) -> None:
    """All are of one address there: one client could have those cut off who came before it."""
    monkeypatch.setattr(UnreadAnswers, "max_bytes", 2 * SIZE)
    monkeypatch.setattr(BoundedHttpProtocol, "_is_of_a_proxy", lambda _: True)
    for size in (LESS, *[SIZE] * 6):
        readers.ask(size=size)
    whole = readers.got_all()
    assert whole[0]
    assert not all(whole)


def test_one_alone_may_be_of_any_size(monkeypatch: pytest.MonkeyPatch, readers: Readers) -> None:
    monkeypatch.setattr(UnreadAnswers, "max_bytes", SIZE // 100)
    readers.ask()
    assert readers.got_all() == [True]


def let_the_loop_go_on(url: str) -> None:
    for _ in range(3):
        assert exchange(url, request_of(0)).status == 200


class TestNextRequest:
    def test_is_not_begun_before_the_last_answer_is_read(
        self, paused: threading.Semaphore, held: threading.Event
    ) -> None:
        pages = Pages()
        with serving(pages) as url, connect(url) as connection:
            connection.sendall(request_of(SIZE, last=False))
            assert paused.acquire(timeout=60)
            connection.sendall(request_of(SIZE))
            assert held.wait(60)
            let_the_loop_go_on(url)
            assert pages.begun == 1 + 3, "the second answer would wait in memory too"
            assert read_all(connection).data.count(b"HTTP/1.1 200 ") == 2

    def test_is_not_begun_for_who_is_gone(
        self, paused: threading.Semaphore, held: threading.Event
    ) -> None:
        pages = Pages()
        with serving(pages) as url:
            with connect(url) as connection:
                connection.sendall(request_of(SIZE, last=False))
                assert paused.acquire(timeout=60)
                connection.sendall(request_of(SIZE))
                assert held.wait(60)
            wait_until(lambda: not BoundedHttpProtocol._unread_answers._sizes)
            let_the_loop_go_on(url)
        assert pages.begun == 1 + 3
