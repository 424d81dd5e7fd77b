"""scripts/migrate.sh, the real script, against a real server."""

import json
import os
import pty
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ServerFactory
from tests.support.free_port import free_port
from tests.support.legacy_dumps import (
    LIBRARY,
    Json,
    as_text,
    documented,
    image,
    library,
    parsed,
    sample,
    scene,
)
from tests.support.library import row_count
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.thorough

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script in a project folder of its own.

    The script makes a venv anew where it finds none of its own making: run in the checkout, it
    could delete the one that these tests run from.
    """
    folder = tmp_path_factory.mktemp("project")
    (folder / "scripts").mkdir()
    for name in ("migrate.sh", "environment.sh"):
        shutil.copy(PROJECT / "scripts" / name, folder / "scripts")
    shutil.copy(PROJECT / "requirements.txt", folder)
    (folder / "backend").symlink_to(PROJECT / "backend")
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', "ascii")
    python.chmod(0o755)
    (folder / ".venv" / ".made").touch()
    stamp = "checksum requirements.txt > .venv/.installed-requirements.txt"
    subprocess.run(["bash", "-c", f". scripts/environment.sh; {stamp}"], cwd=folder, check=True)
    return folder


@pytest.fixture
def migrate(project: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the script from a folder of the test's own."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(project / "scripts" / "migrate.sh"), *arguments],
            cwd=tmp_path,
            env={**os.environ, "HTTP_PROXY": "http://127.0.0.1:9", "PYTHONIOENCODING": "ascii"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


Migrate = Callable[..., subprocess.CompletedProcess[str]]


def saved(folder: Path, dump: Json | str) -> str:
    path = folder / "dump.json"
    path.write_text(dump if isinstance(dump, str) else json.dumps(dump), "utf-8")
    return path.name


@contextmanager
def standin(*answers: tuple[int, dict[str, str], Any]) -> Iterator[str]:
    """A server that gives prepared answers, one after the other."""
    waiting = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, headers, body = waiting.pop(0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert not waiting


@pytest.mark.parametrize("shape", [as_text, parsed, documented])
def test_moves_everything_once(
    server: RunningServer, migrate: Migrate, tmp_path: Path, shape: Callable[[Json], Json]
) -> None:
    dump = saved(tmp_path, shape(sample("bare-base64")))
    first = migrate(dump, "--url", server.url)
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines() == [
        "7 of 7 entries",
        "Moved: 6 (2 scenes, 4 items). Already there: 1. Errors: 0.",
    ]
    assert (
        "Moved: 0 (0 scenes, 0 items). Already there: 7."
        in migrate(dump, "--url", server.url).stdout
    )
    assert row_count(server.settings) == 6


def test_this_checkouts_own_server(
    server: RunningServer, migrate: Migrate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", server.url.rpartition(":")[2])
    done = migrate(saved(tmp_path, sample("bare-base64")))
    assert (done.returncode, done.stderr) == (0, "")
    assert row_count(server.settings) == 6


def test_operators_token_lifts_the_limit_of_a_day(
    make_server: ServerFactory, migrate: Migrate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = make_server(client_daily_mb=0, admin_token="only-the-operator")
    dump = saved(tmp_path, sample("bare-base64"))
    refused = migrate(dump, "--url", server.url)
    assert refused.returncode == 1
    assert "CLIENT_DAILY_MB" in refused.stdout + refused.stderr
    monkeypatch.setenv("PORT", server.url.rpartition(":")[2])
    monkeypatch.setenv("ADMIN_TOKEN", "only-the-operator")
    assert migrate(dump).returncode == 0
    assert row_count(server.settings) == 6


def test_sends_in_batches(server: RunningServer, migrate: Migrate, tmp_path: Path) -> None:
    dump = saved(tmp_path, library(Rope=[image(seed, id=f"{seed}") for seed in range(50)]))
    done = migrate(dump, "--url", server.url)
    assert done.stdout.splitlines()[:3] == [
        "20 of 50 entries", "40 of 50 entries", "50 of 50 entries",
    ]  # fmt: skip
    assert row_count(server.settings) == 50


def test_dry_run_stores_nothing(server: RunningServer, migrate: Migrate, tmp_path: Path) -> None:
    done = migrate(saved(tmp_path, sample("data-uri")), "--url", server.url, "--dry-run")
    assert done.returncode == 0
    assert "Would move: 2 (1 scenes, 1 items)." in done.stdout
    assert "Note: aidnd_savegame: saved games belong to a browser" in done.stdout
    assert row_count(server.settings) == 0


def test_errors_are_named_and_cannot_play_with_the_terminal(
    server: RunningServer, migrate: Migrate, tmp_path: Path
) -> None:
    dump = {LIBRARY: {"\x1b[2J剣": {"images": [image(1), None]}, "Rope": None}, **scene()}
    done = migrate(saved(tmp_path, dump), "--url", server.url)
    assert done.returncode == 1
    assert "Errors: 2." in done.stdout
    assert f"  {LIBRARY}/Rope: The entry is empty" in done.stdout
    assert "\\x1b[2J" in done.stdout
    assert "\x1b" not in done.stdout
    assert row_count(server.settings) == 2


def test_waits_where_it_is_asked_to(migrate: Migrate, tmp_path: Path) -> None:
    report = {"scenes": 1, "items": 0, "already_there": 0, "errors": [], "notes": []}
    with standin((429, {"Retry-After": "1"}, {}), (200, {}, report)) as url:
        done = migrate(saved(tmp_path, scene()), "--url", url)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "The server asks to wait 1 s (429)."


def test_too_large_for_the_server(migrate: Migrate, tmp_path: Path) -> None:
    with standin((413, {}, {"message": "The request is too large."})) as url:
        done = migrate(saved(tmp_path, scene(7)), "--url", url)
    assert done.returncode == 1
    assert "  nanoBananaSceneCache/scene_7: Too large for the server (413)." in done.stdout


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((500, {}, {"message": "Something went wrong here."}), "500: Something went wrong here."),
        ((404, {}, b"<html>"), "404: no Emberpeak server answers there."),
        ((200, {}, b"<html>"), "no Emberpeak server"),
        ((200, {}, {"status": "success"}), "no Emberpeak server"),
    ],
)
def test_answers_that_make_no_sense(
    migrate: Migrate, tmp_path: Path, answer: tuple[int, dict[str, str], Any], message: str
) -> None:
    with standin(answer) as url:
        done = migrate(saved(tmp_path, scene()), "--url", url)
    assert done.returncode == 2
    assert message in done.stderr


def test_server_that_cannot_be_reached(migrate: Migrate, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    done = migrate(saved(tmp_path, scene()), "--url", url)
    assert done.returncode == 2
    assert f"The server at {url} cannot be reached" in done.stderr
    assert migrate(saved(tmp_path, scene()), "--url", "nonsense://x").returncode == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [("{cut", "holds no JSON"), ("[]", "but no object"), ("", "holds no JSON")],
)
def test_files_that_are_no_dump(
    migrate: Migrate, tmp_path: Path, content: str, message: str
) -> None:
    done = migrate(saved(tmp_path, content))
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_file_that_is_missing_or_a_folder(migrate: Migrate) -> None:
    missing = migrate("missing.json")
    assert (missing.returncode, missing.stderr) == (2, "There is no file missing.json.\n")
    assert migrate(".").returncode == 2
    assert migrate().returncode == 2


def test_nothing_in_it(migrate: Migrate, tmp_path: Path) -> None:
    done = migrate(saved(tmp_path, {"lastActiveTab": "quest"}))
    assert done.returncode == 0
    assert "There are no pictures of the old game in this file." in done.stdout


def test_bar_on_a_terminal(server: RunningServer, project: Path, tmp_path: Path) -> None:
    dump = saved(tmp_path, library(Rope=[image(seed, id=f"{seed}") for seed in range(30)]))
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [str(project / "scripts" / "migrate.sh"), dump, "--url", server.url],
        cwd=tmp_path,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # how Linux says that the other end is closed
        pass
    finally:
        os.close(ours)
    assert process.wait(PATIENCE_SECONDS) == 0
    assert b"\r\x1b[K[" + b"#" * 20 + b"." * 10 + b"] 20 of 30 entries" in shown
    assert b"[" + b"#" * 30 + b"] 30 of 30 entries\r\nMoved: 30" in shown
