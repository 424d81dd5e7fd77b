"""/api/v1/maintenance/cleanup/orphaned-images: images go for good, and never by mistake."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest

from app.services.storage.layout import MARKER
from app.services.storage.purge_lock import PurgeLock
from tests.api.conftest import Restart
from tests.support.errors import assert_error
from tests.support.library import (
    IMAGES,
    MAINTENANCE,
    ask_scene,
    deleted_days_ago,
    execute,
    file_of,
    make_image,
    row_count,
    stored_files,
)
from tests.support.running_server import RunningServer

ORPHANED = f"{MAINTENANCE}/cleanup/orphaned-images"
FIELDS = {
    *("deleted", "message", "dry_run", "timestamp"),
    *("size_bytes", "library", "force_needed", "sample"),
}


def purge(client: httpx.Client, **params: Any) -> Any:
    response = client.post(ORPHANED, params=params)
    assert response.status_code == 200, response.text
    body = response.json()
    assert set(body) == FIELDS
    assert body["timestamp"].endswith("Z")
    assert str(body["deleted"]) in body["message"]
    return body


def due(server: RunningServer, **fields: str) -> Any:
    """An image that has been in the trash for long enough."""
    made = make_image(server.client, **fields)
    deleted_days_ago(server.settings, made["id"], 31)
    return made


class TestPurge:
    def test_row_and_files_go_for_good(self, server: RunningServer) -> None:
        kept, gone = make_image(server.client), due(server)
        report = purge(server.client)
        assert (report["deleted"], report["dry_run"]) == (1, False)
        assert report["size_bytes"] == gone["file_size_bytes"]
        assert execute(server.settings, "SELECT id FROM image_assets") == [(kept["id"],)]
        paths = [file_of(server, kept), file_of(server, kept, "storage_path_thumbnail")]
        assert stored_files(server.settings) == sorted(paths)
        assert row_count(server.settings, "purged_files") == 0
        assert_error(server.client.get(gone["url"]), 404)

    def test_scene_that_showed_it_is_made_again(self, server: RunningServer) -> None:
        ask_scene(server.client, "Ford")
        deleted_days_ago(server.settings, ask_scene(server.client)["id"], 31)
        purge(server.client)
        assert row_count(server.settings, "scene_cache") == 1
        assert ask_scene(server.client)["served"] == "generated"

    def test_file_that_cannot_be_deleted_goes_another_time(self, server: RunningServer) -> None:
        make_image(server.client)
        path = file_of(server, due(server))
        path.unlink()
        (path / "in the way").mkdir(parents=True)  # no file any more: unlinking it fails
        assert purge(server.client)["deleted"] == 1
        assert row_count(server.settings, "purged_files") == 1
        shutil.rmtree(path)
        path.write_bytes(b"back")
        assert purge(server.client)["deleted"] == 0
        assert row_count(server.settings, "purged_files") == 0
        assert not path.exists()


class TestNamed:
    """What must not be seen any more cannot wait in the trash: its file can be had all the time."""

    def test_goes_now_and_nothing_else_does(self, server: RunningServer) -> None:
        kept, other, gone = (make_image(server.client) for _ in range(3))
        for made in (other, gone):
            server.client.delete(f"{IMAGES}/{made['id']}")
        assert server.client.get(gone["url"]).status_code == 200
        report = purge(server.client, image_id=str(gone["id"]))
        assert (report["deleted"], report["size_bytes"]) == (1, gone["file_size_bytes"])
        assert [one["id"] for one in report["sample"]] == [gone["id"]]
        for address in (gone["url"], gone["thumbnail_url"]):
            assert_error(server.client.get(address), 404)
        assert execute(server.settings, "SELECT id FROM image_assets ORDER BY id") == [
            (kept["id"],),
            (other["id"],),
        ]
        assert len(stored_files(server.settings)) == 4

    @pytest.mark.parametrize("image_id", ["0", "-1", str(2**63), "x", ["1"] * 51])
    def test_no_id(self, image_id: Any, server: RunningServer) -> None:
        assert_error(server.client.post(ORPHANED, params={"image_id": image_id}), 422)


class TestPlan:
    def test_dry_run_only_tells(self, server: RunningServer) -> None:
        make_image(server.client)
        gone = due(server, subject_name="Rope")
        plan = purge(server.client, dry_run="true")
        assert (plan["deleted"], plan["dry_run"], plan["library"]) == (1, True, 2)
        assert plan["size_bytes"] == gone["file_size_bytes"]
        assert plan["force_needed"] is None
        (example,) = plan["sample"]
        assert example.pop("deleted_at").endswith("Z")
        assert example == {
            "id": gone["id"],
            "subject_name": "Rope",
            "file_size_bytes": gone["file_size_bytes"],
        }
        assert row_count(server.settings) == 2
        assert len(stored_files(server.settings)) == 4


def assert_refused(server: RunningServer, reason: str, would_delete: int) -> None:
    rows, files = row_count(server.settings), stored_files(server.settings)
    body = assert_error(server.client.post(ORPHANED), 409, reason)
    assert body["detail"]["would_delete"] == would_delete
    assert body["detail"]["library"] == rows
    assert "force=true" in body["message"]
    assert row_count(server.settings) == rows
    assert stored_files(server.settings) == files


class TestGuard:
    def test_folder_that_is_empty(self, server: RunningServer) -> None:
        make_image(server.client)
        (server.settings.image_storage_dir / "full" / MARKER).unlink()
        assert_refused(server, "image_folder_empty", 0)

    def test_forced_with_the_folder_gone(self, server: RunningServer) -> None:
        due(server)
        shutil.rmtree(server.settings.image_storage_dir)
        assert purge(server.client, force="true")["deleted"] == 1
        assert row_count(server.settings) == 0
        assert row_count(server.settings, "purged_files") == 0


class TestBackup:
    def test_purge_waits_until_it_has_ended(self, server: RunningServer) -> None:
        make_image(server.client)
        due(server)
        with ThreadPoolExecutor(1) as threads:
            with PurgeLock(server.settings.image_storage_dir).shared():
                purging = threads.submit(purge, server.client)
                Event().wait(0.2)
                assert not purging.done()
                assert row_count(server.settings) == 2
                assert make_image(server.client), "nothing else waits"
            assert purging.result(30)["deleted"] == 1


class TestStart:
    def test_finishes_a_purge_that_was_cut_short(self, open_server: Restart) -> None:
        with open_server() as server:
            made, kept = make_image(server.client), make_image(server.client)
            execute(
                server.settings,
                "INSERT INTO purged_files SELECT storage_path_full, storage_path_thumbnail, "
                "created_at FROM image_assets WHERE id = ?",
                made["id"],
            )
            execute(server.settings, "DELETE FROM image_assets WHERE id = ?", made["id"])
        with open_server() as server:
            assert row_count(server.settings, "purged_files") == 0
            names = {path.name for path in stored_files(server.settings)}
            assert names == {Path(kept["url"]).name}
        lost = server.settings.image_storage_dir.joinpath("quarantine")
        assert not lost.exists(), "what was to go is no stray"
