"""How many images are made at once, and what happens to those that do not fit."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx
import pytest

from app.services.generation.queue import MAX_WAITING
from tests.conftest import ServerFactory
from tests.support import gemini_answers
from tests.support.errors import assert_error
from tests.support.gemini_answers import SMALL, picture_once
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import (
    IMAGES,
    SCENES,
    Ask,
    ask_together,
    image_asked,
    order,
    row_count,
    scene_asked,
)
from tests.support.metrics_page import wait_for_figure, wait_for_pending
from tests.support.running_server import RunningServer


def scene(number: int) -> Ask:
    return scene_asked(f"Place {number}")


def answers_once_all_wait(
    server: RunningServer, asks: list[Ask], gemini: GeminiStandin, at_once: int, refused: int = 0
) -> list[httpx.Response]:
    """The answers, where no image comes before all have arrived that are not refused."""
    finish = Event()
    # A moment more, else none would overlap once they flow, and too many at once not be seen.
    gemini.answer_always(picture_once(finish, gemini_answers.slow_picture(0.1, SMALL)))
    with ThreadPoolExecutor(1) as thread:
        answers = thread.submit(ask_together, server.url, asks)
        try:
            gemini.wait_for_calls(at_once)
            wait_for_pending(server.client, len(asks) - refused)
            if refused:
                labels = {"route": f"{SCENES}/generate", "method": "POST", "status": "503"}
                name = "http_request_duration_seconds_count"
                wait_for_figure(server.client, refused, name, waited="no", **labels)
        finally:
            finish.set()
        return answers.result()


class TestAtOnce:
    @pytest.mark.parametrize("at_once", [1, 3])
    def test_no_more_than_the_setting_says(
        self, at_once: int, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(max_concurrent_generations=at_once)
        asks = [scene(number) for number in range(2 * at_once + 1)]
        answers = answers_once_all_wait(server, asks, gemini, at_once)
        assert {answer.status_code for answer in answers} == {200}
        assert gemini.max_in_flight == at_once

    def test_images_and_scenes_share_the_places(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(max_concurrent_generations=2)
        asks = [*[image_asked()] * 4, *(scene(number) for number in range(4))]
        answers = answers_once_all_wait(server, asks, gemini, at_once=2)
        assert {answer.status_code for answer in answers} == {200}
        assert gemini.max_in_flight == 2

    def test_place_is_given_back_after_a_failure(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(max_concurrent_generations=1)
        gemini.answer_with(gemini_answers.EMPTY, gemini_answers.no_image_bytes, SMALL)
        paths = [server.client.post(f"{IMAGES}/generate", json=order()) for _ in range(3)]
        assert [answer.status_code for answer in paths] == [502, 502, 200]
        assert "emberpeak_generations_pending 0.0" in server.client.get("/metrics").text


class TestFull:
    @pytest.mark.thorough
    def test_one_more_than_may_wait(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(max_concurrent_generations=8, gemini_timeout_seconds=30)
        room, too_many = 8 + MAX_WAITING, 7
        asks = [scene(number) for number in range(room + too_many)]
        answers = answers_once_all_wait(server, asks, gemini, 8, too_many)
        refused = [answer for answer in answers if answer.status_code != 200]
        assert len(refused) == too_many
        for answer in refused:
            assert_error(answer, 503, "queue_full")
            assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert len(gemini.calls) == row_count(server.settings) == room
        assert gemini.max_in_flight <= 8

    def test_refused_requests_are_not_charged(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(max_concurrent_generations=0, max_requests_per_minute=1)
        for _ in range(3):
            answer = server.client.post(f"{IMAGES}/generate", json=order())
            assert_error(answer, 503, "queue_full")
        assert gemini.calls == []

    def test_nothing_else_is_held_up(self, make_gemini_server: ServerFactory) -> None:
        server = make_gemini_server(max_concurrent_generations=0)
        assert server.client.get("/health").status_code == 200
        assert (
            server.client.get(f"{SCENES}/preview", params={"location": "Mill"}).status_code == 200
        )
