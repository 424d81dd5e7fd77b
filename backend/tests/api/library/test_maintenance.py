"""/api/v1/maintenance: clean-ups with their dry runs, and counts."""

from typing import Any

import httpx
import pytest

from tests.support.errors import assert_error
from tests.support.library import (
    IMAGES,
    LONG_AGO,
    MAINTENANCE,
    ask_scene,
    execute,
    make_image,
    row_count,
    stored_files,
)
from tests.support.running_server import RunningServer

EXPIRED = f"{MAINTENANCE}/cleanup/expired-cache"
ORPHANED = f"{MAINTENANCE}/cleanup/orphaned-images"


def clean_up(client: httpx.Client, path: str, **params: str) -> Any:
    response = client.post(path, params=params)
    assert response.status_code == 200, response.text
    body = response.json()
    assert set(body) == {
        *("deleted", "message", "dry_run", "timestamp"),
        *("force_needed", "sample"),
    }
    assert body["timestamp"].endswith("Z")
    assert str(body["deleted"]) in body["message"]
    return body


class TestExpiredCache:
    def test_only_expired_entries_go(self, server: RunningServer) -> None:
        for location in ("Mill", "Ford", "Pier"):
            ask_scene(server.client, location)
        execute(
            server.settings,
            "UPDATE scene_cache SET expires_at = ? WHERE location <> 'Pier'",
            LONG_AGO,
        )
        assert clean_up(server.client, EXPIRED)["deleted"] == 2
        assert execute(server.settings, "SELECT location FROM scene_cache") == [("Pier",)]
        assert row_count(server.settings) == 3, "images stay"
        assert len(stored_files(server.settings)) == 6

    def test_dry_run_only_tells(self, server: RunningServer) -> None:
        ask_scene(server.client)
        execute(server.settings, "UPDATE scene_cache SET expires_at = ?", LONG_AGO)
        report = clean_up(server.client, EXPIRED, dry_run="true")
        assert (report["deleted"], report["dry_run"]) == (1, True)
        (example,) = report["sample"]
        assert (example["location"], example["time_of_day"]) == ("Old Mill", "day")
        assert row_count(server.settings, "scene_cache") == 1


class TestDryRun:
    @pytest.mark.parametrize("path", [EXPIRED, ORPHANED])
    def test_no_boolean(self, path: str, shared_server: RunningServer) -> None:
        answer = shared_server.client.post(path, params={"dry_run": "perhaps"})
        assert assert_error(answer, 422)["detail"]["errors"][0]["field"] == "dry_run"


class TestStats:
    def test_counts(self, server: RunningServer) -> None:
        scenes = [ask_scene(server.client, location) for location in ("Mill", "Ford")]
        execute(
            server.settings,
            "UPDATE scene_cache SET expires_at = ? WHERE location = 'Mill'",
            LONG_AGO,
        )
        gone = make_image(server.client)
        server.client.delete(f"{IMAGES}/{gone['id']}")
        found = server.client.get(f"{MAINTENANCE}/stats").json()
        assert found.pop("timestamp").endswith("Z")
        size = sum(image["file_size_bytes"] for image in (*scenes, gone))
        assert found == {
            "images": {
                "active": 2,
                "deleted": 1,
                "missing": 0,
                "storage_mb": round(size / 2**20, 3),
            },
            "cache": {"total": 2, "active": 1, "expired": 1},
        }
