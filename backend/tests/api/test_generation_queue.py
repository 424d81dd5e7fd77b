"""How many pictures are made at once, and what happens to those that do not fit."""

import pytest

from app.services.generation_queue import MAX_WAITING
from tests.conftest import ServerFactory
from tests.support import gemini_answers
from tests.support.errors import assert_error
from tests.support.gemini_answers import Answer, AnswerMaker
from tests.support.gemini_pictures import draw_png
from tests.support.gemini_requests import RecordedCall
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

SMALL = gemini_answers.picture_of(draw_png("small", "1:1", "512"))


def slowly(seconds: float) -> AnswerMaker:
    def answer(call: RecordedCall) -> Answer:
        made = SMALL(call)
        return Answer(made.status, made.body, made.content_type, delay=seconds)

    return answer


def scene(number: int) -> Ask:
    return scene_asked(f"Place {number}")


class TestAtOnce:
    @pytest.mark.parametrize("at_once", [1, 3])
    def test_no_more_than_the_setting_says(
        self, at_once: int, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(max_concurrent_generations=at_once)
        gemini.answer_always(slowly(0.3))
        answers = ask_together(server.url, [scene(number) for number in range(2 * at_once + 1)])
        assert {answer.status_code for answer in answers} == {200}
        assert gemini.max_in_flight == at_once

    def test_images_and_scenes_share_the_places(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(max_concurrent_generations=2)
        gemini.answer_always(slowly(0.2))
        images = [image_asked()] * 4
        answers = ask_together(server.url, [*images, *(scene(number) for number in range(4))])
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
    def test_one_more_than_may_wait(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(max_concurrent_generations=8, gemini_timeout_seconds=30)
        room, too_many = 8 + MAX_WAITING, 7
        # The first ones take until all have arrived.
        gemini.answer_with(*[slowly(1.5)] * 8)
        gemini.answer_always(SMALL)
        answers = ask_together(server.url, [scene(number) for number in range(room + too_many)])
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
