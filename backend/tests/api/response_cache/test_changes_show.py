"""Kept responses are never out of date, whoever changed what they say."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.services.scenes.cache import CacheService
from tests.support.library import IMAGES, SCENES, ask_scene, execute, file_of, make_image
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import RunningServer
from tests.support.server_process import server_process

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
    assert len(look_ups) == 1, "by the first; counts that are written end nothing"
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


def test_file_taken_away_and_brought_back(server: RunningServer) -> None:
    image = ask(server)
    path = file_of(server, image.json())
    for _ in range(2):
        assert server.client.get(image.json()["url"]).status_code == 200
        ask(server)
    aside = path.rename(path.with_suffix(".aside"))
    assert server.client.get(image.json()["url"]).status_code == 404
    assert ask(server).json()["served"] == "generated"
    aside.rename(path)
    assert server.client.get(image.json()["url"]).status_code == 200


def test_expiry_reached(server: RunningServer) -> None:
    moment = datetime.now(UTC) + timedelta(days=1)
    ask(server)
    text = moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    execute(server.settings, "UPDATE scene_cache SET expires_at = ?", text)
    for _ in range(3):
        assert datetime.fromisoformat(ask(server).json()["expires_at"]) == moment


def test_one_image_through_all_changes(server: RunningServer) -> None:
    image = make_image(server.client)
    address = f"{IMAGES}/{image['id']}"
    search = f"{IMAGES}/search?subject_type=item"

    def shown() -> tuple[int, int, bool | None]:
        answers = [[server.client.get(path) for path in (address, search)] for _ in range(2)]
        (found, page), (again, page_again) = answers
        assert (found.status_code, page.json()["total"]) == (
            again.status_code,
            page_again.json()["total"],
        )
        return found.status_code, page.json()["total"], found.json().get("is_featured")

    assert shown() == (200, 1, False)
    server.client.put(f"{address}/feature")
    assert shown() == (200, 1, True)
    server.client.delete(address)
    assert shown() == (404, 0, None)
    server.client.post(f"{address}/restore")
    assert shown() == (200, 1, True)
    make_image(server.client)
    assert shown() == (200, 2, True)


def test_eight_readers_of_two_processes_beside_writers(tmp_path: Path, long_run: bool) -> None:
    """Each change that was answered is seen by whoever asks then, in either process."""
    with (
        server_process(tmp_path, WORKERS="2") as running,
        ThreadPoolExecutor(8) as readers,
        ExitStack() as stack,
    ):
        images = [make_image(running.client, subject_name=f"Lamp {turn}") for turn in range(4)]
        # Connections of their own, which the two processes share.
        clients = [
            stack.enter_context(httpx.Client(base_url=running.url, timeout=PATIENCE_SECONDS))
            for _ in range(8)
        ]
        for turn in range(500 if long_run else 40):
            image = images[turn % 4]
            address = f"{IMAGES}/{image['id']}"
            featured = running.client.put(f"{address}/feature").json()["is_featured"]
            search = f"{IMAGES}/search?subject_name={image['subject_name'].replace(' ', '+')}"

            def read(
                client: httpx.Client, address: str = address, search: str = search
            ) -> list[bool]:
                (item,) = client.get(search).json()["items"]
                return [client.get(address).json()["is_featured"], item["is_featured"]]

            assert list(readers.map(read, clients)) == [[featured, featured]] * 8
