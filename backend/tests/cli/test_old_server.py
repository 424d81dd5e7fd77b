"""scripts/migrate.sh --from-server over a library as the old backend wrote it."""

import os
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.database.engine import sqlite_module
from tests.support.command import run_command
from tests.support.library import IMAGES, ask_scene, execute, row_count
from tests.support.pictures import encode, noise
from tests.support.running_server import RunningServer

PROJECT = Path(__file__).resolve().parents[3]
SCHEMA = """
CREATE TABLE image_assets (
  id INTEGER PRIMARY KEY AUTOINCREMENT, component VARCHAR(50) NOT NULL,
  subject_type VARCHAR(50) NOT NULL, subject_name VARCHAR(200) NOT NULL,
  prompt_used TEXT NOT NULL, custom_prompt TEXT, storage_path_full VARCHAR(500) NOT NULL UNIQUE,
  storage_path_thumbnail VARCHAR(500) NOT NULL, file_size_bytes INTEGER NOT NULL,
  model_used VARCHAR(100), aspect_ratio VARCHAR(10) NOT NULL, generation_time_ms INTEGER NOT NULL,
  use_count INTEGER, last_used DATETIME, is_featured BOOLEAN, created_at DATETIME,
  deleted_at DATETIME
);
CREATE TABLE scene_cache (
  id INTEGER PRIMARY KEY, location VARCHAR(200) NOT NULL, time_of_day VARCHAR(50) NOT NULL,
  weather VARCHAR(50) NOT NULL, image_asset_id INTEGER NOT NULL REFERENCES image_assets(id),
  use_count INTEGER, created_at DATETIME, last_used DATETIME, expires_at DATETIME NOT NULL
);
"""
# What is told of each: kind, name, file, star, creation, deletion.
LIBRARY = [
    ("item", "Dagger", "dagger_1.webp", 0, "2026-10-01 10:00:00", None),
    ("item", "Dagger", "dagger_2.webp", 1, "2026-10-02 10:00:00.250000", None),
    ("scene", "Old Mill", "mill.webp", 0, "2026-10-03 10:00:00", None),
    ("character", "Mira", "mira.webp", 0, "2099-01-01 00:00:00", None),
    ("item", "Rope", "rope.webp", 0, "2026-10-04 10:00:00", "2026-10-05 10:00:00"),
    ("item", "Lost", "never_written.webp", 0, "2026-10-06 10:00:00", None),
    ("item", "Broken", "broken.webp", 0, "2026-10-06 10:00:00", None),
]

Move = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The old backend's folder: an image is missing, and one is damaged."""
    folder = tmp_path / "old"
    (folder / "images" / "full").mkdir(parents=True)
    with closing(sqlite_module().connect(folder / "dnd_game.db")) as connection:
        connection.executescript(SCHEMA)
        for number, (kind, name, file, star, created, deleted) in enumerate(LIBRARY, 1):
            path = f"images/full/{file}"
            connection.execute(
                "INSERT INTO image_assets VALUES (?, 'item-modal', ?, ?, 'a prompt', 'in copper', "
                "?, ?, 1, 'gemini-2.5-flash-image', '1:1', 4000, 3, ?, ?, ?, ?)",
                (number, kind, name, path, path, created, star, created, deleted),
            )
            if file == "broken.webp":
                (folder / path).write_bytes(b"no image")
            elif file != "never_written.webp":
                (folder / path).write_bytes(encode(noise(40 + number), "WEBP"))
        connection.execute(
            "INSERT INTO scene_cache VALUES (1, 'Old Mill', 'dusk', 'rain', 3, 2, "
            "'2026-10-03 10:00:00', '2026-10-03 10:00:00', '2099-01-01 00:00:00')"
        )
        connection.commit()
    return folder


@pytest.fixture
def move(tmp_path: Path, server: RunningServer) -> Move:
    """Run the command on the data of the running server."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        values = {
            **os.environ,
            "PYTHONPATH": str(PROJECT / "backend"),
            "DATABASE_URL": server.settings.database_url,
            "IMAGE_STORAGE_DIR": str(server.settings.image_storage_dir),
        }
        return run_command("migrate", arguments, tmp_path, values)

    return run


def test_moves_images_stars_trash_and_scenes_once(
    server: RunningServer, move: Move, old: Path
) -> None:
    before = (old / "dnd_game.db").read_bytes()
    foretold = move("--from-server", str(old), "--dry-run")
    assert "Would move: 5 images, 1 scenes. Already there: 0. Errors: 2." in foretold.stdout
    assert row_count(server.settings) == 0
    done = move("--from-server", str(old))
    assert done.returncode == 1
    assert "Moved: 5 images, 1 scenes. Already there: 0. Errors: 2." in done.stdout
    assert "image 6: the file images/full/never_written.webp is missing" in done.stdout
    assert "image 7: " in done.stdout
    assert "8 of 8 rows" in done.stdout
    daggers = server.client.get(f"{IMAGES}/search", params={"subject_name": "Dagger"}).json()
    star, other = daggers["items"]
    assert (star["is_featured"], other["is_featured"]) == (True, False)
    assert star["created_at"] == "2026-10-02T10:00:00.250000Z"
    assert (star["custom_prompt"], star["model_used"]) == ("in copper", "gemini-2.5-flash-image")
    assert server.client.get(star["url"]).status_code == 200
    trash = server.client.get(f"{IMAGES}/search", params={"deleted": "true"}).json()["items"]
    assert [image["subject_name"] for image in trash] == ["Rope"]
    scene = ask_scene(server.client, "Old Mill", time_of_day="dusk", weather="rain")
    assert (scene["served"], scene["subject_name"]) == ("cached", "Old Mill")
    found = execute(server.settings, "SELECT max(created_at) < '2098' FROM image_assets")
    assert found == [(1,)], "a date in the future becomes now"
    # Expired, the scene would be made and paid for again; nor is it served for ever.
    days = "julianday(expires_at) - julianday('now')"
    assert execute(server.settings, f"SELECT {days} BETWEEN 6 AND 7 FROM scene_cache") == [(1,)]
    again = move("--from-server", str(old))
    assert "Moved: 0 images, 0 scenes. Already there: 5." in again.stdout
    assert row_count(server.settings) == 5
    assert (old / "dnd_game.db").read_bytes() == before


def test_text_that_not_every_database_holds(server: RunningServer, move: Move, old: Path) -> None:
    with closing(sqlite_module().connect(old / "dnd_game.db")) as connection:
        for column in ("prompt_used", "custom_prompt", "component", "model_used"):
            connection.execute(f"UPDATE image_assets SET {column} = 'a' || char(0) || 'b'")
        connection.execute("UPDATE scene_cache SET location = 'Old' || char(0) || 'Mill'")
        connection.commit()
    move("--from-server", str(old))
    texts = "prompt_used || custom_prompt || component || model_used || alt_text"
    odd = "instr(CAST({} AS BLOB), x'00')"
    assert execute(
        server.settings, f"SELECT max({odd.format(texts)}), count(*) FROM image_assets"
    ) == [(0, 5)]
    assert execute(
        server.settings, f"SELECT {odd.format('location || cache_key')} FROM scene_cache"
    ) == [(0,)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "There is no dnd_game.db in "),
        (b"not a database at all" * 100, "is no library of the old server"),
    ],
)
def test_folder_without_a_library(
    content: bytes | None, says: str, move: Move, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "dnd_game.db").write_bytes(content)
    done = move("--from-server", str(tmp_path))
    assert (done.returncode, done.stdout, says in done.stderr) == (2, "", True)


def test_row_that_cannot_be_stored_leaves_no_files(
    server: RunningServer, move: Move, old: Path
) -> None:
    refuse = (
        "CREATE TRIGGER refuse BEFORE INSERT ON image_assets WHEN NEW.subject_name = 'Mira' "
        "BEGIN SELECT RAISE(ABORT, 'no room'); END"
    )
    execute(server.settings, refuse)
    done = move("--from-server", str(old))
    assert (done.returncode, "no room" in done.stderr) == (2, True)
    assert row_count(server.settings) == 3
    for name in ("full", "thumbnails"):
        assert len(list((server.settings.image_storage_dir / name).glob("*.webp"))) == 3
    execute(server.settings, "DROP TRIGGER refuse")
    assert "Moved: 2 images, 1 scenes. Already there: 3." in move("--from-server", str(old)).stdout
