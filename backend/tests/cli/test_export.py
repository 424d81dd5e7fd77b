"""scripts/export.sh over a real library, and the packs that come out."""

import hashlib
import io
import json
import os
import re
import shlex
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ServerFactory
from tests.support.command import run_command
from tests.support.library import ask_scene, file_of, make_image
from tests.support.running_server import RunningServer

PROJECT = Path(__file__).resolve().parents[3]
EXPORT = "/api/v1/library/export"

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def export(tmp_path: Path, server: RunningServer) -> Command:
    """Run the command as the script does, on the data of the running server."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        values = {
            **os.environ,
            "PYTHONPATH": str(PROJECT / "backend"),
            "DATABASE_URL": server.settings.database_url,
            "IMAGE_STORAGE_DIR": str(server.settings.image_storage_dir),
        }
        return run_command("export", arguments, tmp_path, values)

    return run


def manifest_of(pack: bytes) -> Any:
    with zipfile.ZipFile(io.BytesIO(pack)) as opened:
        assert opened.testzip() is None
        return json.loads(opened.read("manifest.json"))


def fill(server: RunningServer) -> dict[str, Any]:
    """Two scenes, a featured item and a character."""
    made = {
        "mill": ask_scene(server.client, "Old Mill", time_of_day="dusk"),
        "inn": ask_scene(server.client, "Inn"),
        "lamp": make_image(server.client, custom_prompt="etched in copper"),
        "smith": make_image(server.client, subject_type="character", subject_name="Smith"),
    }
    assert server.client.put(f"/api/v1/images/{made['lamp']['id']}/feature").status_code == 200
    return made


def test_script_runs_the_command() -> None:
    script = (PROJECT / "scripts" / "export.sh").read_text("utf-8")
    assert '\nrun_command export --called-from "$started_in" "$@"' in script
    assert os.access(PROJECT / "scripts" / "export.sh", os.X_OK)


def test_same_bytes_each_time_and_each_way(
    server: RunningServer, export: Command, tmp_path: Path
) -> None:
    made = fill(server)
    done = export("one.zip")
    assert (done.returncode, done.stdout) == (0, "4 images are in one.zip.\n"), done.stderr
    pack = (tmp_path / "one.zip").read_bytes()
    assert server.client.get(EXPORT).content == pack
    assert export("one.zip").returncode == 0
    assert (tmp_path / "one.zip").read_bytes() == pack
    assert export("folder").returncode == 0
    with zipfile.ZipFile(tmp_path / "one.zip") as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
        assert all(not entry.flag_bits & 0x08 for entry in opened.infolist())
    folder = tmp_path / "folder"
    found = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert found == files
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    entries = {
        entry["subject_name"]: entry for entry in json.loads(files["manifest.json"])["images"]
    }
    lamp = entries["Lamp"]
    assert lamp["file"] == made["lamp"]["storage_path_full"]
    assert (lamp["is_featured"], lamp["papers"]["style"]) == (True, "etched in copper")
    assert hashlib.sha256(files[lamp["file"]]).hexdigest() == lamp["sha256"]
    assert hashlib.sha256(files[lamp["thumbnail"]]).hexdigest() == lamp["thumbnail_sha256"]
    assert entries["Old Mill"]["scenes"][0]["time_of_day"] == "dusk"
    assert "player" not in files["manifest.json"].decode()
    assert "4 images painted by Emberpeak's pixel artist" in files["disclosure.txt"].decode()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"place": "old mill"}, {"Old Mill"}),
        ({"place": "Inn", "item": "Lamp"}, {"Inn", "Lamp"}),
        ({"character": "Smith"}, {"Smith"}),
        ({"featured": "true"}, {"Old Mill", "Inn", "Lamp"}),
        ({"item": "Lamp", "featured": "true"}, {"Lamp"}),
        ({"item": "Sword"}, None),
    ],
)
def test_selection(
    query: dict[str, str], names: set[str] | None, share_server: ServerFactory
) -> None:
    server = share_server()
    if server.client.get("/api/v1/images/search").json()["total"] == 0:
        fill(server)
    answer = server.client.get(EXPORT, params=query)
    if names is None:
        assert answer.status_code == 404
        return
    assert answer.headers["Content-Type"] == "application/zip"
    found = {entry["subject_name"] for entry in manifest_of(answer.content)["images"]}
    assert found == names


def test_lost_and_damaged_images_are_named(
    server: RunningServer, export: Command, tmp_path: Path
) -> None:
    made = fill(server)
    file_of(server, made["mill"]).unlink()
    file_of(server, made["inn"]).write_bytes(b"no image")
    file_of(server, made["lamp"], "storage_path_thumbnail").unlink()
    done = export("pack.zip")
    assert done.returncode == 1
    assert f"Left out: {made['mill']['storage_path_full']} is missing." in done.stderr
    assert f"Left out: {made['inn']['storage_path_full']} is damaged." in done.stderr
    manifest = manifest_of((tmp_path / "pack.zip").read_bytes())
    assert {entry["subject_name"] for entry in manifest["images"]} == {"Lamp", "Smith"}
    assert {one["reason"] for one in manifest["left_out"]} == {"missing", "damaged"}


@pytest.mark.usefixtures("server")
def test_refused(export: Command, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    assert "not empty" in export("full").stderr
    assert "no such image" in export("x.zip", "--item", "Sword").stderr
    assert export("x.zip", "--form", "abacus").returncode == 2
    assert not (tmp_path / "x.zip").exists()
    assert export("x.zip").returncode == 0  # an empty library is a pack too
    assert manifest_of((tmp_path / "x.zip").read_bytes())["images"] == []


def test_what_the_documentation_shows(
    server: RunningServer, export: Command, tmp_path: Path
) -> None:
    ask_scene(server.client, "Old Bridge")
    make_image(server.client, subject_name="Lockpicks")
    hero = make_image(server.client, subject_type="character", subject_name="Innkeeper")
    server.client.put(f"/api/v1/images/{hero['id']}/feature")
    page = (PROJECT / "docs" / "packs.md").read_text("utf-8")
    commands = [
        shlex.split(line) for line in re.findall(r"^scripts/export.sh .+$", page, re.MULTILINE)
    ]
    assert len(commands) >= 9
    for _, output, *options in commands:
        done = export(output, *options)
        assert (done.returncode, done.stderr) == (0, ""), (output, options)
        assert (tmp_path / output).exists()
    addresses = re.findall(r"^curl .+http://127.0.0.1:8000(/[^\"\s]+)", page, re.MULTILINE)
    assert len(addresses) == 2
    packs = [server.client.get(address).raise_for_status().content for address in addresses]
    assert packs[0] == (tmp_path / "emberpeak.zip").read_bytes()
