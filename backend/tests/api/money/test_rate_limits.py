"""Images a client may have made in a minute, whoever makes them; the rest is free."""

import threading
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image, ImageChops

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
    LONG_AGO,
    SCENES,
    ask_together,
    execute,
    image_asked,
    make_image,
    order,
    row_count,
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


class TestPainter:
    """Without a key images cost nothing, and fill the disk all the same."""

    @pytest.fixture
    def painting(self, limited: ServerFactory) -> RunningServer:
        return limited(
            image_provider="pixel", max_requests_per_minute=2, scene_requests_per_minute=2
        )

    def test_counts_too(self, painting: RunningServer) -> None:
        for number in range(2):
            assert ask_image(painting).status_code == 200
            assert ask_scene(painting, f"Place {number}").status_code == 200
            assert ask_scene(painting, "Place 0").status_code == 200
        assert_limited(ask_image(painting), 2)
        assert_limited(ask_scene(painting, "Place 2"), 2)
        assert_limited(ask_scene(painting, "Place 0", force_regenerate="true"), 2)
        assert ask_scene(painting, "Place 0").json()["served"] == "cached"

    def test_stand_in_is_the_picture_that_would_have_been_stored(
        self, painting: RunningServer, make_server: ServerFactory
    ) -> None:
        for number in range(2):
            ask_scene(painting, f"Place {number}", allow_fallback="true")
        # Not the nearest of the same place.
        answer = ask_scene(painting, "Place 0", time_of_day="dusk", allow_fallback="true")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
        shown = answer.json()
        assert (shown["served"], shown["reason"]) == ("placeholder", "rate_limit")
        assert shown["provider"] == "pixel"
        assert row_count(painting.settings) == 2
        stored = ask_scene(make_server(), "Place 0", time_of_day="dusk").json()
        assert (stored["served"], row_count(painting.settings)) == ("generated", 3)
        seen, kept = (
            Image.open(BytesIO(painting.client.get(picture["url"]).content))
            for picture in (shown, stored)
        )
        assert seen.size == kept.size == (stored["width"], stored["height"])
        assert ImageChops.difference(seen.convert("RGB"), kept.convert("RGB")).getbbox() is None

    def test_stand_ins_count_in_no_minute(self, painting: RunningServer) -> None:
        for number in range(8):
            answer = ask_scene(painting, f"Place {number}", allow_fallback="true")
            assert answer.status_code == 200
            assert painting.client.get(answer.json()["url"]).status_code == 200
        assert row_count(painting.settings) == 2

    @pytest.mark.thorough
    def test_operators_jobs_are_not_stopped(self, painting: RunningServer) -> None:
        scenes = [{"location": f"Place {number}"} for number in range(6)]
        job = painting.client.post(f"{SCENES}/warm", json={"scenes": scenes}).json()["job"]
        address = f"/api/v1/jobs/{job['id']}"
        wait_until(lambda: painting.client.get(address).json()["state"] == "done")
        assert painting.client.get(address).json()["generated"] == 6


class TestAheadOfNeed:
    def test_counts_apart(self, limited: ServerFactory, gemini: GeminiStandin) -> None:
        server = limited(scene_requests_per_minute=2)
        for kind, priority in (("Low", "low"), ("Place", "normal")):
            for number in range(2):
                answer = ask_scene(server, f"{kind} {number}", priority=priority)
                assert answer.status_code == 200
            assert_limited(ask_scene(server, f"{kind} 2", priority=priority), 2)
        assert ask_scene(server, "Low 0", priority="low").json()["served"] == "cached"
        assert len(gemini.calls) == 4

    def test_script_without_cookies(self, limited: ServerFactory, gemini: GeminiStandin) -> None:
        """The last way round the five a minute."""
        server = limited()
        asks = [scene_asked(f"Place {number}", priority="low") for number in range(20)]
        answers = ask_together(server.url, asks)
        assert sorted(answer.status_code for answer in answers) == [200] * 5 + [429] * 15
        assert len(gemini.calls) == 5


class TestNoWayRound:
    @pytest.mark.thorough
    @pytest.mark.parametrize(
        ("method", "words"),
        [
            ("POST", {"force_regenerate": "true"}),
            ("POST", {"force_regenerate": "true", "allow_fallback": "true"}),
            ("POST", {"force_regenerate": "true", "priority": "low"}),
            ("POST", {"allow_fallback": "true", "priority": "low"}),
            ("GET", {}),
            ("HEAD", {}),
            ("OPTIONS", {}),
        ],
    )
    def test_makes_more(
        self, method: str, words: dict[str, str], limited: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = limited(scene_requests_per_minute=1)
        for priority in ("normal", "low"):
            ask_scene(server, f"Place {priority}", priority=priority)
        for number in range(3):
            for place in ("Place normal", f"Another {number}"):
                server.client.request(
                    method, f"{SCENES}/generate", params={"location": place, **words}
                )
                server.client.request(method, f"{SCENES}/preview", params={"location": place})
        assert len(gemini.calls) == row_count(server.settings) == 2

    def test_expired_scene_counts(self, limited: ServerFactory, gemini: GeminiStandin) -> None:
        """It is made again behind what is shown."""
        server = limited(scene_requests_per_minute=2)
        for number in range(2):
            ask_scene(server, f"Place {number}")
        execute(server.settings, "UPDATE scene_cache SET expires_at = ?", LONG_AGO)
        for number in range(2):
            answer = ask_scene(server, f"Place {number}", allow_fallback="true").json()
            assert (answer["served"], answer["reason"]) == ("stale", "rate_limit")
        assert len(gemini.calls) == 2


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
