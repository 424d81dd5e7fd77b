"""scripts/migrate.sh against a real server, and against answers that no server of ours gives."""

import json
import os
import pty
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ServerFactory
from tests.support.command import run_command
from tests.support.free_port import free_port
from tests.support.legacy_dumps import LIBRARY, Json, image, library, sample, scene
from tests.support.library import row_count
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import RunningServer
from tests.support.script_project import ROOT, ScriptProject

pytestmark = pytest.mark.thorough

REPORT = {"scenes": 1, "items": 0, "already_there": 0, "errors": [], "notes": []}

Migrate = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def migrate(tmp_path: Path) -> Migrate:
    """Run the command as the script does, from a folder of the test's own."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        given = {"PYTHONPATH": str(ROOT / "backend"), "HTTP_PROXY": "http://127.0.0.1:9"}
        return run_command("migrate", arguments, tmp_path, {**given, **environment})

    return run


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


def test_moves_everything_once(server: RunningServer, migrate: Migrate, tmp_path: Path) -> None:
    dump = saved(tmp_path, sample("data-uri"))
    foretold = migrate(dump, "--url", server.url, "--dry-run")
    assert (foretold.returncode, row_count(server.settings)) == (0, 0)
    assert "Would move: 2 (1 scenes, 1 items)." in foretold.stdout
    assert "Note: aidnd_savegame: saved games belong to a browser" in foretold.stdout
    dump = saved(tmp_path, sample("bare-base64"))
    first = migrate(dump, "--url", server.url)
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines() == [
        "7 of 7 entries",
        "Moved: 6 (2 scenes, 4 items). Already there: 1. Errors: 0.",
    ]
    again = migrate(dump, PORT=server.url.rpartition(":")[2])  # this checkout's own server
    assert "Moved: 0 (0 scenes, 0 items). Already there: 7." in again.stdout
    assert row_count(server.settings) == 6


def test_script_on_a_terminal(server: RunningServer, tmp_path: Path) -> None:
    """The dump's name is relative to the caller's folder; a bar shows each batch."""
    script = ScriptProject(tmp_path / "project").folder / "scripts" / "migrate.sh"
    dump = saved(tmp_path, library(Rope=[image(seed, id=f"{seed}") for seed in range(30)]))
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [script, dump, "--url", server.url], cwd=tmp_path, stdout=theirs, stderr=theirs
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
    assert row_count(server.settings) == 30


def test_operators_token_lifts_the_limit_of_a_day(
    make_server: ServerFactory, migrate: Migrate, tmp_path: Path
) -> None:
    server = make_server(client_daily_mb=0, admin_token="only-the-operator")
    dump = saved(tmp_path, sample("bare-base64"))
    refused = migrate(dump, "--url", server.url)
    assert (refused.returncode, "CLIENT_DAILY_MB" in refused.stdout) == (1, True)
    port = server.url.rpartition(":")[2]
    assert migrate(dump, PORT=port, ADMIN_TOKEN="only-the-operator").returncode == 0
    assert row_count(server.settings) == 6


def test_errors_are_named_and_cannot_play_with_the_terminal(
    server: RunningServer, migrate: Migrate, tmp_path: Path
) -> None:
    dump = {LIBRARY: {"\x1b[2J剣": {"images": [image(1), None]}, "Rope": None}, **scene()}
    done = migrate(saved(tmp_path, dump), "--url", server.url, PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert "Errors: 2." in done.stdout
    assert f"  {LIBRARY}/Rope: The entry is empty" in done.stdout
    assert "\\x1b[2J" in done.stdout
    assert "\x1b" not in done.stdout
    assert row_count(server.settings) == 2


@pytest.mark.parametrize(
    ("answers", "status", "says"),
    [
        (
            [(429, {"Retry-After": "1"}, {}), (200, {}, REPORT)],
            0,
            "The server asks to wait 1 s (429).",
        ),
        ([(413, {}, {})], 1, "  nanoBananaSceneCache/scene_7: Too large for the server (413)."),
        ([(500, {}, {"message": "Something broke."})], 2, "500: Something broke."),
        ([(200, {}, b"<html>")], 2, "no Emberpeak server"),
        ([(200, {}, {"status": "success"})], 2, "no Emberpeak server"),
    ],
)
def test_other_answers(
    answers: list[tuple[int, dict[str, str], Any]],
    status: int,
    says: str,
    migrate: Migrate,
    tmp_path: Path,
) -> None:
    with standin(*answers) as url:
        done = migrate(saved(tmp_path, scene(7)), "--url", url)
    assert (done.returncode, says in done.stdout + done.stderr) == (status, True), done


def test_server_that_cannot_be_reached(migrate: Migrate, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    done = migrate(saved(tmp_path, scene()), "--url", url)
    assert (done.returncode, f"The server at {url} cannot be reached" in done.stderr) == (2, True)
    assert migrate(saved(tmp_path, scene()), "--url", "nonsense://x").returncode == 2


@pytest.mark.parametrize(
    ("content", "status", "says"),
    [
        ("{cut", 2, "holds no JSON"),
        ("[]", 2, "but no object"),
        (None, 2, "There is no file dump.json."),
        ('{"lastActiveTab": "quest"}', 0, "There are no images of the old game in this file."),
    ],
)
def test_files_that_are_no_dump(
    content: str | None, status: int, says: str, migrate: Migrate, tmp_path: Path
) -> None:
    done = migrate("dump.json" if content is None else saved(tmp_path, content))
    assert (done.returncode, says in done.stdout + done.stderr) == (status, True), done
    assert "Traceback" not in done.stderr


def test_without_a_file(migrate: Migrate) -> None:
    assert (migrate(".").returncode, migrate().returncode) == (2, 2)
