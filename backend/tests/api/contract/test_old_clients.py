"""The calls of the old backend's clients, as docs/clients.md lists them, over HTTP."""

import base64
import re
from pathlib import Path
from typing import Any

from tests.support.errors import assert_error
from tests.support.library import IMAGES, MAINTENANCE, SCENES, make_image
from tests.support.running_server import RunningServer

PAGE = Path(__file__).resolve().parents[4] / "docs" / "clients.md"


def answer_to(server: RunningServer, method: str, path: str, **options: Any) -> Any:
    answer = server.client.request(method, path, **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_make_show_and_find_an_image(shared_server: RunningServer) -> None:
    asked = {
        "subject_type": "item",
        "subject_name": "Iron Key",
        "prompt": "A rusty iron key on a nail",
        "custom_prompt": "as a woodcut",
        "aspect_ratio": "1:1",
        "component": "item-window",
    }
    made = answer_to(shared_server, "POST", f"{IMAGES}/generate", json=asked)
    assert made["prompt_used"] == "A rusty iron key on a nail. Style: as a woodcut"
    files = [
        shared_server.client.get(f"/{made[field]}")
        for field in ("storage_path_full", "storage_path_thumbnail")
    ]
    assert [file.headers["content-type"] for file in files] == ["image/webp"] * 2
    address = f"{IMAGES}/{made['id']}"
    assert "base64_data" not in answer_to(shared_server, "GET", address)
    with_data = answer_to(shared_server, "GET", address, params={"include_data": "true"})
    assert base64.b64decode(with_data["base64_data"]) == files[0].content
    empty = {"subject_type": "", "component": "", "is_featured": "", "page": 0, "page_size": 500}
    params = {"subject_name": "Iron Key", **empty}
    found = answer_to(shared_server, "GET", f"{IMAGES}/search", params=params)
    assert [one["id"] for one in found["items"]] == [made["id"]]
    numbers = ("total", "page", "page_size", "total_pages")
    assert [found[name] for name in numbers] == [1, 1, 100, 1]


def test_star_and_delete(shared_server: RunningServer) -> None:
    client = shared_server.client
    first, second = (make_image(client, subject_name="Star")["id"] for _ in range(2))
    for image_id in (first, second):
        starred = answer_to(shared_server, "PUT", f"{IMAGES}/{image_id}/feature")
        assert (starred["id"], starred["is_featured"]) == (image_id, True)
    params = {"subject_name": "Star", "is_featured": "true"}
    found = answer_to(shared_server, "GET", f"{IMAGES}/search", params=params)
    assert [one["id"] for one in found["items"]] == [second]
    deleted = answer_to(shared_server, "DELETE", f"{IMAGES}/{second}")
    assert deleted["status"] == "deleted"
    assert_error(client.get(f"{IMAGES}/{second}"), 404)
    assert answer_to(shared_server, "POST", f"{IMAGES}/{second}/restore")["id"] == second


def test_scenes_and_the_operators_calls(server: RunningServer) -> None:
    assert {"name", "version", "status", "docs", "health"} <= set(answer_to(server, "GET", "/"))
    words = {"location": "Dark Cave", "time_of_day": "Night", "weather": "Light Rain"}
    first, second = (
        answer_to(server, "POST", f"{SCENES}/generate", params=words) for _ in range(2)
    )
    assert first["id"] == second["id"]
    assert (first["served"], second["served"], second["known"]) == ("generated", "cached", True)
    counted = answer_to(server, "GET", f"{SCENES}/cache/stats")
    assert (counted["total_scenes"], counted["active_cache_entries"]) == (1, 1)
    assert counted["cache_hit_rate"] == 50
    health = answer_to(server, "GET", "/health")
    assert (health["status"], health["checks"]["database"]) == ("ok", "ok")
    assert health["checks"]["disk_space"]["free_gb"] > 0
    assert health["checks"]["images"]["total"] == 1
    for what in ("expired-cache", "orphaned-images"):
        cleaned = answer_to(server, "POST", f"{MAINTENANCE}/cleanup/{what}")
        assert cleaned["deleted"] == 0
        assert cleaned["message"]
    assert answer_to(server, "GET", f"{MAINTENANCE}/stats")["images"]["active"] == 1
    cleared = answer_to(server, "DELETE", f"{SCENES}/cache/clear", params={"location": ""})
    assert cleared["deleted"] == 1
    assert cleared["message"]
    imported = answer_to(server, "POST", "/api/v1/migrate/from-localstorage", json={})
    assert (imported["status"], imported["scenes"], imported["items"]) == ("success", 0, 0)


def test_page_lists_calls_that_there_are(shared_server: RunningServer) -> None:
    paths = set(shared_server.client.get("/openapi.json").json()["paths"])
    named = re.findall(r"`(?:GET|POST|PUT|DELETE) (/[^`. ]*)`", PAGE.read_text("utf-8"))
    assert len(named) >= 12
    assert {name.replace("{id}", "{image_id}") for name in named} <= paths
