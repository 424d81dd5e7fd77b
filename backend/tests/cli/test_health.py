"""scripts/health.sh: whether the server of this checkout is well, by its exit status."""

import shutil
from pathlib import Path

from starlette.types import Receive, Scope, Send

from app import __version__
from tests.conftest import ServerFactory
from tests.support.command import run_command
from tests.support.free_port import free_port
from tests.support.running_server import RunningServer
from tests.support.script_project import ROOT
from tests.support.served_app import serving


def ask(server_port: str, folder: Path, *arguments: str) -> tuple[int, str]:
    done = run_command(
        "health", arguments, folder, {"PYTHONPATH": str(ROOT / "backend"), "PORT": server_port}
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def port_of(server: RunningServer) -> str:
    return server.url.rpartition(":")[2]


def test_well_or_of_another_version(server: RunningServer, tmp_path: Path) -> None:
    status, words = ask(port_of(server), tmp_path, "--version", __version__)
    assert (status, words.startswith(f"Emberpeak {__version__} at {server.url}: ")) == (0, True)
    status, words = ask(port_of(server), tmp_path, "--version", "7.0.0")
    assert (status, f"version {__version__}, not 7.0.0" in words) == (1, True)


def test_cannot_store(make_server: ServerFactory, tmp_path: Path) -> None:
    server = make_server()
    shutil.rmtree(server.settings.image_storage_dir)
    status, words = ask(port_of(server), tmp_path)
    assert (status, ": error." in words) == (1, True)


async def another(_scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"<html>"})


def test_nobody_answers_or_another_server(tmp_path: Path) -> None:
    status, words = ask(str(free_port()), tmp_path)
    assert (status, "does not answer" in words) == (2, True)
    with serving(another) as url:
        status, words = ask(url.rpartition(":")[2], tmp_path)
    assert (status, "no Emberpeak server" in words) == (2, True)
