"""The root, health and metrics."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from app import __version__
from app.services.backup.archive import set_name
from app.services.backup.make import make_backup
from app.services.backup.store import place_of
from tests.conftest import ServerFactory, SettingsFactory
from tests.support.errors import assert_error
from tests.support.library import IMAGES, SCENES, execute, make_image, order, write_lock
from tests.support.rows import CREATED_AT
from tests.support.running_server import RunningServer, running_server


def health(server: RunningServer, status: int = 200) -> Any:
    response = server.client.get("/health")
    assert response.status_code == status, response.text
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    assert {"status", "timestamp", "checks"} <= set(body)
    assert body["timestamp"].endswith("Z")
    assert {"database", "disk_space", "images"} <= set(body["checks"])
    return body


def database_file(server: RunningServer) -> Path:
    return Path(server.settings.database_url.removeprefix("sqlite:///"))


class TestRoot:
    @pytest.mark.parametrize("accept", [None, "*/*", "application/json"])
    def test_program(self, accept: str | None, shared_server: RunningServer) -> None:
        headers = {"Accept": accept} if accept else {}
        answer = shared_server.client.get("/", headers=headers)
        assert answer.status_code == 200
        assert answer.json() == {
            "name": "Emberpeak",
            "version": __version__,
            "status": "running",
            "docs": "/docs",
            "health": "/health",
        }
        assert "Accept" in answer.headers["vary"].split(", ")

    def test_what_it_names_is_there(self, shared_server: RunningServer) -> None:
        found = shared_server.client.get("/").json()
        for name in ("docs", "health"):
            assert shared_server.client.get(found[name]).status_code == 200

    def test_browser_is_sent_to_the_game(self, shared_server: RunningServer) -> None:
        accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
        answer = shared_server.client.get("/", headers={"Accept": accept})
        assert (answer.status_code, answer.headers["location"]) == (307, "/game/")
        assert "Accept" in answer.headers["vary"].split(", ")


class TestUnknownAddress:
    @pytest.mark.parametrize("path", ["/nothing", "/api/v1", "/api/v1/images", "/docs/nothing"])
    def test_not_found(self, path: str, shared_server: RunningServer) -> None:
        assert_error(shared_server.client.get(path), 404)

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "/health"),
            ("PATCH", f"{IMAGES}/1"),
            ("GET", f"{SCENES}/generate"),
            ("GET", f"{SCENES}/cache/clear"),
            ("OPTIONS", f"{IMAGES}/search"),
            ("TRACE", "/"),
        ],
    )
    def test_method_not_allowed(self, method: str, path: str, shared_server: RunningServer) -> None:
        answer = shared_server.client.request(method, path)
        assert_error(answer, 405)
        assert answer.headers["allow"]


class TestHealth:
    def test_all_is_well(self, server: RunningServer) -> None:
        make_image(server.client)
        found = health(server)
        assert found["status"] == "ok"
        assert found["reasons"] == []
        checks = found["checks"]
        assert checks["database"] == "ok"
        assert checks["disk_space"]["status"] == "ok"
        assert checks["disk_space"]["free_gb"] > 0
        assert checks["images"] == {"total": 1}
        assert (checks["provider"]["name"], checks["provider"]["status"]) == ("pixel", "ok")

    def test_newest_good_backup(self, server: RunningServer) -> None:
        def last_good() -> Any:
            return health(server)["checks"]["backups"]["last_good_at"]

        settings = server.settings
        assert last_good() is None
        assert health(server)["checks"]["backups"]["status"] == "none"
        assert health(server)["status"] == "ok", "an alert of its own tells, with the age"
        make_backup(place_of(settings), settings.backup_dir, 30, now=lambda: CREATED_AT)
        assert last_good() == f"{CREATED_AT:%Y-%m-%dT%H:%M:%SZ}"
        (settings.backup_dir / ".damaged").write_text(set_name(CREATED_AT))
        assert last_good() is None

    def test_backup_folder_that_cannot_be_read(self, server: RunningServer) -> None:
        server.settings.backup_dir.write_text("no folder")
        found = health(server)
        assert found["checks"]["backups"] == {"status": "error", "last_good_at": None}
        assert (found["status"], found["reasons"]) == (
            "degraded",
            ["the backup folder cannot be read"],
        )

    def test_trash_is_not_counted(self, server: RunningServer) -> None:
        server.client.delete(f"{IMAGES}/{make_image(server.client)['id']}")
        assert health(server)["checks"]["images"]["total"] == 0

    @pytest.mark.parametrize("content", [b"", b"this is no database " * 500])
    def test_database_that_cannot_be_read(self, content: bytes, server: RunningServer) -> None:
        execute(server.settings, "PRAGMA wal_checkpoint(TRUNCATE)")
        database_file(server).write_bytes(content)
        found = health(server, 503)
        assert (found["status"], found["checks"]["database"]) == ("error", "error")
        (reason,) = found["reasons"]
        assert reason.startswith("the database cannot be read: ")
        assert_error(server.client.get(f"{IMAGES}/1"), 503, "database_unavailable")

    @pytest.mark.thorough
    def test_database_that_another_program_keeps_locked(self, server: RunningServer) -> None:
        made = make_image(server.client)
        with write_lock(server.settings):
            answer = server.client.put(f"{IMAGES}/{made['id']}/feature")
            assert_error(answer, 503, "database_unavailable")
            assert server.client.get(f"{IMAGES}/{made['id']}").status_code == 200
            found = health(server)
            assert (found["status"], found["reasons"]) == ("ok", []), "for a while that is no error"
        assert server.client.put(f"{IMAGES}/{made['id']}/feature").status_code == 200
        assert health(server)["status"] == "ok"

    def test_image_folder_that_is_gone(self, server: RunningServer) -> None:
        shutil.rmtree(server.settings.image_storage_dir)
        found = health(server, 503)
        assert (found["status"], found["checks"]["disk_space"]["status"]) == ("error", "error")
        assert found["checks"]["database"] == "ok"
        assert found["reasons"] == ["the image folder cannot be reached"]

    def test_many_probes_make_one_look(self, make_settings: SettingsFactory) -> None:
        with running_server(make_settings(), health_seconds=3600) as server:
            before = health(server)
            make_image(server.client)
            assert health(server)["checks"] == before["checks"]

    def test_gemini(self, gemini_server: RunningServer) -> None:
        provider = health(gemini_server)["checks"]["provider"]
        assert (provider["name"], provider["status"]) == ("gemini", "ok")

    def test_gemini_without_a_key(self, make_server: ServerFactory) -> None:
        server = make_server(image_provider="gemini")
        found = health(server)
        assert found["status"] == "degraded"
        provider = found["checks"]["provider"]
        assert (provider["name"], provider["status"]) == ("gemini", "not_configured")
        assert any("GEMINI_API_KEY" in reason for reason in found["reasons"])

    def test_gemini_with_a_budget_and_no_price(self, make_gemini_server: ServerFactory) -> None:
        server = make_gemini_server(monthly_budget_usd=20, gemini_image_size="2K")
        found = health(server)
        assert found["status"] == "degraded"
        assert found["checks"]["provider"] == {
            "name": "gemini",
            "status": "not_configured",
            "reason": "unknown_price",
            "until": None,
        }
        (reason,) = found["reasons"]
        assert "price of gemini-nano-banana-2.1 at 2K is not known" in reason

    def test_generating_without_a_key(self, make_server: ServerFactory) -> None:
        server = make_server(image_provider="gemini")
        for answer in (
            server.client.post(f"{IMAGES}/generate", json=order()),
            server.client.post(f"{SCENES}/generate", params={"location": "Mill"}),
        ):
            body = assert_error(answer, 503, "not_configured")
            assert "GEMINI_API_KEY" in body["message"]


class TestLiveAndReady:
    def ready(self, server: RunningServer, status: int) -> Any:
        answer = server.client.get("/health/ready")
        assert answer.status_code == status, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return answer.json()

    def alive(self, server: RunningServer) -> None:
        answer = server.client.get("/health/live")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    def test_all_is_well(self, server: RunningServer) -> None:
        assert (self.ready(server, 200)["status"], self.ready(server, 200)["reasons"]) == (
            "ready",
            [],
        )
        self.alive(server)

    def test_what_only_painting_needs_keeps_nobody_away(self, make_server: ServerFactory) -> None:
        server = make_server(image_provider="gemini")
        assert "GEMINI_API_KEY" in self.ready(server, 200)["reasons"][0]

    def test_no_database(self, server: RunningServer) -> None:
        database_file(server).write_bytes(b"this is no database " * 500)
        found = self.ready(server, 503)
        assert found["status"] == "not_ready"
        assert found["reasons"][0].startswith("the database cannot be read: ")
        self.alive(server)

    def test_schema_of_another_version(self, server: RunningServer) -> None:
        execute(server.settings, "UPDATE alembic_version SET version_num = '9999'")
        assert "revision 9999" in self.ready(server, 503)["reasons"][0]

    def test_images_not_mounted(self, server: RunningServer) -> None:
        make_image(server.client)
        server.settings.image_storage_dir.rename(server.settings.backup_dir.with_name("elsewhere"))
        self.ready(server, 503)
        self.alive(server)


class TestMetricsPage:
    def test_is_prometheus_text(self, shared_server: RunningServer) -> None:
        answer = shared_server.client.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain")
        assert f'emberpeak_build_info{{version="{__version__}"}} 1.0' in answer.text
