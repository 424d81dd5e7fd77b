"""POST /api/v1/scenes/generate: made once, served from then on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event, Timer

import httpx
import pytest

from tests.api.conftest import Restart
from tests.conftest import GEMINI_KEY, ServerFactory
from tests.support.gemini_answers import picture_once
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import (
    IMAGES,
    LONG_AGO,
    SCENES,
    ask_scene,
    ask_together,
    execute,
    row_count,
    scene_asked,
    stored_files,
)
from tests.support.metrics_page import wait_for_coalesced
from tests.support.running_server import RunningServer

GENERATE = f"{SCENES}/generate"


class TestCache:
    def test_facts(self, shared_server: RunningServer) -> None:
        made = ask_scene(shared_server.client, "Salt Mine", time_of_day="dusk", weather="fog")
        assert made["subject_name"] == "Salt Mine"
        assert made["subject_type"] == "scene"
        assert made["component"] == "scene-viewer"
        assert made["aspect_ratio"] == "16:9"
        assert (made["width"], made["height"]) == (1344, 756)
        assert all(word in made["prompt_used"] for word in ("Salt Mine", "dusk", "fog"))
        assert all(word in made["alt_text"] for word in ("Salt Mine", "dusk", "fog"))

    def test_each_place_hour_and_weather_has_its_own(self, shared_server: RunningServer) -> None:
        words = [
            {"location": "Pier"},
            {"location": "Pier", "time_of_day": "night"},
            {"location": "Pier", "weather": "storm"},
            {"location": "Pier|night"},
        ]
        made = [ask_scene(shared_server.client, **word) for word in words]
        assert len({scene["id"] for scene in made}) == 4
        assert len({scene["content_hash"] for scene in made}) == 4

    def test_lives_as_long_as_the_setting_says(self, make_server: ServerFactory) -> None:
        made = ask_scene(make_server(cache_expiry_days=3).client)
        lifetime = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(
            made["created_at"]
        )
        assert lifetime == timedelta(days=3)
        assert made["expires_at"].endswith("Z")


class TestExpiry:
    def test_forced_or_expired_scene_is_made_again(self, server: RunningServer) -> None:
        client = server.client
        made = [ask_scene(client), ask_scene(client, force_regenerate="true")]
        assert ask_scene(client) == {**made[1], "served": "cached"}
        execute(server.settings, "UPDATE scene_cache SET expires_at = ?", LONG_AGO)
        made.append(ask_scene(client))
        assert ask_scene(client)["id"] == made[2]["id"]
        assert {scene["served"] for scene in made} == {"generated"}
        assert made[0]["content_hash"] != made[1]["content_hash"]
        assert len({scene["id"] for scene in made}) == 3
        assert row_count(server.settings, "scene_cache") == 1
        for scene in made:
            assert client.get(f"{IMAGES}/{scene['id']}").status_code == 200

    def test_painted_picture_counts_as_expired_where_gemini_is_at_hand(
        self, open_server: Restart, gemini: GeminiStandin
    ) -> None:
        with open_server() as server:
            assert ask_scene(server.client)["model_used"] == "pixel-artist"
        with open_server(gemini_api_key=GEMINI_KEY) as server:
            made = ask_scene(server.client)
            assert (made["served"], made["model_used"]) == ("generated", "gemini-nano-banana-2.1")
        assert len(gemini.calls) == 1


class TestOneFlight:
    def test_sixty_at_once_get_one_picture(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        finish = Event()
        gemini.answer_always(picture_once(finish))
        spellings = ("Crystal Cavern", "crystal cavern", " Crystal  CAVERN")
        asks = [scene_asked(spellings[number % 3]) for number in range(60)]
        with ThreadPoolExecutor(1) as thread:
            asking = thread.submit(ask_together, gemini_server.url, asks)
            wait_for_coalesced(gemini_server.client, 59)
            finish.set()
            answers = asking.result()
        assert {answer.status_code for answer in answers} == {200}
        scenes = [answer.json() for answer in answers]
        assert len(gemini.calls) == 1
        assert len({scene["id"] for scene in scenes}) == 1
        assert len({scene["content_hash"] for scene in scenes}) == 1
        assert {scene["served"] for scene in scenes} == {"generated"}
        assert row_count(gemini_server.settings) == 1
        assert row_count(gemini_server.settings, "scene_cache") == 1
        assert len(stored_files(gemini_server.settings)) == 2

    def test_different_scenes_fly_side_by_side(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        finish = Event()
        gemini.answer_always(picture_once(finish))
        asks = [scene_asked("Ford", time_of_day=hour) for hour in ("dawn", "day", "dusk", "night")]
        with ThreadPoolExecutor(1) as thread:
            asking = thread.submit(ask_together, gemini_server.url, asks)
            gemini.wait_for_calls(4)
            finish.set()
            asking.result()
        assert (len(gemini.calls), gemini.max_in_flight) == (4, 4)


def hang_up(server: RunningServer, gemini: GeminiStandin) -> None:
    """Ask for the bridge, give up soon, and come back once the model has been asked."""
    with server.another_client() as hasty, pytest.raises(httpx.ReadTimeout):
        hasty.post(GENERATE, params={"location": "Bridge"}, timeout=0.3)
    gemini.wait_for_calls(1)


class TestHangingUp:
    def test_whoever_waits_for_the_same_still_gets_it(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        finish = Event()
        gemini.answer_with(picture_once(finish))
        hang_up(gemini_server, gemini)
        with ThreadPoolExecutor(1) as thread, gemini_server.another_client() as patient:
            asking = thread.submit(ask_scene, patient, "Bridge")
            wait_for_coalesced(gemini_server.client, 1)
            finish.set()
            assert asking.result()["served"] == "generated"
        assert len(gemini.calls) == 1

    def test_server_that_stops_finishes_the_picture_first(
        self, open_server: Restart, gemini: GeminiStandin
    ) -> None:
        finish = Event()
        gemini.answer_with(picture_once(finish))
        with open_server(gemini_api_key=GEMINI_KEY) as server:
            hang_up(server, gemini)
            Timer(0.5, finish.set).start()  # the server is told to stop before
        assert row_count(server.settings) == 1
        with open_server(gemini_api_key=GEMINI_KEY) as server:
            assert ask_scene(server.client, "Bridge")["served"] == "cached"
