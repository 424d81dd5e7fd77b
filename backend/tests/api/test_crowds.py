"""What happens to others while some route has more to do than it can."""

import os
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from app.services.library import images
from app.services.storage import StorageService
from tests.support.errors import assert_error
from tests.support.library import IMAGES, make_image
from tests.support.patience import PATIENCE_SECONDS
from tests.support.raw_http import connect, read_one, request_with
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.thorough

SEARCH = request_with("GET", "/api/v1/images/search?q=lamp")
MORE_THAN_ALL_THREADS = 50


@pytest.fixture
def sockets() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def asyncio_threads() -> int:
    """How many asyncio has for ``to_thread``."""
    count = getattr(os, "process_cpu_count", os.cpu_count)  # since Python 3.13
    return min(32, (count() or 1) + 4)


def ask(server: RunningServer, request: bytes, sockets: ExitStack, source: str) -> socket.socket:
    connection = sockets.enter_context(connect(server.url, source=source))
    connection.sendall(request)
    return connection


def test_probes_are_answered_while_all_other_threads_are_busy(
    monkeypatch: pytest.MonkeyPatch, server: RunningServer, sockets: ExitStack
) -> None:
    finish, begun = threading.Event(), threading.Semaphore(0)
    image = make_image(server.client)
    read = StorageService.read_path

    def slowly(storage: StorageService, path: str) -> bytes:
        begun.release()
        assert finish.wait(60)
        return read(storage, path)

    monkeypatch.setattr(StorageService, "read_path", slowly)
    sockets.callback(finish.set)
    path = f"{IMAGES}/{image['id']}?include_data=true"
    for _ in range(MORE_THAN_ALL_THREADS):
        ask(server, request_with("GET", path), sockets, "127.0.0.1")
    for _ in range(asyncio_threads()):
        assert begun.acquire(timeout=PATIENCE_SECONDS)
    for probe in ("/health", "/metrics"):
        assert server.client.get(probe).status_code == 200


def test_searches_of_one_address_leave_room_for_others(
    monkeypatch: pytest.MonkeyPatch, server: RunningServer, sockets: ExitStack
) -> None:
    finish, begun = threading.Event(), threading.Semaphore(0)
    search = images._search

    def slowly(*args: Any) -> object:
        begun.release()
        assert finish.wait(60)
        return search(*args)

    monkeypatch.setattr(images, "_search", slowly)
    sockets.callback(finish.set)
    # Two at work and 48 in line; and one more.
    crowd = [ask(server, SEARCH, sockets, "127.0.0.1") for _ in range(51)]
    refused, *_ = select.select(crowd, [], [], 60)
    assert_error(read_one(refused[0]).parsed, 429, "rate_limit")
    other = ask(server, SEARCH, sockets, "127.0.0.2")
    for _ in range(3):
        assert begun.acquire(timeout=PATIENCE_SECONDS)
    finish.set()
    for connection in {other, *crowd} - set(refused):
        assert read_one(connection).status == 200
