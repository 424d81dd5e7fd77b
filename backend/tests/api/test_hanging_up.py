"""Who asks for a picture and hangs up leaves the picture behind, and nothing else."""

import threading

import pytest

from tests.conftest import ServerFactory
from tests.support.gemini_answers import picture_once
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import outcomes, wait_until
from tests.support.library import IMAGES, SCENES, ask_scene, order
from tests.support.metrics_page import wait_for_coalesced, wait_for_figure
from tests.support.raw_http import HOST, connect, exchange, request_with
from tests.support.running_server import RunningServer

SCENE = f"{SCENES}/generate?location=Mill"
SAID_NOTHING = {"method": "POST", "status": "499", "waited": "yes"}


@pytest.fixture
def finish() -> threading.Event:
    return threading.Event()


@pytest.fixture
def busy(
    make_gemini_server: ServerFactory, gemini: GeminiStandin, finish: threading.Event
) -> RunningServer:
    """A server whose pictures come when they are told to."""
    gemini.answer_always(picture_once(finish))
    return make_gemini_server()


def wait_for_ended(server: RunningServer, number: int, route: str) -> None:
    wait_for_figure(
        server.client, number, "http_request_duration_seconds_count", route=route, **SAID_NOTHING
    )


def test_of_a_scene_ends_each_request_and_not_the_picture(
    busy: RunningServer,
    finish: threading.Event,
    gemini: GeminiStandin,
) -> None:
    for number in range(8):
        with connect(busy.url) as connection:
            connection.sendall(request_with("POST", SCENE))
            if number:
                wait_for_coalesced(busy.client, number)
            wait_until(lambda: len(gemini.calls) == 1)
    wait_for_ended(busy, 8, f"{SCENES}/generate")
    finish.set()
    wait_until(lambda: outcomes(busy.settings) == {"ok": 1})
    assert ask_scene(busy.client, "Mill")["served"] == "cached"


def test_of_an_item_ends_the_request_and_not_the_picture(
    busy: RunningServer, finish: threading.Event, gemini: GeminiStandin
) -> None:
    with connect(busy.url) as connection:
        connection.sendall(request_with("POST", f"{IMAGES}/generate", order()))
        wait_until(lambda: len(gemini.calls) == 1)
    wait_for_ended(busy, 1, f"{IMAGES}/generate")
    finish.set()
    wait_until(lambda: outcomes(busy.settings) == {"ok": 1})


def test_with_a_stand_in_allowed_looks_for_none(
    busy: RunningServer, finish: threading.Event, gemini: GeminiStandin
) -> None:
    with connect(busy.url) as connection:
        connection.sendall(request_with("POST", f"{SCENE}&allow_fallback=true"))
        wait_until(lambda: len(gemini.calls) == 1)
    wait_for_ended(busy, 1, f"{SCENES}/generate")
    wait_for_figure(busy.client, 0, "scene_cache_requests_total", result="placeholder")
    finish.set()


@pytest.mark.thorough
def test_too_much_sent_by_who_waits_is_still_refused(
    busy: RunningServer, finish: threading.Event
) -> None:
    head = f"POST {SCENE} HTTP/1.1\r\n".encode() + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    chunk = b"100000\r\n" + bytes(0x100000) + b"\r\n"
    assert exchange(busy.url, head + chunk * 2).status == 413
    finish.set()
