"""GET /metrics: whatever /health finds wrong, an alert can see."""

import shutil
from pathlib import Path

import pytest

from app.services.backup.make import make_backup
from app.services.backup.store import place_of
from app.services.storage.layout import MARKER
from tests.conftest import ServerFactory
from tests.support.library import IMAGES, execute, make_image, write_lock
from tests.support.metrics_page import Samples, figure, figures, samples
from tests.support.read_only_file import read_only_file
from tests.support.rows import CREATED_AT
from tests.support.running_server import RunningServer
from tests.support.small_disk import fill, make_read_only, small_disk
from tests.test_faults import database_file

CHECKS = {"database", "disk_space", "image_folder", "backups", "background"}
NEWEST = "backup_last_success_timestamp_seconds"


def failing(found: Samples) -> set[str]:
    """The checks that do not work; the page has all of them."""
    checks = figures(found, "health")
    assert set(checks) == CHECKS
    return {check for check, works in checks.items() if not works}


def names(found: Samples) -> set[str]:
    return {name.removeprefix("emberpeak_") for name, _ in found}


def test_all_is_well(server: RunningServer) -> None:
    make_image(server.client)
    found = samples(server.client)
    assert failing(found) == set()
    assert (figure(found, "storage_up"), figure(found, "database_up")) == (1, 1)
    assert set(figures(found, "storage_free_bytes")) == {"pictures"}, "both on one disk"


class TestImageFolder:
    @pytest.mark.parametrize("is_mount_point_left", [True, False])
    def test_not_mounted(self, is_mount_point_left: bool, server: RunningServer) -> None:
        make_image(server.client)
        folder = server.settings.image_storage_dir
        folder.rename(folder.with_name("elsewhere"))
        if is_mount_point_left:
            folder.mkdir()
        found = samples(server.client)
        assert figure(found, "storage_up") == 0
        assert "image_folder" in failing(found)
        assert figure(found, "database_up") == 1

    def test_another_one_mounted(self, server: RunningServer) -> None:
        (server.settings.image_storage_dir / "full" / MARKER).unlink()
        found = samples(server.client)
        assert figure(found, "storage_up") == 0
        assert failing(found) == {"image_folder"}

    def test_read_only(self, make_server: ServerFactory, tmp_path: Path) -> None:
        with small_disk(tmp_path / "data" / "images", "1g") as disk:
            server = make_server()
            make_image(server.client)
            make_read_only(disk)
            found = samples(server.client)
            assert figure(found, "storage_up") == 1, "what is there can be seen"
            assert failing(found) == {"image_folder"}


class TestDisks:
    def test_full_one_of_the_database(
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
        assert set(room) == {"pictures", "database"}
        assert room["database"] < 2**20 < room["pictures"]
        assert failing(found) == {"disk_space"}
        assert figure(found, "storage_up") == 1

    def test_full_one_of_the_pictures(self, make_server: ServerFactory, tmp_path: Path) -> None:
        with small_disk(tmp_path / "data" / "images", "60m") as disk:
            server = make_server()
            make_image(server.client)
            filler = fill(disk)
            found = samples(server.client)
            filler.unlink()
        assert figure(found, "storage_free_bytes", disk="pictures") < 2**20
        assert failing(found) == {"disk_space"}
        assert figure(found, "storage_up") == 1, "full is not unreachable"


class TestDatabase:
    def test_that_cannot_be_read(self, server: RunningServer) -> None:
        execute(server.settings, "ALTER TABLE image_assets RENAME TO taken_away")
        found = samples(server.client)
        assert figure(found, "database_up") == 0
        assert "images" not in names(found)
        assert figure(found, "storage_up") == 1
        assert failing(found) == {"database"}
        execute(server.settings, "ALTER TABLE taken_away RENAME TO image_assets")
        assert figure(samples(server.client), "database_up") == 1

    def test_that_another_program_keeps_locked(self, server: RunningServer) -> None:
        """For a while: nobody need be woken."""
        with write_lock(server.settings):
            found = samples(server.client)
            assert figure(found, "database_up") == 1, "it can be read"
            assert failing(found) == set()
            assert server.client.get(f"{IMAGES}/search").status_code == 200

    def test_read_only(self, server: RunningServer) -> None:
        with read_only_file(database_file(server)):
            assert failing(samples(server.client)) == {"database"}
        assert failing(samples(server.client)) == set()


class TestBackups:
    def test_newest(self, server: RunningServer) -> None:
        settings = server.settings
        make_backup(place_of(settings), settings.backup_dir, 30, now=lambda: CREATED_AT)
        made_at = figure(samples(server.client), NEWEST)
        assert made_at == CREATED_AT.replace(microsecond=0).timestamp()

    def test_none_yet(self, server: RunningServer) -> None:
        found = samples(server.client)
        assert figure(found, NEWEST) == 0
        assert failing(found) == set()

    def test_folder_that_cannot_be_read(self, server: RunningServer) -> None:
        """A time of 0 would say that there is none, or one of decades ago."""
        server.settings.backup_dir.write_text("no folder")
        found = samples(server.client)
        assert NEWEST not in names(found)
        assert failing(found) == {"backups"}
