"""Paid pictures a client may ask for in a minute; everything that costs nothing is free."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.conftest import ServerFactory
from tests.support import gemini_answers
from tests.support.errors import assert_error
from tests.support.gemini_answers import Answer
from tests.support.gemini_pictures import draw_png
from tests.support.gemini_requests import RecordedCall
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import wait_until
from tests.support.library import (
    IMAGES,
    SCENES,
    ask_together,
    image_asked,
    make_image,
    order,
    scene_asked,
)
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import RunningServer

NO_HEADERS: dict[str, str] = {}


@pytest.fixture
def limited(make_gemini_server: ServerFactory, gemini: GeminiStandin) -> ServerFactory:
    """Start servers with the documented limits, or others, and a model that is quick."""
    gemini.answer_always(gemini_answers.picture_of(draw_png("quick", "1:1", "512")))

    def start(**overrides: Any) -> RunningServer:
        limits = {"max_requests_per_minute": 10, "scene_requests_per_minute": 5}
        return make_gemini_server(**{**limits, **overrides})

    return start


def ask_image(server: RunningServer, headers: dict[str, str] = NO_HEADERS) -> httpx.Response:
    return server.client.post(f"{IMAGES}/generate", json=order(), headers=headers)


def ask_scene(
    server: RunningServer, location: str, headers: dict[str, str] = NO_HEADERS, **words: str
) -> httpx.Response:
    return server.client.post(
        f"{SCENES}/generate", params={"location": location, **words}, headers=headers
    )


def assert_limited(response: httpx.Response, limit: int) -> None:
    body = assert_error(response, 429, "rate_limit")
    assert body["detail"]["limit"] == limit
    assert 1 <= int(response.headers["Retry-After"]) <= 60


class TestLimit:
    def test_eleventh_image(self, limited: ServerFactory, gemini: GeminiStandin) -> None:
        server = limited()
        assert [ask_image(server).status_code for _ in range(10)] == [200] * 10
        assert_limited(ask_image(server), 10)
        assert len(gemini.calls) == 10

    def test_sixth_scene(self, limited: ServerFactory, gemini: GeminiStandin) -> None:
        server = limited()
        answers = [ask_scene(server, f"Place {number}") for number in range(5)]
        assert [answer.status_code for answer in answers] == [200] * 5
        assert_limited(ask_scene(server, "Place 6"), 5)
        assert len(gemini.calls) == 5

    def test_images_and_scenes_are_counted_apart(self, limited: ServerFactory) -> None:
        server = limited(max_requests_per_minute=1, scene_requests_per_minute=1)
        assert ask_image(server).status_code == 200
        assert ask_scene(server, "Mill").status_code == 200
        assert_limited(ask_image(server), 1)
        assert_limited(ask_scene(server, "Ford"), 1)

    def test_forced_picture_counts(self, limited: ServerFactory) -> None:
        server = limited(scene_requests_per_minute=1)
        ask_scene(server, "Mill")
        assert_limited(ask_scene(server, "Mill", force_regenerate="true"), 1)

    def test_at_once_not_one_too_many(self, limited: ServerFactory, gemini: GeminiStandin) -> None:
        server = limited(max_requests_per_minute=3)
        answers = ask_together(server.url, [image_asked()] * 9)
        assert sorted(answer.status_code for answer in answers) == [200] * 3 + [429] * 6
        assert len(gemini.calls) == 3

    def test_nothing_allowed(self, limited: ServerFactory, gemini: GeminiStandin) -> None:
        server = limited(max_requests_per_minute=0, scene_requests_per_minute=0)
        assert_limited(ask_image(server), 0)
        assert_limited(ask_scene(server, "Mill"), 0)
        assert gemini.calls == []

    def test_another_cookie_is_the_same_client(self, limited: ServerFactory) -> None:
        server = limited(max_requests_per_minute=1)
        ask_image(server)
        with server.another_client() as other:
            assert_limited(other.post(f"{IMAGES}/generate", json=order()), 1)

    def test_refusals_are_measured(self, limited: ServerFactory) -> None:
        server = limited(max_requests_per_minute=0)
        ask_image(server)
        text = server.client.get("/metrics").text
        assert 'emberpeak_rate_limited_total{reason="images"} 1.0' in text


class TestFree:
    def test_cached_scenes(self, limited: ServerFactory) -> None:
        server = limited(scene_requests_per_minute=2)
        for _ in range(8):
            assert ask_scene(server, "Mill").status_code == 200
        assert ask_scene(server, "Ford").status_code == 200
        assert_limited(ask_scene(server, "Pier"), 2)
        assert ask_scene(server, "Mill").json()["served"] == "cached"

    def test_reads(self, limited: ServerFactory) -> None:
        server = limited(max_requests_per_minute=2)
        made = make_image(server.client)
        for _ in range(15):
            assert server.client.get(f"{IMAGES}/{made['id']}").status_code == 200
            assert server.client.get(f"{IMAGES}/search").status_code == 200
        assert ask_image(server).status_code == 200

    def test_invalid_requests(self, limited: ServerFactory) -> None:
        server = limited(max_requests_per_minute=1, scene_requests_per_minute=1)
        for _ in range(3):
            assert_error(server.client.post(f"{IMAGES}/generate", json=order(prompt="short")), 422)
            assert_error(ask_scene(server, ""), 422)
        assert ask_image(server).status_code == 200
        assert ask_scene(server, "Mill").status_code == 200

    def test_full_gallery(self, limited: ServerFactory) -> None:
        server = limited(max_requests_per_minute=2, max_images_per_item=1)
        assert ask_image(server).status_code == 200
        for _ in range(3):
            assert_error(ask_image(server), 409, "gallery_full")
        assert make_image(server.client, subject_name="Other")

    def test_foreign_pages(self, limited: ServerFactory) -> None:
        server = limited(max_requests_per_minute=1)
        for _ in range(3):
            assert_error(ask_image(server, {"Origin": "https://evil.example"}), 403)
        assert ask_image(server).status_code == 200

    def test_painted_pictures(self, limited: ServerFactory) -> None:
        server = limited(
            image_provider="pixel", max_requests_per_minute=0, scene_requests_per_minute=0
        )
        for number in range(6):
            assert ask_image(server).status_code == 200
            assert ask_scene(server, f"Place {number}").status_code == 200

    def test_waiting_for_a_picture_on_its_way(
        self, limited: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = limited(scene_requests_per_minute=2)
        gemini.answer_with(gemini_answers.slow_picture(0.4))
        answers = ask_together(server.url, [scene_asked("Mill")] * 8)
        assert {answer.status_code for answer in answers} == {200}
        assert ask_scene(server, "Ford").status_code == 200
        assert_limited(ask_scene(server, "Pier"), 2)


class TestClients:
    def test_forged_address_changes_nothing(self, limited: ServerFactory) -> None:
        server = limited(max_requests_per_minute=2)
        forged = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X_Forwarded_For", "Client-IP")
        for number in range(2):
            assert ask_image(server, {"X-Forwarded-For": f"10.0.0.{number}"}).status_code == 200
        for name in forged:
            assert_limited(ask_image(server, {name: "10.9.9.9"}), 2)

    def test_each_client_of_a_trusted_proxy_has_its_own_count(self, limited: ServerFactory) -> None:
        server = limited(max_requests_per_minute=1, trusted_proxies=("127.0.0.1",))
        for client in ("10.0.0.1", "10.0.0.2", "2001:db8::7"):
            assert ask_image(server, {"X-Forwarded-For": client}).status_code == 200
            assert_limited(ask_image(server, {"X-Forwarded-For": client}), 1)

    def test_what_the_client_put_before_the_proxys_entry_is_not_believed(
        self, limited: ServerFactory
    ) -> None:
        server = limited(max_requests_per_minute=1, trusted_proxies=("127.0.0.1",))
        ask_image(server, {"X-Forwarded-For": "10.0.0.1"})
        assert_limited(ask_image(server, {"X-Forwarded-For": "10.0.0.2, 10.0.0.1"}), 1)

    def test_untrusted_proxy(self, limited: ServerFactory) -> None:
        server = limited(max_requests_per_minute=1, trusted_proxies=("10.0.0.0/8",))
        ask_image(server, {"X-Forwarded-For": "192.0.2.1"})
        assert_limited(ask_image(server, {"X-Forwarded-For": "192.0.2.2"}), 1)

    def test_limit_of_whoever_asked_first_refuses_nobody_else(
        self, limited: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = limited(
            scene_requests_per_minute=1,
            max_concurrent_generations=1,
            trusted_proxies=("127.0.0.1",),
        )
        quick = gemini_answers.picture_of(draw_png("quick", "1:1", "512"))
        go_on = threading.Event()

        def held(call: RecordedCall) -> Answer:
            go_on.wait(PATIENCE_SECONDS)
            return quick(call)

        gemini.answer_with(held)

        def shows(figure: str) -> None:
            wait_until(lambda: figure in server.client.get("/metrics").text)

        with ThreadPoolExecutor(4) as pool:
            asked = []
            for number, (address, place) in enumerate(
                [("10.0.0.1", "Pier"), ("10.0.0.2", "Mill"), ("10.0.0.2", "Ford")], start=1
            ):
                sender = {"X-Forwarded-For": address}
                asked.append(pool.submit(ask_scene, server, place, sender))
                shows(f"emberpeak_generations_pending {number}.0")
            asked.append(pool.submit(ask_scene, server, "Ford", {"X-Forwarded-For": "10.0.0.3"}))
            shows('emberpeak_scene_cache_requests_total{result="coalesced"} 1.0')
            go_on.set()
            answers = [one.result() for one in asked]
        assert [answer.status_code for answer in answers] == [200, 200, 429, 200]
        assert len(gemini.calls) == 3
        # Each once: also whoever joined what was refused, and then began anew.
        shows('emberpeak_scene_cache_requests_total{result="miss"} 3.0')
        shows('emberpeak_scene_cache_requests_total{result="coalesced"} 1.0')
