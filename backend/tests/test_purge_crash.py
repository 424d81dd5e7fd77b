"""Killed while pictures are deleted, restored and purged: a picture is there whole, or gone."""

import shutil
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.config import Settings
from tests.support.library import (
    IMAGES,
    MAINTENANCE,
    ask_scene,
    deleted_days_ago,
    execute,
    make_image,
    row_count,
    stored_files,
)
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import RunningServer, running_server
from tests.support.server_process import server_process

pytestmark = pytest.mark.thorough

NOTHING_DONE, ALL_DONE = 4, 2
PURGE = ("POST", f"{MAINTENANCE}/cleanup/orphaned-images")
# What the server dies at, and how many pictures there are after the next start.
POINTS = [
    ("before DELETE FROM image_assets", NOTHING_DONE),
    ("after INSERT INTO purged_files", NOTHING_DONE),
    ("remove 1", ALL_DONE),
    ("remove 2", ALL_DONE),
    ("remove 3", ALL_DONE),
    ("remove 4", ALL_DONE),
    ("before DELETE FROM purged_files", ALL_DONE),
    ("after DELETE FROM purged_files", ALL_DONE),
]
SOME_POINTS = POINTS[1:4:2] + POINTS[-1:]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Path:
    """Four pictures; two of them, a starred one and one that a scene shows, are due to go."""
    folder = tmp_path_factory.mktemp("library")
    shutil.copy(empty_database, folder / "game.db")
    with running_server(settings_in(folder)) as server:
        for name in ("Rope", "Lamp"):
            make_image(server.client, subject_name=name)
        starred = make_image(server.client, subject_name="Lamp")["id"]
        server.client.put(f"{IMAGES}/{starred}/feature")
        scene = ask_scene(server.client)["id"]
        for image_id in (starred, scene):
            deleted_days_ago(server.settings, image_id, 31)
    return folder


def settings_in(folder: Path) -> Settings:
    return Settings(
        _env_file=None,
        database_url=f"sqlite:///{folder / 'game.db'}",
        image_storage_dir=folder / "images",
    )


def kill_during(folder: Path, point: str, method: str, path: str) -> None:
    """Let a server die in the middle of a request."""
    with server_process(folder, program=["tests.support.dying_server"], DIES_AT=point) as server:
        with pytest.raises(httpx.TransportError):
            server.client.request(method, path)
        assert server.process.wait(PATIENCE_SECONDS) == -signal.SIGKILL


def assert_whole(server: RunningServer, pictures: int) -> None:
    """Rows, files and links agree, and nobody's leavings are anywhere."""
    paths = execute(
        server.settings, "SELECT storage_path_full, storage_path_thumbnail FROM image_assets"
    )
    assert len(paths) == pictures
    data = server.settings.image_storage_dir.parent
    assert stored_files(server.settings) == sorted(data / path for pair in paths for path in pair)
    assert row_count(server.settings, "purged_files") == 0
    assert execute(server.settings, "PRAGMA foreign_key_check") == []
    assert execute(server.settings, "PRAGMA integrity_check") == [("ok",)]
    assert not (data / "images" / "quarantine").exists()


def test_purge(library: Path, tmp_path: Path, long_run: bool) -> None:
    for number, (point, pictures) in enumerate(POINTS if long_run else SOME_POINTS):
        print("killed at:", point)  # noqa: T201
        folder = shutil.copytree(library, tmp_path / f"data {number}")
        kill_during(folder, point, *PURGE)
        with running_server(settings_in(folder)) as server:
            assert_whole(server, pictures)
            links = row_count(server.settings, "scene_cache")
            assert links == (1 if pictures == NOTHING_DONE else 0)
            report: Any = server.client.post(PURGE[1]).json()
            assert report["deleted"] == pictures - ALL_DONE, "the next one does what is left"
            assert_whole(server, ALL_DONE)


def test_killed_again_while_the_start_finishes_it(library: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(library, tmp_path / "data")
    settings = settings_in(folder)
    kill_during(folder, "remove 2", *PURGE)
    assert len(stored_files(settings)) == 7
    with (
        pytest.raises(RuntimeError),
        server_process(folder, program=["tests.support.dying_server"], DIES_AT="remove 4"),
    ):
        pass
    assert len(stored_files(settings)) == 5
    assert row_count(settings, "purged_files") == 2
    with running_server(settings) as server:
        assert_whole(server, ALL_DONE)


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", f"{IMAGES}/1"), ("POST", f"{IMAGES}/3/restore")]
)
def test_delete_and_restore_before_the_commit(
    method: str, path: str, library: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(library, tmp_path / "data")
    kill_during(folder, "after UPDATE image_assets", method, path)
    with running_server(settings_in(folder)) as server:
        assert_whole(server, NOTHING_DONE)
        seen = execute(server.settings, "SELECT id FROM image_assets WHERE deleted_at IS NULL")
        assert seen == [(1,), (2,)]
