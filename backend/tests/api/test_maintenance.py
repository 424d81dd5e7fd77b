"""/api/v1/maintenance: clean-ups with their dry runs, and counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.config import Settings
from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.library import (
    IMAGES,
    LONG_AGO,
    MAINTENANCE,
    ask_scene,
    execute,
    file_of,
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
    assert set(body) == {"deleted", "message", "dry_run", "timestamp"}
    assert body["timestamp"].endswith("Z")
    assert str(body["deleted"]) in body["message"]
    return body


def deleted_days_ago(settings: Settings, image_id: int, days: float) -> None:
    moment = datetime.now(UTC) - timedelta(days=days)
    execute(
        settings,
        "UPDATE image_assets SET deleted_at = ? WHERE id = ?",
        moment.strftime("%Y-%m-%d %H:%M:%S.%f"),
        image_id,
    )


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
        assert row_count(server.settings) == 3, "pictures stay"
        assert len(stored_files(server.settings)) == 6

    def test_entry_of_a_deleted_picture_goes(self, server: RunningServer) -> None:
        server.client.delete(f"{IMAGES}/{ask_scene(server.client)['id']}")
        assert clean_up(server.client, EXPIRED)["deleted"] == 1

    def test_dry_run_only_tells(self, server: RunningServer) -> None:
        ask_scene(server.client)
        execute(server.settings, "UPDATE scene_cache SET expires_at = ?", LONG_AGO)
        report = clean_up(server.client, EXPIRED, dry_run="true")
        assert (report["deleted"], report["dry_run"]) == (1, True)
        assert row_count(server.settings, "scene_cache") == 1

    def test_nothing_to_do(self, server: RunningServer) -> None:
        ask_scene(server.client)
        assert clean_up(server.client, EXPIRED)["deleted"] == 0


class TestOrphanedImages:
    def test_row_and_files_go_for_good(self, server: RunningServer) -> None:
        kept = make_image(server.client)
        gone = make_image(server.client)
        server.client.delete(f"{IMAGES}/{gone['id']}")
        deleted_days_ago(server.settings, gone["id"], 31)
        report = clean_up(server.client, ORPHANED)
        assert (report["deleted"], report["dry_run"]) == (1, False)
        assert execute(server.settings, "SELECT id FROM image_assets") == [(kept["id"],)]
        paths = [file_of(server, kept), file_of(server, kept, "storage_path_thumbnail")]
        assert stored_files(server.settings) == sorted(paths)
        assert_error(server.client.get(gone["url"]), 404)

    @pytest.mark.parametrize(("days", "removed"), [(0, 0), (29.9, 0), (30.1, 1)])
    def test_not_before_its_time(self, days: float, removed: int, server: RunningServer) -> None:
        made = make_image(server.client)
        deleted_days_ago(server.settings, made["id"], days)
        assert clean_up(server.client, ORPHANED)["deleted"] == removed
        assert len(stored_files(server.settings)) == 2 * (1 - removed)

    def test_time_is_a_setting(self, make_server: ServerFactory) -> None:
        server = make_server(backup_retention_days=2)
        made = make_image(server.client)
        deleted_days_ago(server.settings, made["id"], 2.1)
        assert clean_up(server.client, ORPHANED)["deleted"] == 1

    def test_dry_run_only_tells(self, server: RunningServer) -> None:
        made = make_image(server.client)
        deleted_days_ago(server.settings, made["id"], 31)
        assert clean_up(server.client, ORPHANED, dry_run="true")["deleted"] == 1
        assert row_count(server.settings) == 1
        assert len(stored_files(server.settings)) == 2

    def test_scene_that_showed_it_is_made_again(self, server: RunningServer) -> None:
        old = ask_scene(server.client)
        deleted_days_ago(server.settings, old["id"], 31)
        clean_up(server.client, ORPHANED)
        assert row_count(server.settings, "scene_cache") == 0
        assert ask_scene(server.client)["served"] == "generated"

    def test_files_that_are_gone_already(self, server: RunningServer) -> None:
        made = make_image(server.client)
        deleted_days_ago(server.settings, made["id"], 31)
        file_of(server, made).unlink()
        assert clean_up(server.client, ORPHANED)["deleted"] == 1
        assert stored_files(server.settings) == []


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
            "images": {"active": 2, "deleted": 1, "storage_mb": round(size / 2**20, 3)},
            "cache": {"total": 2, "active": 1, "expired": 1},
        }

    def test_empty(self, server: RunningServer) -> None:
        found = server.client.get(f"{MAINTENANCE}/stats").json()
        assert found["images"] == {"active": 0, "deleted": 0, "storage_mb": 0.0}
