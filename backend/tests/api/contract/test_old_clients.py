"""The calls of the old backend's clients, as docs/clients.md lists them, over HTTP."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.errors import assert_error
from tests.support.library import IMAGES, MAINTENANCE, SCENES, make_image
from tests.support.running_server import RunningServer

PAGE = Path(__file__).resolve().parents[4] / "docs" / "clients.md"


def answer_to(server: RunningServer, method: str, path: str, **options: Any) -> Any:
    answer = server.client.request(method, path, **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestPictures:
    def test_make_show_and_find(self, server: RunningServer) -> None:
        made = answer_to(
            server,
            "POST",
            f"{IMAGES}/generate",
            json={
                "subject_type": "item",
                "subject_name": "Iron Key",
                "prompt": "A rusty iron key on a nail",
                "custom_prompt": "as a woodcut",
                "aspect_ratio": "1:1",
                "component": "item-window",
            },
        )
        assert made["prompt_used"] == "A rusty iron key on a nail. Style: as a woodcut"
        for path in (made["storage_path_full"], made["storage_path_thumbnail"]):
            assert server.client.get(f"/{path}").headers["content-type"] == "image/webp"
        empty = {"subject_type": "", "component": "", "is_featured": "", "page": 0}
        found = answer_to(
            server,
            "GET",
            f"{IMAGES}/search",
            params={"subject_name": "Iron Key", **empty, "page_size": 500},
        )
        assert [one["id"] for one in found["items"]] == [made["id"]]
        assert (found["total"], found["page"], found["page_size"], found["total_pages"]) == (
            *(1, 1, 100, 1),
        )

    def test_star_and_delete(self, server: RunningServer) -> None:
        first, second = (make_image(server.client)["id"] for _ in range(2))
        for image_id in (first, second):
            starred = answer_to(server, "PUT", f"{IMAGES}/{image_id}/feature")
            assert (starred["id"], starred["is_featured"]) == (image_id, True)
        params = {"subject_name": "Lamp", "is_featured": "true"}
        found = answer_to(server, "GET", f"{IMAGES}/search", params=params)
        assert [one["id"] for one in found["items"]] == [second]
        assert answer_to(server, "DELETE", f"{IMAGES}/{second}")["status"] == "deleted"
        assert_error(server.client.get(f"{IMAGES}/{second}"), 404)
        assert answer_to(server, "POST", f"{IMAGES}/{second}/restore")["id"] == second

    def test_bytes_are_asked_for(self, server: RunningServer) -> None:
        made = make_image(server.client)
        assert "base64_data" not in answer_to(server, "GET", f"{IMAGES}/{made['id']}")
        params = {"include_data": "true"}
        with_data = answer_to(server, "GET", f"{IMAGES}/{made['id']}", params=params)
        file = server.client.get(f"/{made['storage_path_full']}").content
        assert base64.b64decode(with_data["base64_data"]) == file


class TestScenes:
    def test_made_once_and_kept(self, server: RunningServer) -> None:
        words = {"location": "Dark Cave", "time_of_day": "Night", "weather": "Light Rain"}
        first, second = (
            answer_to(server, "POST", f"{SCENES}/generate", params=words) for _ in range(2)
        )
        assert first["id"] == second["id"]
        assert (first["served"], second["served"], second["known"]) == ("generated", "cached", True)
        counted = answer_to(server, "GET", f"{SCENES}/cache/stats")
        assert (counted["total_scenes"], counted["active_cache_entries"]) == (1, 1)
        assert counted["cache_hit_rate"] == 50
        cleared = answer_to(server, "DELETE", f"{SCENES}/cache/clear", params={"location": ""})
        assert cleared["deleted"] == 1
        assert cleared["message"]


class TestOperator:
    def test_root_and_health(self, server: RunningServer) -> None:
        assert {"name", "version", "status", "docs", "health"} <= set(answer_to(server, "GET", "/"))
        found = answer_to(server, "GET", "/health")
        assert (found["status"], found["checks"]["database"]) == ("ok", "ok")
        assert found["checks"]["disk_space"]["free_gb"] > 0
        assert found["checks"]["images"]["total"] == 0

    @pytest.mark.parametrize("what", ["expired-cache", "orphaned-images"])
    def test_clean_up(self, what: str, server: RunningServer) -> None:
        make_image(server.client)
        cleaned = answer_to(server, "POST", f"{MAINTENANCE}/cleanup/{what}")
        assert cleaned["deleted"] == 0
        assert cleaned["message"]
        assert answer_to(server, "GET", f"{MAINTENANCE}/stats")["images"]["active"] == 1

    def test_moving_in(self, server: RunningServer) -> None:
        moved = answer_to(server, "POST", "/api/v1/migrate/from-localstorage", json={})
        assert (moved["status"], moved["scenes"], moved["items"]) == ("success", 0, 0)


def test_page_lists_calls_that_there_are(shared_server: RunningServer) -> None:
    paths = set(shared_server.client.get("/openapi.json").json()["paths"])
    named = re.findall(r"`(?:GET|POST|PUT|DELETE) (/[^`. ]*)`", PAGE.read_text("utf-8"))
    assert len(named) >= 12
    assert {name.replace("{id}", "{image_id}") for name in named} <= paths
