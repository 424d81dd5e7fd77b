"""What happens to others while a route has more to do than it can, or an image takes long."""

import os
import select
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from app.services.library.images import ImageFilter
from app.services.storage import StorageService
from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.gemini_answers import picture_once
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import outcomes, wait_until
from tests.support.library import IMAGES, SCENES, ask_scene, make_image, order
from tests.support.metrics_page import wait_for_coalesced, wait_for_figure
from tests.support.patience import PATIENCE_SECONDS
from tests.support.raw_http import HOST, connect, read_one, request_with
from tests.support.running_server import RunningServer

SCENE = f"{SCENES}/generate?location=Mill"
SEARCH = request_with("GET", f"{IMAGES}/search?q=lamp")
MORE_THAN_ALL_THREADS = 50


@pytest.fixture
def sockets() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def finish() -> threading.Event:
    return threading.Event()


@pytest.fixture
def busy(
    make_gemini_server: ServerFactory, gemini: GeminiStandin, finish: threading.Event
) -> RunningServer:
    """A server whose images come when they are told to."""
    gemini.answer_always(picture_once(finish))
    return make_gemini_server()


def asyncio_threads() -> int:
    """How many asyncio has for ``to_thread``."""
    count = getattr(os, "process_cpu_count", os.cpu_count)  # since Python 3.13
    return min(32, (count() or 1) + 4)


def ask(server: RunningServer, request: bytes, sockets: ExitStack, source: str) -> socket.socket:
    connection = sockets.enter_context(connect(server.url, source=source))
    connection.sendall(request)
    return connection


@pytest.mark.thorough
class TestCrowds:
    def test_probes_are_answered_while_all_other_threads_are_busy(
        self,
        monkeypatch: pytest.MonkeyPatch,
        server: RunningServer,
        sockets: ExitStack,
        finish: threading.Event,
    ) -> None:
        begun = threading.Semaphore(0)
        image = make_image(server.client)
        read = StorageService.read_path

        def slowly(storage: StorageService, path: str) -> bytes:
            begun.release()
            assert finish.wait(PATIENCE_SECONDS)
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
        self,
        monkeypatch: pytest.MonkeyPatch,
        server: RunningServer,
        sockets: ExitStack,
        finish: threading.Event,
    ) -> None:
        begun = threading.Semaphore(0)
        conditions = ImageFilter.conditions

        def slowly(wanted: ImageFilter) -> Any:
            begun.release()
            assert finish.wait(PATIENCE_SECONDS)
            return conditions(wanted)

        monkeypatch.setattr(ImageFilter, "conditions", slowly)
        sockets.callback(finish.set)
        # Two at work and 48 in line; and one more.
        crowd = [ask(server, SEARCH, sockets, "127.0.0.1") for _ in range(51)]
        refused, *_ = select.select(crowd, [], [], PATIENCE_SECONDS)
        assert_error(read_one(refused[0]).parsed, 429, "rate_limit")
        other = ask(server, SEARCH, sockets, "127.0.0.2")
        for _ in range(3):
            assert begun.acquire(timeout=PATIENCE_SECONDS)
        finish.set()
        for connection in {other, *crowd} - set(refused):
            assert read_one(connection).status == 200


@pytest.mark.thorough
def test_reads_do_not_wait_for_an_image(
    busy: RunningServer, finish: threading.Event, gemini: GeminiStandin
) -> None:
    finish.set()
    made = make_image(busy.client)
    ask_scene(busy.client, "Cached")
    finish.clear()
    with busy.another_client() as patient, ThreadPoolExecutor(1) as thread:
        generation = thread.submit(ask_scene, patient, "Slow")
        gemini.wait_for_calls(3)
        address = f"{IMAGES}/{made['id']}"
        for path in (address, made["url"], f"{IMAGES}/search", "/health", "/metrics"):
            assert busy.client.get(path).status_code == 200
        assert ask_scene(busy.client, "Cached")["served"] == "cached"
        assert not generation.done(), "the reads waited for the image"
        finish.set()
        assert generation.result()["served"] == "generated"


class TestHangingUp:
    """If a client asks for an image and hangs up, the image is kept, and nothing else remains."""

    def test_ends_each_request_and_no_image(
        self, busy: RunningServer, finish: threading.Event, gemini: GeminiStandin
    ) -> None:
        def hang_up_after(calls: int, path: str, body: object = None) -> None:
            with connect(busy.url) as connection:
                connection.sendall(request_with("POST", path, body))
                wait_until(lambda: len(gemini.calls) == calls)

        def wait_for_ended(number: int, route: str) -> None:
            name = "http_request_duration_seconds_count"
            labels = {"method": "POST", "status": "499", "waited": "yes"}
            wait_for_figure(busy.client, number, name, route=route, **labels)

        hang_up_after(1, SCENE)
        for number in range(1, 4):
            with connect(busy.url) as connection:
                connection.sendall(request_with("POST", SCENE))
                wait_for_coalesced(busy.client, number)
        wait_for_ended(4, f"{SCENES}/generate")
        hang_up_after(2, f"{IMAGES}/generate", order())
        wait_for_ended(1, f"{IMAGES}/generate")
        hang_up_after(3, f"{SCENES}/generate?location=Ford&allow_fallback=true")
        wait_for_ended(5, f"{SCENES}/generate")
        wait_for_figure(busy.client, 0, "scene_cache_requests_total", result="placeholder")
        finish.set()
        wait_until(lambda: outcomes(busy.settings) == {"ok": 3})
        assert ask_scene(busy.client, "Mill")["served"] == "cached"

    @pytest.mark.thorough
    def test_too_much_sent_by_who_waits_is_still_refused(
        self, busy: RunningServer, finish: threading.Event
    ) -> None:
        head = f"POST {SCENE} HTTP/1.1\r\n".encode() + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
        chunk = b"100000\r\n" + bytes(0x100000) + b"\r\n"
        with connect(busy.url) as connection:
            connection.sendall(head + chunk * 2)
            assert read_one(connection).status == 413
        finish.set()
