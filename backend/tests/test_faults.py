"""What the machine does to a running server: clear errors, nothing half-written, then on again."""

import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.database import engine
from app.database.engine import sqlite_module
from app.services.generation import settle
from tests.conftest import ServerFactory, SettingsFactory
from tests.support.errors import assert_error
from tests.support.gemini_answers import SMALL
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import assert_rows_and_files_agree, outcomes, wait_until
from tests.support.library import (
    IMAGES,
    MAINTENANCE,
    SCENES,
    ask_scene,
    execute,
    make_image,
    order,
    row_count,
    stored_files,
    write_lock,
)
from tests.support.running_server import RunningServer, running_server
from tests.support.small_disk import fill, make_read_only, make_writable, small_disk

pytestmark = pytest.mark.thorough

Fault = Callable[[], AbstractContextManager[None]]


def health(server: RunningServer) -> Any:
    return server.client.get("/health").json()


def generate(server: RunningServer) -> httpx.Response:
    return server.client.post(f"{IMAGES}/generate", json=order())


def stand_in(server: RunningServer, location: str) -> tuple[str, str]:
    """What is shown where nothing is to stay blank, and why."""
    params = {"location": location, "allow_fallback": "true"}
    answer = server.client.post(f"{SCENES}/generate", params=params)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store"), answer.text
    assert server.client.get(answer.json()["url"]).headers["Content-Type"] == "image/webp"
    return answer.json()["served"], answer.json()["reason"]


def assert_whole(server: RunningServer) -> None:
    """Rows and files agree, and nothing temporary is left."""
    assert len(stored_files(server.settings)) == 2 * row_count(server.settings)
    found = server.client.get(f"{MAINTENANCE}/verify").json()
    assert (found["status"], found["findings"]) == ("ok", [])


def database_file(server: RunningServer) -> Path:
    return Path(server.settings.database_url.removeprefix("sqlite:///"))


class TestFullDisk:
    """The disk fills while pictures are made; then somebody makes room."""

    def assert_comes_back(self, server: RunningServer, fault: Fault) -> None:
        make_image(server.client)
        with fault():
            made = 0
            while (answer := generate(server)).status_code == 200:
                made += 1
            assert_error(answer, 507)
            assert_error(generate(server), 507)
            kept = row_count(server.settings)
            assert server.client.get(f"{IMAGES}/1").status_code == 200
        assert kept == made + 1
        assert_whole(server)
        make_image(server.client)
        assert health(server)["status"] != "error"

    def test_images(self, make_server: ServerFactory, tmp_path: Path) -> None:
        with small_disk(tmp_path / "data" / "images", "60m") as disk:
            server = make_server(max_images_per_item=10**6)

            @contextmanager
            def full() -> Iterator[None]:
                filler = fill(disk)
                assert "the disk is full" in health(server)["reasons"]
                yield
                filler.unlink()

            self.assert_comes_back(server, full)

    def test_database(
        self, make_server: ServerFactory, tmp_path: Path, empty_database: Path
    ) -> None:
        with small_disk(tmp_path / "disk", "60m") as disk:
            shutil.copy(empty_database, disk / "game.db")
            server = make_server(
                database_url=f"sqlite:///{disk / 'game.db'}", max_images_per_item=10**6
            )

            @contextmanager
            def full() -> Iterator[None]:
                filler = fill(disk)
                found = health(server)
                assert "the database's disk is full" in found["reasons"]
                assert found["checks"]["image_folder"]["status"] == "ok"
                yield
                filler.unlink()

            self.assert_comes_back(server, full)

    def test_nothing_is_paid(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin, tmp_path: Path
    ) -> None:
        with small_disk(tmp_path / "data" / "images", "30m") as disk:
            server = make_gemini_server()
            filler = fill(disk)
            assert_error(generate(server), 507)
            assert gemini.calls == []
            filler.unlink()
            make_image(server.client)


class TestReadOnlyFolder:
    def test_comes_back(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin, tmp_path: Path
    ) -> None:
        with small_disk(tmp_path / "data" / "images", "60m") as disk:
            server = make_gemini_server()
            scene = ask_scene(server.client)
            make_read_only(disk)
            body = assert_error(generate(server), 503, "storage_unavailable")
            assert "cannot be written" in body["message"]
            assert len(gemini.calls) == 1
            assert ask_scene(server.client)["id"] == scene["id"]
            assert ask_scene(server.client, "Elsewhere", allow_fallback="true")["served"] in {
                *("placeholder", "near")
            }
            found = health(server)
            assert (found["status"], found["checks"]["image_folder"]["status"]) == (
                "degraded",
                "read_only",
            )
            make_writable(disk)
            make_image(server.client)
            assert health(server)["checks"]["image_folder"]["status"] == "ok"
            assert_whole(server)


class TestLockedDatabase:
    @pytest.fixture
    def locked_in_a_call(
        self,
        make_gemini_server: ServerFactory,
        gemini: GeminiStandin,
        monkeypatch: pytest.MonkeyPatch,
    ) -> Iterator[tuple[RunningServer, Any]]:
        """A server that waits but shortly, whose database another program holds in a call."""
        impatient = (*engine._EVERY_CONNECTION, "PRAGMA busy_timeout=100")
        monkeypatch.setattr(engine, "_EVERY_CONNECTION", impatient)
        server = make_gemini_server()
        lock = sqlite_module().connect(
            database_file(server), isolation_level=None, check_same_thread=False
        )

        def hold_then_answer(call: Any) -> Any:
            lock.execute("BEGIN IMMEDIATE")
            return SMALL(call)

        gemini.answer_with(hold_then_answer)
        with closing(lock):
            yield server, lock

    def test_picture_waits_to_be_written_down(
        self, locked_in_a_call: tuple[RunningServer, Any], gemini: GeminiStandin
    ) -> None:
        server, lock = locked_in_a_call
        with ThreadPoolExecutor(1) as thread:
            asking = thread.submit(generate, server)
            wait_until(lambda: len(list(server.settings.image_storage_dir.glob("*/*.webp"))) == 2)
            time.sleep(0.5)  # several times as long as a try takes
            lock.rollback()
            assert asking.result().status_code == 200
        assert len(gemini.calls) == 1
        assert_rows_and_files_agree(server.settings)

    def test_picture_that_could_not_be_written_down(
        self,
        locked_in_a_call: tuple[RunningServer, Any],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """It is paid for: neither deleted nor left where nobody knows it."""
        monkeypatch.setattr(settle, "_KEEP_TRYING_SECONDS", 0.5)
        server, lock = locked_in_a_call
        aside = server.settings.image_storage_dir.joinpath("quarantine")
        with ThreadPoolExecutor(1) as thread:
            asking = thread.submit(generate, server)
            wait_until(lambda: len(list(aside.glob("*/*.webp"))) == 2)
            assert health(server)["status"] == "ok", "it may be over in a moment"
            lock.rollback()
            assert_error(asking.result(), 503, "database_unavailable")
        make_image(server.client)
        assert_whole(server)
        assert outcomes(server.settings)["ok"] == 1

    def test_screen_is_not_blank(self, server: RunningServer) -> None:
        """Nothing can be written; the painter's stand-in is the picture that it would store."""
        ask_scene(server.client, "Mill", time_of_day="dusk")
        with write_lock(server.settings):
            for _ in range(3):
                assert stand_in(server, "Mill") == ("placeholder", "database_unavailable")
        tried = 'emberpeak_scene_cache_requests_total{result="miss"} 2.0'
        assert tried in server.client.get("/metrics").text, "the first time, and once in vain"
        assert ask_scene(server.client, "Mill")["served"] == "generated"
        assert_whole(server)


def test_database_of_a_newer_version(server: RunningServer) -> None:
    execute(server.settings, "UPDATE alembic_version SET version_num = '9999'")
    found = health(server)
    assert found["status"] == "error"
    assert "revision 9999" in found["reasons"][0]


def test_another_database(
    make_settings: SettingsFactory, empty_database: Path, tmp_path: Path
) -> None:
    """The folder is another library's: it stays as it is, nothing is made, and somebody is told."""
    right = make_settings()
    other = tmp_path / "other.db"
    shutil.copy(empty_database, other)
    with running_server(right) as server:
        ask_scene(server.client)
    before = stored_files(right)
    with running_server(make_settings(database_url=f"sqlite:///{other}")) as server:
        found = health(server)
        assert (found["status"], found["checks"]["image_folder"]["status"]) == ("error", "error")
        assert "belongs to another library" in found["reasons"][0]
        assert_error(generate(server), 503, "storage_empty")
        repair = {"repair": "true"}
        refused = server.client.post(f"{MAINTENANCE}/verify", params=repair)
        assert_error(refused, 409, "image_folder_foreign")
        assert stored_files(right) == before
        forced = server.client.post(
            f"{MAINTENANCE}/verify", params={**repair, "force": "true"}
        ).json()
        assert (forced["repaired"], stored_files(right)) == (3, [])
        assert health(server)["status"] == "ok"
    with running_server(right) as server:
        assert_error(server.client.post(f"{MAINTENANCE}/verify", params=repair), 409)
        server.client.post(f"{MAINTENANCE}/verify", params={**repair, "force": "true"})
        assert stored_files(right) == before
        assert_whole(server)
        assert ask_scene(server.client)["served"] == "cached"


def test_start_that_cannot_clear_up(make_settings: SettingsFactory) -> None:
    """A picture that cannot be put aside keeps nobody from playing."""
    settings = make_settings()
    with running_server(settings) as server:
        make_image(server.client)
    stray = settings.image_storage_dir / "full" / "A_20261123_040506_0123456789abcdef.webp"
    stray.write_bytes(b"whatever")
    (settings.image_storage_dir / "quarantine").write_text("in the way")
    with running_server(settings) as server:
        assert generate(server).status_code == 200
        assert stray.exists()
