"""Reads are answered while pictures are being made; by order, since times depend on the machine."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import httpx
import pytest

from tests.support.gemini_answers import picture_once
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import IMAGES, SCENES, ask_scene, make_image
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.thorough


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def timed_reads(server: RunningServer, paths: list[str]) -> dict[str, float]:
    """Milliseconds of one read each, all of which must be answered."""
    times = {}
    for path in paths:
        began = time.perf_counter()
        assert server.client.get(path).status_code == 200
        times[path] = (time.perf_counter() - began) * 1000
    return times


def test_reads_during_a_slow_answer_of_gemini(
    gemini_server: RunningServer, gemini: GeminiStandin, threads: ThreadPoolExecutor
) -> None:
    made = make_image(gemini_server.client)
    ask_scene(gemini_server.client, "Cached")
    finish = Event()
    gemini.answer_with(picture_once(finish))
    with gemini_server.another_client() as patient:
        generation = threads.submit(ask_scene, patient, "Slow")
        gemini.wait_for_calls(3)
        times = timed_reads(
            gemini_server,
            [f"{IMAGES}/{made['id']}", made["url"], f"{IMAGES}/search", "/health", "/metrics"],
        )
        assert ask_scene(gemini_server.client, "Cached")["served"] == "cached"
        assert not generation.done(), "the reads waited for the picture"
        finish.set()
        assert generation.result()["served"] == "generated"
    print({path: f"{taken:.1f} ms" for path, taken in times.items()})  # noqa: T201 - to be read


def test_reads_while_eight_pictures_are_painted(
    server: RunningServer, threads: ThreadPoolExecutor
) -> None:
    made = make_image(server.client)
    with server.another_client() as painting:

        def paint(number: int) -> httpx.Response:
            return painting.post(f"{SCENES}/generate", params={"location": f"Cavern {number}"})

        pictures: list[Future[httpx.Response]] = [threads.submit(paint, n) for n in range(8)]
        answered_meanwhile: list[float] = []
        while not all(picture.done() for picture in pictures):
            begun = pending(server) > 0
            times = timed_reads(server, [f"{IMAGES}/{made['id']}"])
            if begun and not any(picture.done() for picture in pictures):
                answered_meanwhile.extend(times.values())
        assert {picture.result().status_code for picture in pictures} == {200}
    assert answered_meanwhile, "no read was answered before the first picture was finished"
    slowest = max(answered_meanwhile)
    print(f"slowest of {len(answered_meanwhile)} reads: {slowest:.1f} ms")  # noqa: T201


def pending(server: RunningServer) -> float:
    """Pictures being made or waiting, as the metrics tell."""
    lines = server.client.get("/metrics").text.splitlines()
    (value,) = (line.split()[1] for line in lines if line.startswith("emberpeak_generations_pend"))
    return float(value)
