"""Cached scenes are sent again without being looked up, and are never out of date."""

from typing import Any

import httpx
import pytest

from app.services.scenes.cache import CacheService
from tests.support.library import SCENES, ask_scene, execute
from tests.support.running_server import RunningServer

MILL = {"location": "Old Mill"}


@pytest.fixture
def look_ups(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was looked up in the cache of scenes."""
    seen: list[object] = []
    find = CacheService.find

    def watched(self: CacheService, *arguments: Any) -> object:
        seen.append(arguments)
        return find(self, *arguments)

    monkeypatch.setattr(CacheService, "find", watched)
    return seen


def ask(server: RunningServer, **words: str) -> httpx.Response:
    answer = server.client.post(f"{SCENES}/generate", params={**MILL, **words})
    assert answer.status_code == 200, answer.text
    return answer


def test_same_answer_and_each_is_counted(server: RunningServer, look_ups: list[object]) -> None:
    made = ask(server).json()
    look_ups.clear()
    answers = [ask(server) for _ in range(40)]
    # Counts are written once a second, which is a commit too.
    assert len(look_ups) < len(answers) / 2
    assert {answer.content for answer in answers} == {answers[0].content}
    assert answers[0].json() == {**made, "served": "cached"}
    headers = [
        {name: value for name, value in answer.headers.items() if name != "date"}
        for answer in answers
    ]
    assert len({each.pop("x-request-id") for each in headers}) == len(answers)
    assert all(each == headers[0] for each in headers)
    found = server.client.get(f"{SCENES}/cache/stats").json()
    assert (found["hits"], found["misses"]) == (40, 1)
    assert 'requests_total{result="hit"} 40.0' in server.client.get("/metrics").text


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ("UPDATE image_assets SET is_featured = 1", "is_featured", True),
        (
            "UPDATE image_assets SET deleted_at = '2026-01-01 00:00:00.000000'",
            "served",
            "generated",
        ),
        ("DELETE FROM scene_cache", "served", "generated"),
    ],
)
def test_change_by_another_process_shows_at_once(
    change: str, field: str, value: object, server: RunningServer
) -> None:
    for _ in range(3):
        ask(server)
    execute(server.settings, change)
    assert ask(server).json()[field] == value


def test_change_by_ourselves_shows_at_once(server: RunningServer) -> None:
    first = ask(server).json()
    for _ in range(3):
        assert ask(server).json()["id"] == first["id"]
    anew = ask(server, force_regenerate="true").json()
    assert ask(server).json()["id"] == anew["id"] != first["id"]
    server.client.delete(f"/api/v1/images/{anew['id']}")
    assert ask(server).json()["served"] == "generated"


def test_who_has_no_cookie_gets_one_of_their_own(server: RunningServer) -> None:
    for _ in range(3):
        ask(server)
    cookies: set[str] = set()
    for _ in range(3):
        with server.another_client() as client:
            ask_scene(client)
            cookies.update(client.cookies.values())
    assert len(cookies) == 3
    assert "set-cookie" not in ask(server).headers
