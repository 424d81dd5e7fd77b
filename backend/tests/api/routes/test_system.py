"""The root, and whatever is wrong: in `/health`, in `/health/ready` and in the metrics."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app import __version__
from app.services.backup.archive import set_name
from app.services.backup.make import make_backup
from app.services.backup.store import place_of
from app.services.storage.layout import MARKER
from tests.conftest import ServerFactory, SettingsFactory
from tests.support.errors import assert_error
from tests.support.library import IMAGES, SCENES, execute, make_image, order, write_lock
from tests.support.metrics_page import Samples, figure, figures, samples
from tests.support.read_only_file import read_only_file
from tests.support.rows import CREATED_AT
from tests.support.running_server import RunningServer, running_server
from tests.support.small_disk import fill, make_read_only, small_disk

CHECKS = {"database", "disk_space", "image_folder", "backups", "background"}
NEWEST_BACKUP = "backup_last_success_timestamp_seconds"


def health(server: RunningServer, status: int = 200) -> Any:
    answer = server.client.get("/health")
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert {"status", "timestamp", "checks", "reasons"} <= set(body)
    assert body["timestamp"].endswith("Z")
    return body


def ready(server: RunningServer, status: int = 200) -> list[str]:
    """Why requests should not be sent there; the process itself answers all the while."""
    answer = server.client.get("/health/ready")
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["status"] == ("ready" if status == 200 else "not_ready")
    alive = server.client.get("/health/live")
    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    reasons: list[str] = answer.json()["reasons"]
    return reasons


def failing(found: Samples) -> set[str]:
    """The checks that do not work; the page of metrics has all of them."""
    checks = figures(found, "health")
    assert set(checks) == CHECKS
    return {check for check, works in checks.items() if not works}


def has(found: Samples, name: str) -> bool:
    return any(known == f"emberpeak_{name}" for known, _ in found)


def database_file(server: RunningServer) -> Path:
    return Path(server.settings.database_url.removeprefix("sqlite:///"))


def test_root(shared_server: RunningServer) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    answer = shared_server.client.get("/", headers={"Accept": browser})
    assert (answer.status_code, answer.headers["location"]) == (307, "/game/")
    assert "Accept" in answer.headers["vary"].split(", ")
    answer = shared_server.client.get("/", headers={"Accept": "application/json"})
    assert "Accept" in answer.headers["vary"].split(", ")
    about = {"name": "Emberpeak", "version": __version__, "status": "running"}
    assert answer.json() == {**about, "docs": "/docs", "health": "/health"}


def test_all_is_well(server: RunningServer) -> None:
    make_image(server.client)
    server.client.delete(f"{IMAGES}/{make_image(server.client)['id']}")
    found = health(server)
    assert (found["status"], found["reasons"], ready(server)) == ("ok", [], [])
    checks = found["checks"]
    assert (checks["database"], checks["images"]) == ("ok", {"total": 1}), "trash is not counted"
    assert checks["disk_space"]["status"] == "ok"
    assert checks["disk_space"]["free_gb"] > 0
    assert (checks["provider"]["name"], checks["provider"]["status"]) == ("pixel", "ok")
    page = server.client.get("/metrics")
    assert page.headers["content-type"].startswith("text/plain")
    assert f'emberpeak_build_info{{version="{__version__}"}} 1.0' in page.text
    figures_found = samples(server.client)
    assert failing(figures_found) == set()
    assert (figure(figures_found, "storage_up"), figure(figures_found, "database_up")) == (1, 1)
    assert set(figures(figures_found, "storage_free_bytes")) == {"images"}, "both on one disk"


def test_many_probes_make_one_check(make_settings: SettingsFactory) -> None:
    with running_server(make_settings(), health_seconds=3600) as server:
        before = health(server)
        make_image(server.client)
        assert health(server)["checks"] == before["checks"]


class TestBackups:
    def test_newest_good_one(self, server: RunningServer) -> None:
        def newest() -> Any:
            return health(server)["checks"]["backups"]["last_good_at"]

        settings = server.settings
        assert (newest(), health(server)["checks"]["backups"]["status"]) == (None, "none")
        found = samples(server.client)
        assert (figure(found, NEWEST_BACKUP), failing(found)) == (0, set())
        make_backup(place_of(settings), settings.backup_dir, 30, now=lambda: CREATED_AT)
        assert newest() == f"{CREATED_AT:%Y-%m-%dT%H:%M:%SZ}"
        made_at = figure(samples(server.client), NEWEST_BACKUP)
        assert made_at == CREATED_AT.replace(microsecond=0).timestamp()
        (settings.backup_dir / ".damaged").write_text(set_name(CREATED_AT))
        assert newest() is None

    def test_folder_that_cannot_be_read(self, server: RunningServer) -> None:
        server.settings.backup_dir.write_text("no folder")
        body = health(server)
        assert body["checks"]["backups"] == {"status": "error", "last_good_at": None}
        assert body["status"] == "degraded"
        assert body["reasons"] == ["the backup folder cannot be read"]
        found = samples(server.client)
        assert not has(found, NEWEST_BACKUP), "0 would be a time of decades ago"
        assert failing(found) == {"backups"}


class TestDatabase:
    @pytest.mark.parametrize("content", [b"", b"this is no database " * 500])
    def test_that_is_none(self, content: bytes, server: RunningServer) -> None:
        execute(server.settings, "PRAGMA wal_checkpoint(TRUNCATE)")
        database_file(server).write_bytes(content)
        found = health(server, 503)
        assert (found["status"], found["checks"]["database"]) == ("error", "error")
        assert found["reasons"][0].startswith("the database cannot be read: ")
        assert_error(server.client.get(f"{IMAGES}/1"), 503, "database_unavailable")
        assert ready(server, 503)[0].startswith("the database cannot be read: ")

    def test_that_cannot_be_written_for_a_while(self, server: RunningServer) -> None:
        star = f"{IMAGES}/{make_image(server.client)['id']}/feature"
        with write_lock(server.settings):  # by another program: nobody need be woken
            assert_error(server.client.put(star), 503, "database_unavailable")
            body = health(server)
            assert (body["status"], body["reasons"]) == ("ok", [])
            found = samples(server.client)
            assert (figure(found, "database_up"), failing(found)) == (1, set())
            assert server.client.get(f"{IMAGES}/search").status_code == 200
        assert server.client.put(star).status_code == 200
        with read_only_file(database_file(server)):
            assert failing(samples(server.client)) == {"database"}
        assert failing(samples(server.client)) == set()

    def test_that_cannot_be_read_for_a_while(self, server: RunningServer) -> None:
        execute(server.settings, "ALTER TABLE image_assets RENAME TO taken_away")
        found = samples(server.client)
        assert (figure(found, "database_up"), figure(found, "storage_up")) == (0, 1)
        assert not has(found, "images")
        assert failing(found) == {"database"}
        execute(server.settings, "ALTER TABLE taken_away RENAME TO image_assets")
        found = samples(server.client)
        assert (figure(found, "database_up"), failing(found)) == (1, set())
        execute(server.settings, "UPDATE alembic_version SET version_num = '9999'")
        assert "revision 9999" in ready(server, 503)[0]


def leave_a_mount_point(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    folder.mkdir()


class TestImageFolder:
    @pytest.mark.parametrize("remove", [shutil.rmtree, leave_a_mount_point])
    def test_not_mounted(self, remove: Callable[[Path], None], server: RunningServer) -> None:
        make_image(server.client)
        remove(server.settings.image_storage_dir)
        body = health(server, 503)
        assert (body["status"], body["checks"]["database"]) == ("error", "ok")
        if remove is shutil.rmtree:
            assert body["checks"]["disk_space"]["status"] == "error"
            assert body["reasons"] == ["the image folder cannot be reached"]
        assert ready(server, 503) == body["reasons"]
        found = samples(server.client)
        assert (figure(found, "storage_up"), figure(found, "database_up")) == (0, 1)
        assert "image_folder" in failing(found)

    def test_another_one_mounted(self, server: RunningServer) -> None:
        (server.settings.image_storage_dir / "full" / MARKER).unlink()
        found = samples(server.client)
        assert (figure(found, "storage_up"), failing(found)) == (0, {"image_folder"})

    def test_read_only_or_full(self, make_server: ServerFactory, tmp_path: Path) -> None:
        with small_disk(tmp_path / "data" / "images", "60m") as disk:
            server = make_server()
            make_image(server.client)
            filler = fill(disk)
            found = samples(server.client)
            assert figure(found, "storage_free_bytes", disk="images") < 2**20
            assert (figure(found, "storage_up"), failing(found)) == (1, {"disk_space"})
            filler.unlink()
            make_read_only(disk)
            found = samples(server.client)
            assert figure(found, "storage_up") == 1, "what is there can be seen"
            assert "image_folder" in failing(found)

    def test_no_room_for_the_database(
        self, make_server: ServerFactory, tmp_path: Path, empty_database: Path
    ) -> None:
        with small_disk(tmp_path / "disk", "60m") as disk:
            shutil.copy(empty_database, disk / "game.db")
            server = make_server(database_url=f"sqlite:///{disk / 'game.db'}")
            make_image(server.client)
            filler = fill(disk)
            found = samples(server.client)
            filler.unlink()
        room = figures(found, "storage_free_bytes")
        assert set(room) == {"images", "database"}
        assert room["database"] < 2**20 < room["images"]
        assert (figure(found, "storage_up"), failing(found)) == (1, {"disk_space"})

    def test_that_the_disk_does_not_report(
        self, server: RunningServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A cloud drive mounted by rclone, say: unknown is not full."""
        ask = os.statvfs

        def silent(path: int | str | os.PathLike[str]) -> os.statvfs_result:
            found = list(ask(path))
            found[2:5] = 0, 0, 0  # blocks: in all, free, free for everybody
            return os.statvfs_result(found)

        monkeypatch.setattr(os, "statvfs", silent)
        make_image(server.client)
        body = health(server)
        assert body["checks"]["disk_space"] == {"status": "unknown", "free_gb": None}
        assert not [reason for reason in body["reasons"] if "disk" in reason]
        found = samples(server.client)
        assert figures(found, "storage_free_bytes") == {}
        assert figures(found, "health")["disk_space"] == 1


class TestGemini:
    def test_without_a_key(self, share_server: ServerFactory) -> None:
        server = share_server(image_provider="gemini")
        body = health(server)
        assert body["status"] == "degraded"
        provider = body["checks"]["provider"]
        assert (provider["name"], provider["status"]) == ("gemini", "not_configured")
        assert any("GEMINI_API_KEY" in reason for reason in body["reasons"])
        assert "GEMINI_API_KEY" in ready(server)[0], "players are not kept away"
        for answer in (
            server.client.post(f"{IMAGES}/generate", json=order()),
            server.client.post(f"{SCENES}/generate", params={"location": "Mill"}),
        ):
            assert "GEMINI_API_KEY" in assert_error(answer, 503, "not_configured")["message"]

    def test_with_a_budget_and_no_price(self, make_gemini_server: ServerFactory) -> None:
        server = make_gemini_server(monthly_budget_usd=20, gemini_image_size="2K")
        body = health(server)
        assert body["status"] == "degraded"
        assert body["checks"]["provider"] == {
            "name": "gemini",
            "status": "not_configured",
            "reason": "unknown_price",
            "until": None,
        }
        (reason,) = body["reasons"]
        assert "price of gemini-nano-banana-2.1 at 2K is not known" in reason
        found = samples(server.client)
        opened = figures(found, "breaker_open")
        assert opened.pop("unknown_price") == 1, "seen before anybody asks"
        assert set(opened.values()) == {0}
        until = figures(found, "breaker_until_timestamp_seconds")
        assert until["unknown_price"] == float("inf")
