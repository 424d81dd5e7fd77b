"""A walk through all twenty places while the model is down: always an image, never a lie."""

import re
from collections.abc import Sequence
from threading import Event, current_thread
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event

from app.services.scenes.adventure import PLACES
from tests.api.conftest import Restart
from tests.conftest import GEMINI_KEY, ServerFactory
from tests.support import gemini_answers, gemini_failures
from tests.support.gemini_answers import SMALL, picture_once
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import wait_until
from tests.support.library import (
    LONG_AGO,
    SCENES,
    ask_scene,
    ask_together,
    execute,
    row_count,
    scene_asked,
    stored_files,
)
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.thorough

STAND_INS = {"stale", "near", "placeholder"}


def look(server: RunningServer, location: str, **words: str) -> httpx.Response:
    params = {"location": location, "allow_fallback": "true", **words}
    return server.client.post(f"{SCENES}/generate", params=params)


def expire(server: RunningServer, *places: str) -> None:
    for place in places:
        execute(
            server.settings,
            "UPDATE scene_cache SET expires_at = ? WHERE location = ?",
            LONG_AGO,
            place,
        )


# What opens the circuit breaker, sooner or later while the refreshes fail behind.
OPENED = ("timeout", "connection_lost")


def assert_stand_in(answer: httpx.Response, served: str, *reasons: str) -> Any:
    scene = answer.json()
    assert (answer.status_code, scene["served"]) == (200, served)
    assert scene["reason"] in reasons
    assert answer.headers["Cache-Control"] == "no-store"
    assert int(answer.headers["Retry-After"]) >= 1
    return scene


def statistics(server: RunningServer) -> tuple[int, int]:
    found = server.client.get(f"{SCENES}/cache/stats").json()
    return found["hits"], found["misses"]


@pytest.mark.parametrize(
    "down",
    [gemini_failures.OVERLOADED, gemini_failures.NEVER_ANSWERS, gemini_failures.DROPPED],
    ids=["overloaded", "silent", "dropped"],
)
def test_walk_with_half_of_the_entries_expired(
    down: gemini_answers.Answer, open_server: Restart, gemini: GeminiStandin
) -> None:
    gemini.answer_always(SMALL)
    values = {"gemini_api_key": GEMINI_KEY, "scene_requests_per_minute": 1000}
    with open_server(**values) as server:
        painted = {place: ask_scene(server.client, place)["id"] for place in PLACES}
    fresh, old = PLACES[::2], PLACES[1::2]
    expire(server, *old)
    gemini.answer_always(down)
    with open_server(**values, gemini_timeout_seconds=0.5) as server:
        walk_twice(server, painted, fresh, old)
    assert len(gemini.calls) > len(PLACES), "refreshes were tried"


def walk_twice(
    server: RunningServer,
    painted: dict[str, int],
    fresh: Sequence[str],
    old: Sequence[str],
) -> None:
    before = everything_stored(server)
    for _ in range(2):
        for place in PLACES:
            answer = look(server, place)
            assert answer.json()["id"] == painted[place]
            if place in fresh:
                assert answer.json()["served"] == "cached"
            else:
                assert_stand_in(answer, "stale", "refreshing", *OPENED)
            shown = server.client.get(answer.json()["url"])
            assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
        # Refreshes behind the stale ones fail, and leave nothing behind either.
        wait_until(lambda: "emberpeak_generations_pending 0.0" in metrics_of(server))
        assert everything_stored(server) == before
    assert statistics(server) == (2 * len(fresh), len(PLACES) + 2 * len(old))


def metrics_of(server: RunningServer) -> str:
    return server.client.get("/metrics").text


def everything_stored(server: RunningServer) -> list[object]:
    rows = [
        execute(server.settings, f"SELECT * FROM {table} ORDER BY id")
        for table in ("image_assets", "scene_cache")
    ]
    return [*rows, stored_files(server.settings)]


def test_walk_where_little_is_painted(
    make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    assert len(PLACES) == 20
    server = make_gemini_server()
    gemini.answer_always(SMALL)
    fresh, old, elsewhere, never = PLACES[:5], PLACES[5:10], PLACES[10:15], PLACES[15:]
    for place in (*fresh, *old):
        ask_scene(server.client, place)
    for place in elsewhere:
        ask_scene(server.client, place, weather="rain")
    expire(server, *old)
    gemini.answer_always(gemini_failures.BAD_REQUEST)
    stored, hits = row_count(server.settings), statistics(server)[0]

    seen: dict[str, list[str]] = {}
    for place in PLACES:
        answer = look(server, place)
        scene = answer.json()
        seen.setdefault(scene["served"], []).append(place)
        shown = server.client.get(scene["url"])
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
        assert len(shown.content) > 500
        if scene["served"] in STAND_INS:
            behind = ["refreshing"] * (scene["served"] == "stale")
            assert_stand_in(answer, scene["served"], "rejected_request", *behind)
            assert scene["subject_name"] == place
    assert seen == {
        "cached": [*fresh],
        "stale": [*old],
        "near": [*elsewhere],
        "placeholder": [*never],
    }
    assert statistics(server) == (hits + 5, 15 + 15)
    assert row_count(server.settings) == row_count(server.settings, "scene_cache") == stored
    assert len(stored_files(server.settings)) == 2 * stored


def test_stale_starts_one_refresh_behind_it(
    gemini_server: RunningServer, gemini: GeminiStandin
) -> None:
    gemini.answer_always(SMALL)
    old = ask_scene(gemini_server.client, "Mill")
    expire(gemini_server, "Mill")
    finish = Event()
    gemini.answer_always(picture_once(finish))
    answers = ask_together(gemini_server.url, [scene_asked("Mill", allow_fallback="true")] * 20)
    for answer in answers:
        assert assert_stand_in(answer, "stale", "refreshing")["id"] == old["id"]
    finish.set()
    wait_until(lambda: row_count(gemini_server.settings) == 2)
    new = ask_scene(gemini_server.client, "Mill")
    assert new["served"] == "cached"
    assert new["id"] != old["id"]
    assert len(gemini.calls) == 2


def test_stale_says_why_no_refresh_is_made(
    make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    server = make_gemini_server(scene_requests_per_minute=2, daily_image_limit=2)
    gemini.answer_with(SMALL, gemini_failures.QUOTA_PER_MINUTE)
    ask_scene(server.client, "Mill")
    expire(server, "Mill")
    assert_stand_in(look(server, "Ford"), "placeholder", "quota_minute")
    waiting = look(server, "Mill")
    assert_stand_in(waiting, "stale", "quota_minute")
    assert int(waiting.headers["Retry-After"]) > 10
    assert len(gemini.calls) == 2


def test_stale_when_the_limit_is_reached(
    make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    server = make_gemini_server(daily_image_limit=1)
    gemini.answer_always(SMALL)
    ask_scene(server.client, "Mill")
    expire(server, "Mill")
    assert_stand_in(look(server, "Mill"), "stale", "daily_limit")
    assert_stand_in(look(server, "Ford"), "placeholder", "daily_limit")
    assert len(gemini.calls) == 1


def test_near_is_never_another_place(gemini_server: RunningServer, gemini: GeminiStandin) -> None:
    gemini.answer_always(SMALL)
    for place in ("Mill Pond", "Old Mill", "Mill|day", "M_ll", "Mil%"):
        ask_scene(gemini_server.client, place)
    gemini.answer_always(gemini_failures.BAD_REQUEST)
    assert_stand_in(look(gemini_server, "Mill"), "placeholder", "rejected_request")


def test_near_is_looked_for_beside_the_event_loop(
    gemini_server: RunningServer, gemini: GeminiStandin
) -> None:
    """Free words make as many scenes of one place as somebody likes, and all are compared."""
    gemini.answer_always(SMALL)
    ask_scene(gemini_server.client, "Mill", weather="rain")
    gemini.answer_always(gemini_failures.BAD_REQUEST)
    threads: set[str] = set()

    def note(*about: Any) -> None:
        if "cache_key >= " in about[2]:
            threads.add(current_thread().name)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert_stand_in(look(gemini_server, "Mill"), "near", "rejected_request")
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert threads
    assert "test-server" not in threads


def test_near_takes_the_same_hour_first(
    gemini_server: RunningServer, gemini: GeminiStandin
) -> None:
    gemini.answer_always(SMALL)
    same_hour = ask_scene(gemini_server.client, "Mill", time_of_day="dusk", weather="rain")
    ask_scene(gemini_server.client, "Mill", time_of_day="dawn", weather="fog")
    gemini.answer_always(gemini_failures.BAD_REQUEST)
    scene = assert_stand_in(
        look(gemini_server, "mill", time_of_day="dusk"), "near", "rejected_request"
    )
    assert scene["id"] == same_hour["id"]


def test_painted_here_stands_in_only_where_nothing_else_is(
    open_server: Restart, gemini: GeminiStandin
) -> None:
    gemini.answer_always(SMALL)
    with open_server(gemini_api_key=GEMINI_KEY) as server:
        paid = ask_scene(server.client, "Mill", weather="rain")
    with open_server() as server:
        ask_scene(server.client, "Mill", weather="fog")
    gemini.answer_always(gemini_failures.BAD_REQUEST)
    with open_server(gemini_api_key=GEMINI_KEY) as server:
        assert look(server, "Mill", weather="snow").json()["id"] == paid["id"]


def test_new_picture_that_cannot_be_made(
    gemini_server: RunningServer, gemini: GeminiStandin
) -> None:
    gemini.answer_always(SMALL)
    own = ask_scene(gemini_server.client, "Mill")
    ask_scene(gemini_server.client, "Mill", weather="rain")
    gemini.answer_always(gemini_failures.BAD_REQUEST)
    scene = assert_stand_in(
        look(gemini_server, "Mill", force_regenerate="true"), "stale", "rejected_request"
    )
    assert scene["id"] == own["id"]
    assert ask_scene(gemini_server.client, "Mill")["id"] == own["id"]


def test_placeholder_is_the_preview(gemini_server: RunningServer, gemini: GeminiStandin) -> None:
    gemini.answer_always(gemini_failures.BAD_REQUEST)
    scene = look(gemini_server, "Mill & Pond", weather="rain").json()
    assert re.match(r"/api/v1/scenes/preview\?location=Mill\+%26\+Pond&", scene["url"])
    assert [scene[name] for name in ("id", "created_at", "storage_path_full")] == [None] * 3
    assert scene["model_used"] == "pixel-artist"
    assert row_count(gemini_server.settings) == 0
