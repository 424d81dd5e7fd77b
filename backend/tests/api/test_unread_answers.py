"""Answers that clients do not read: what they may take of the memory."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn._types import ASGI3Application

from app.api.http_protocol import BoundedHttpProtocol
from app.api.unread_answers import Connection, UnreadAnswers
from tests.support.raw_http import connect, read_all
from tests.support.served_app import serving

SIZE = 24 * 2**20  # more than the kernel keeps for both ends
LAST = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"


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
def sockets() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


class Readers:
    """Clients that ask, and read only in the end."""

    def __init__(self, url: str, sockets: ExitStack, paused: threading.Semaphore) -> None:
        self._url = url
        self._sockets = sockets
        self._paused = paused
        self._all: list[socket.socket] = []

    def ask(self, address: str) -> None:
        """Ask from an address, and wait until the answer does."""
        reader = self._sockets.enter_context(connect(self._url, source=address))
        reader.sendall(LAST)
        assert self._paused.acquire(timeout=60)
        self._all.append(reader)

    def got_all(self) -> list[bool]:
        """Who of them now reads a whole answer."""
        return [len(read_all(reader).data) > SIZE for reader in self._all]


def test_oldest_are_cut_off_where_all_are_of_one_address(
    monkeypatch: pytest.MonkeyPatch, paused: threading.Semaphore, sockets: ExitStack
) -> None:
    monkeypatch.setattr(UnreadAnswers, "max_bytes", 2 * SIZE)
    with serving(Response(bytes(SIZE))) as url:
        readers = Readers(url, sockets, paused)
        for _ in range(6):
            readers.ask("127.0.0.1")
        whole = readers.got_all()
    assert whole == sorted(whole)
    assert not whole[0]
    assert whole[-1]


def test_address_that_leaves_most_unread_pays(
    monkeypatch: pytest.MonkeyPatch, paused: threading.Semaphore, sockets: ExitStack
) -> None:
    monkeypatch.setattr(UnreadAnswers, "max_bytes", 3 * SIZE)
    with serving(Response(bytes(SIZE))) as url:
        readers = Readers(url, sockets, paused)
        for address in ("127.0.0.1", *["127.0.0.2"] * 6):
            readers.ask(address)
        whole = readers.got_all()
    assert whole[0], "the oldest of all, of another address"
    assert not all(whole)


def test_one_alone_may_be_of_any_size(
    monkeypatch: pytest.MonkeyPatch, paused: threading.Semaphore, sockets: ExitStack
) -> None:
    monkeypatch.setattr(UnreadAnswers, "max_bytes", SIZE // 100)
    with serving(Response(bytes(SIZE))) as url:
        readers = Readers(url, sockets, paused)
        readers.ask("127.0.0.1")
        assert readers.got_all() == [True]


def test_next_answer_is_not_begun_before_the_last_is_read(
    monkeypatch: pytest.MonkeyPatch, paused: threading.Semaphore
) -> None:
    begun, held = threading.Semaphore(0), threading.Event()
    answer = Response(bytes(SIZE))
    once_read = BoundedHttpProtocol._once_read

    def noticed(protocol: BoundedHttpProtocol, app: ASGI3Application) -> ASGI3Application:
        held.set()
        return once_read(protocol, app)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        begun.release()
        await answer(scope, receive, send)

    monkeypatch.setattr(BoundedHttpProtocol, "_once_read", noticed)
    with serving(app) as url, connect(url) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert paused.acquire(timeout=60)
        connection.sendall(LAST)
        assert held.wait(60)
        assert begun.acquire(blocking=False)
        assert not begun.acquire(blocking=False), "the second answer waits in memory too"
        assert read_all(connection).data.count(b"HTTP/1.1 200 ") == 2
