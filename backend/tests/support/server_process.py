"""The server as it ships, `python -m app`, in a process of its own with its log in a file."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from app.config import Settings
from tests.support.fork_server import ForkedProcess
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import ROOM_IN_EACH_MINUTE

_BACKEND = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class ServerProcess:
    """A server that answers, and what it wrote to standard error."""

    url: str
    settings: Settings
    client: httpx.Client
    log_file: Path
    process: subprocess.Popen[bytes] | ForkedProcess

    def end(self, number: signal.Signals) -> int:
        """Send a signal, and give the exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)

    def log_lines(self) -> list[dict[str, Any]]:
        """Every line so far; fails where one is no JSON object."""
        lines = [json.loads(line) for line in self.log_file.read_text("utf-8").splitlines()]
        assert all(isinstance(line, dict) for line in lines)
        return lines

    def wait_for_line(self, matches: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first line that matches; the line of a request comes after its answer."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for line in self.log_lines():
                if matches(line):
                    return line
            time.sleep(0.01)
        raise TimeoutError(self.log_file.read_text("utf-8"))


@contextmanager
def server_process(
    folder: Path,
    log_name: str = "server.log",
    *,
    program: Sequence[str] = ("app",),
    fresh: bool = False,
    **environment: str,
) -> Iterator[ServerProcess]:
    """Start the server on a free port with its data in ``folder``, and stop it by SIGTERM.

    Args:
        folder: Where it runs and writes.
        log_name: The file in it for what the server prints.
        program: The module that runs it, with its arguments.
        fresh: Whether it gets an interpreter of its own, as for a user, instead of a fork.
        environment: Further settings.
    """
    log_file = folder / log_name
    values = {
        "DATABASE_URL": f"sqlite:///{folder / 'game.db'}",
        "IMAGE_STORAGE_DIR": str(folder / "images"),
        "PORT": "0",
        "LOG_FORMAT": "json",
        **{name.upper(): str(limit) for name, limit in ROOM_IN_EACH_MINUTE.items()},
        **environment,
    }
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name.lower() not in Settings.model_fields and not name.startswith("GOOGLE_")
    }
    # Compiling everything anew is an eighth of what a start costs.
    inherited.pop("PYTHONDONTWRITEBYTECODE", None)
    all_values = {**inherited, "PYTHONPATH": str(_BACKEND), **values}
    process: subprocess.Popen[bytes] | ForkedProcess
    log_file.write_bytes(b"")
    if fresh:
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *program],
                cwd=folder,
                env=all_values,
                stderr=log,
                stdout=log,
            )
    else:
        process = ForkedProcess(program, folder, all_values, log_file, log_file)
    try:
        url = _address(process, log_file)
        settings = Settings(
            _env_file=None,
            database_url=values["DATABASE_URL"],
            image_storage_dir=folder / "images",
        )
        with httpx.Client(base_url=url, timeout=PATIENCE_SECONDS, verify=False) as client:
            yield ServerProcess(url, settings, client, log_file, process)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _address(process: subprocess.Popen[bytes] | ForkedProcess, log_file: Path) -> str:
    """Wait for uvicorn's line that names the address."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        text = log_file.read_text("utf-8")
        if "Uvicorn running on " in text and "Application startup complete" in text:
            url = text.split("Uvicorn running on ")[1].split(" ")[0]
            if _answers(url):
                return url
        time.sleep(0.01)
    raise RuntimeError(log_file.read_text("utf-8"))


def _answers(url: str) -> bool:
    """Whether the door is open: its address is told before."""
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname, address.port), PATIENCE_SECONDS).close()
    except ConnectionError:
        return False
    return True
