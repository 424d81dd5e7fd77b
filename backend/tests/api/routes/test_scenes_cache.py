"""/api/v1/scenes/cache: statistics that survive a restart, and clearing."""

from typing import Any

import httpx

from tests.api.conftest import Restart
from tests.support.library import (
    IMAGES,
    LONG_AGO,
    MAINTENANCE,
    SCENES,
    ask_scene,
    execute,
    row_count,
    write_lock,
)
from tests.support.running_server import RunningServer


def stats(client: httpx.Client) -> Any:
    response = client.get(f"{SCENES}/cache/stats")
    assert response.status_code == 200, response.text
    return response.json()


def clear(client: httpx.Client, **params: str) -> Any:
    response = client.delete(f"{SCENES}/cache/clear", params=params)
    assert response.status_code == 200, response.text
    return response.json()


def test_empty_location_clears_all(server: RunningServer) -> None:
    """As the old backend's pages ask, which send the field in any case."""
    for place in ("Mill", "Ford"):
        ask_scene(server.client, place)
    answer = server.client.delete(f"{SCENES}/cache/clear", params={"location": " "})
    assert answer.json()["deleted"] == 2


class TestStats:
    def test_waits_for_no_writer(self, server: RunningServer) -> None:
        for _ in range(3):
            ask_scene(server.client)
        with write_lock(server.settings):
            ask_scene(server.client)
            assert stats(server.client)["hits"] == 3
            spent = server.client.get(f"{MAINTENANCE}/spending").json()
        assert spent["served_from_cache"] == 3

    def test_expired_and_deleted_are_not_active(self, server: RunningServer) -> None:
        for location in ("Mill", "Ford", "Pier"):
            gone = ask_scene(server.client, location)
        execute(
            server.settings,
            "UPDATE scene_cache SET expires_at = ? WHERE location = ?",
            LONG_AGO,
            "Mill",
        )
        server.client.delete(f"{IMAGES}/{gone['id']}")
        found = stats(server.client)
        numbers = [found[name] for name in ("total_scenes", "active_cache_entries", "expired")]
        assert numbers == [3, 1, 2]

    def test_survive_a_restart(self, open_server: Restart) -> None:
        with open_server() as server:
            for _ in range(4):
                ask_scene(server.client)
            before = stats(server.client)
            ask_scene(server.client)
        with open_server() as server:
            assert stats(server.client)["hits"] == before["hits"] + 1 == 4
            ask_scene(server.client)
            after = stats(server.client)
        assert (after["hits"], after["misses"], after["cache_hit_rate"]) == (5, 1, 83.33)


class TestClear:
    def test_dry_run_only_tells(self, server: RunningServer) -> None:
        made = ask_scene(server.client)
        ask_scene(server.client, "Ford")
        plan = clear(server.client, location="Old Mill", dry_run="true")
        assert (plan["deleted"], plan["dry_run"]) == (1, True)
        (example,) = plan["sample"]
        assert (example["location"], example["image_id"]) == ("Old Mill", made["id"])
        assert example["expires_at"] == made["expires_at"]
        assert row_count(server.settings, "scene_cache") == 2
        assert clear(server.client, dry_run="true")["deleted"] == 2
