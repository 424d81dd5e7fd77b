"""Images of other tools come in by scripts/import.sh and by the API, and packs come back."""

import io
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.services.imports.hidden_text import hidden_fields
from tests.conftest import ServerFactory
from tests.support.command import run_command
from tests.support.errors import assert_error
from tests.support.library import (
    IMAGES,
    SCENES,
    ask_scene,
    execute,
    file_of,
    make_image,
    row_count,
    stored_files,
)
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import RunningServer
from tests.support.tool_files import A1111, FILES, PROMPT, novelai, pixels, png, stealthy, text

PROJECT = Path(__file__).resolve().parents[3]
IMPORT = "/api/v1/library/import"

Command = Callable[..., subprocess.CompletedProcess[str]]

BAD = {
    "bad/cut.png": png(pixels(1), text("parameters", A1111))[:200],
    "bad/letter.jpg": b"Dear player, this is no image.",
    "bad/empty.webp": b"",
}


# The files of the third image are written then, and its row is not yet committed.
KILLED_AT_THE_THIRD = """
import os, signal, sys
from app.cli.commands import run
from app.services.players.growth import Growth

calls, take = [], Growth.take_picture

def take_or_die(*arguments):
    calls.append(1)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    take(*arguments)

Growth.take_picture = take_or_die
sys.exit(run())
"""


def environment(server: RunningServer) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(PROJECT / "backend"),
        "DATABASE_URL": server.settings.database_url,
        "IMAGE_STORAGE_DIR": str(server.settings.image_storage_dir),
    }


@pytest.fixture
def bring(tmp_path: Path, server: RunningServer) -> Command:
    """Run the command as the script does, on the data of the running server."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run_command("import", arguments, tmp_path, environment(server))

    return run


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name, data in files.items():
            opened.writestr(name, data)
    return buffer.getvalue()


def every_tool() -> dict[str, bytes]:
    return {f"art/{name}": make() for name, (_, make) in FILES.items()}


def found(server: RunningServer, **wanted: str) -> list[dict[str, Any]]:
    answer = server.client.get(f"{IMAGES}/search", params={"page_size": "100", **wanted})
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_folder_of_every_tool(tmp_path: Path, bring: Command, server: RunningServer) -> None:
    folder = write(tmp_path / "tools", every_tool() | BAD | {"art/notes.txt": b"not an image"})
    tried = bring(str(folder), "--dry-run")
    assert (tried.returncode, row_count(server.settings)) == (1, 0)
    assert "ComfyUI" in tried.stdout
    assert f"{len(FILES)} would be stored" in tried.stdout
    done = bring(str(folder))
    assert done.returncode == 1
    for name in BAD:
        assert f"Not imported: {name}" in done.stderr
    assert f"{len(FILES)} stored, 0 were there, 0 skipped, {len(BAD)} failed." in done.stdout
    cards = found(server, subject_type="character")
    assert {card["subject_name"] for card in cards} == {"Mira"}
    assert all("An old miner" in card["alt_text"] for card in cards)
    others = found(server, subject_type="item")
    assert {image["subject_name"] for image in others} == {"art"}
    assert {image["prompt_used"] for image in others} == {PROMPT}
    assert len(cards) + len(others) == len(FILES)
    again = bring(str(folder))
    assert f"0 stored, {len(FILES)} were there" in again.stdout
    assert len(stored_files(server.settings)) == 2 * len(FILES)


def test_what_a_tool_wrote_is_kept_as_a_fact_and_claimed_by_nobody(
    server: RunningServer,
) -> None:
    data = png(pixels(1), text("parameters", A1111))
    answer = server.client.post(IMPORT, content=data, params={"file_name": "Brass_Lamp.png"})
    report = answer.json()
    assert (report["stored"], report["files"][0]["tool"]) == (1, "A1111")
    (image,) = found(server, subject_name="Brass Lamp")
    assert (image["prompt_used"], image["model_used"]) == (PROMPT, "dream_v8")
    papers = server.client.get(f"{IMAGES}/{image['id']}/provenance").json()
    assert papers["generation"]["seed"] == "3735928559"
    assert papers["generation"]["parameters"]["Sampler"] == "Euler a"
    assert papers["provider"] is None
    data = file_of(server, image).read_bytes()
    assert b"Emberpeak" in data
    assert b"DigitalSourceType" not in data
    assert PROMPT.encode() not in data


def test_rules_and_folders_name_what_is_shown(
    tmp_path: Path, bring: Command, server: RunningServer
) -> None:
    files = {
        "scenes/Old Bridge/dusk_light rain.png": png(pixels(1)),
        "scenes/Old Bridge.png": png(pixels(2)),
        "items/Rope/00001-12.png": png(pixels(3)),
        "characters/Mira.png": png(pixels(4)),
        "drafts/x.png": png(pixels(5)),
        "faces/smith_of_the_town.png": png(pixels(6)),
        "ComfyUI_00001_.png": png(pixels(7)),
    }
    (tmp_path / "rules.toml").write_text(
        '[[rule]]\npath = "drafts/*"\nskip = true\n\n'
        '[[rule]]\npath = "faces/*"\ntype = "character"\nname = "Old {stem}"\n'
    )
    folder = write(tmp_path / "art", files)
    done = bring(str(folder), "--rules", str(tmp_path / "rules.toml"))
    assert (done.returncode, done.stderr) == (0, "")
    names = {(image["subject_type"], image["subject_name"]) for image in found(server)}
    assert names == {
        ("scene", "Old Bridge"),
        ("item", "Rope"),
        ("character", "Mira"),
        ("character", "Old smith of the town"),
        ("item", "Imported"),
    }
    assert "1 skipped" in done.stdout
    for words in ({"time_of_day": "dusk", "weather": "light rain"}, {}):
        assert ask_scene(server.client, "Old Bridge", **words)["served"] == "cached"


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ("[[rule", "no TOML"),
        ('[[rule]]\nname = "x"', "path"),
        ('[[rule]]\npath = "*"\nkind = "item"', "kind"),
        ('rules = "x"', "[[rule]]"),
    ],
)
def test_rules_that_cannot_be_used(
    rules: str, words: str, tmp_path: Path, bring: Command, server: RunningServer
) -> None:
    (tmp_path / "rules.toml").write_text(rules)
    folder = write(tmp_path / "art", {"a.png": png(pixels())})
    done = bring(str(folder), "--rules", str(tmp_path / "rules.toml"))
    assert done.returncode == 2
    assert words in done.stderr
    assert row_count(server.settings) == 0


def test_scene_that_is_there_stays(server: RunningServer) -> None:
    own = ask_scene(server.client, "Old Mill")
    body = zipped({"scenes/Old Mill/day.png": png(pixels())})
    assert server.client.post(IMPORT, content=body).json()["stored"] == 1
    assert ask_scene(server.client, "Old Mill")["id"] == own["id"]


def test_hidden_prompt_goes_only_if_asked(server: RunningServer) -> None:
    data = stealthy(novelai())
    for name, params, is_hidden in (
        ("Lamp", {}, True),
        ("Clean Lamp", {"remove_hidden": "true"}, False),
    ):
        for outcome in ("stored", "already_there"):
            sent = {"file_name": name, **params}
            report = server.client.post(IMPORT, content=data, params=sent).json()
            (file,) = report["files"]
            assert (file["tool"], file["outcome"]) == ("NovelAI", outcome)
        (image,) = found(server, subject_name=name)
        stored = Image.open(file_of(server, image))
        stored.load()
        assert bool(hidden_fields(stored)) == is_hidden
        assert image["prompt_used"] == PROMPT


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"PK\x05\x06" + b"\0" * 18, 200),  # a zip without files
        (zipped({"a.png": png(pixels())})[:-30], 200),  # cut off, it is no zip any more
        (zipped({"../../a.png": png(pixels()), "/etc/b.png": png(pixels(1))}), 200),
    ],
)
def test_odd_bodies(body: bytes, status: int, server: RunningServer) -> None:
    before = row_count(server.settings)
    answer = server.client.post(IMPORT, content=body, params={"file_name": "../../x"})
    assert answer.status_code == status, answer.text
    report = answer.json()
    assert row_count(server.settings) - before == report["stored"]
    assert len(report["files"]) == report["stored"] + report["failed"]


def test_form_is_refused_plainly(server: RunningServer) -> None:
    answer = server.client.post(IMPORT, files={"file": ("a.png", png(pixels()), "image/png")})
    assert_error(answer, 422, "body_is_a_form")


def test_import_that_was_killed_goes_on(
    tmp_path: Path, bring: Command, server: RunningServer
) -> None:
    files = {f"items/Lamp/{number}.png": png(pixels(number)) for number in range(4)}
    folder = write(tmp_path / "art", files)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AT_THE_THIRD, "import", str(folder)],
        cwd=tmp_path,
        env=environment(server),
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert row_count(server.settings) == 2
    done = bring(str(folder))
    assert "2 stored, 2 were there, 0 skipped, 0 failed." in done.stdout
    assert all(file_of(server, image).is_file() for image in found(server))


def test_nothing_is_left_where_the_library_is_full(share_server: ServerFactory) -> None:
    server = share_server(library_limit_gb=1)
    make_image(server.client)
    execute(server.settings, "UPDATE image_assets SET file_size_bytes = ?", 2**30)
    before = stored_files(server.settings)
    answer = server.client.post(IMPORT, content=png(pixels()))
    assert_error(answer, 507, "library_full")
    assert stored_files(server.settings) == before


def test_a_pack_comes_back_the_same_over_http_and_by_the_command(
    tmp_path: Path, bring: Command, server: RunningServer, share_server: ServerFactory
) -> None:
    ask_scene(server.client, "Old Mill", time_of_day="dusk")
    make_image(server.client)
    export = "/api/v1/library/export"
    pack = server.client.get(export).content
    empty = share_server(cache_expiry_days=8)
    first = empty.client.post(IMPORT, content=pack).json()
    assert (first["is_pack"], first["stored"]) == (True, 2)
    assert empty.client.post(IMPORT, content=pack).json()["already_there"] == 2
    assert empty.client.get(export).content == pack
    assert empty.client.post(f"{SCENES}/generate", params={"location": "Old Mill"}).is_success
    path = tmp_path / "pack.zip"
    path.write_bytes(pack)
    done = bring(str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 were there" in done.stdout
    damaged = tmp_path / "damaged"
    shutil.unpack_archive(path, damaged)
    next((damaged / "images" / "full").iterdir()).write_bytes(b"no image")
    done = bring(str(damaged))
    assert done.returncode == 2
    assert "is damaged" in done.stderr


def test_nothing_to_import(tmp_path: Path, bring: Command) -> None:
    done = bring(str(tmp_path / "nowhere"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "There is no nowhere." in done.stderr


def test_what_the_documentation_shows(
    tmp_path: Path, bring: Command, server: RunningServer
) -> None:
    page = (PROJECT / "docs" / "importing.md").read_text("utf-8")
    files = {
        "items/Brass Lamp/1.png": png(pixels(1)),
        "scenes/Old Bridge/dusk_light rain.png": png(pixels(2)),
        "faces/Mira.png": png(pixels(3)),
        "drafts/x.png": png(pixels(4)),
    }
    write(tmp_path / "art", files)
    (tmp_path / "art.zip").write_bytes(zipped(files))
    (tmp_path / "Brass_Lamp.png").write_bytes(png(pixels(5)))
    (tmp_path / "rules.toml").write_text(page.partition("```toml\n")[2].partition("```")[0])
    commands = [
        shlex.split(line) for line in re.findall(r"^scripts/import.sh .+$", page, re.MULTILINE)
    ]
    assert len(commands) == 6
    for _, *arguments in commands:
        done = bring(*arguments)
        assert (done.returncode, done.stderr) == (0, ""), arguments
    calls = [
        (shlex.split(line), re.findall(r"http://127.0.0.1:8000(/[^\"\s]+)", line)[0])
        for line in re.findall(r"^curl .+$", page, re.MULTILINE)
    ]
    assert len(calls) == 2
    for words, address in calls:
        body = tmp_path / next(word for word in words if word.startswith("@"))[1:]
        answer = server.client.post(address, content=body.read_bytes())
        assert answer.json()["failed"] == 0
    names = {(image["subject_type"], image["subject_name"]) for image in found(server)}
    assert {("item", "Brass Lamp"), ("scene", "Old Bridge"), ("character", "Mira")} <= names
