"""Servers to measure: Emberpeak as it ships, from this checkout or another, and a bare one."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

PROJECT = Path(__file__).resolve().parents[2]
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        port: On loopback.
        pid: Of its one process.
    """

    port: int
    pid: int

    @property
    def processor_seconds(self) -> float:
        """Processor time of the process and its ended children so far, from Linux's /proc."""
        after_name = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, after_name[11:15])) / _TICKS

    @property
    def memory_mb(self) -> float:
        """Resident memory."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    @contextmanager
    def client(self) -> Iterator[httpx2.Client]:
        """A client that keeps its cookies."""
        url = f"http://127.0.0.1:{self.port}"
        with httpx2.Client(base_url=url, timeout=300, trust_env=False) as client:
            yield client


@contextmanager
def emberpeak(checkout: Path, data: Path, **environment: str) -> Iterator[Server]:
    """Start the server of a checkout with its data in a folder; end it at the end.

    It logs to a file as it would in production.
    """
    python = checkout / ".venv/bin/python"
    defaults = {
        "PYTHONPATH": str(checkout / "backend"),
        "LOG_FORMAT": "json",
        "IMAGE_PROVIDER": "pixel",
        "MAX_REQUESTS_PER_MINUTE": "100000",
        "SCENE_REQUESTS_PER_MINUTE": "100000",
    }
    command = [str(python) if python.exists() else sys.executable, "-m", "app"]
    with _running(command, data, {**defaults, **environment}, "/health") as server:
        yield server


@contextmanager
def bare(data: Path, **environment: str) -> Iterator[Server]:
    """Start the bare application."""
    with _running([sys.executable, "-c", _BARE], data, environment, "/a") as server:
        yield server


_BARE = """
import os, uvicorn
from scripts.bench.bare import app
uvicorn.run(app, port=int(os.environ["PORT"]), access_log=False, log_level="warning")
"""


@contextmanager
def _running(
    command: list[str], folder: Path, environment: dict[str, str], probe: str
) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    values = {**os.environ, "PYTHONPATH": str(PROJECT), "PORT": str(port), **environment}
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=folder, env=values, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}{probe}", process, folder)
        yield Server(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait_for(url: str, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    while True:
        try:
            httpx2.get(url, trust_env=False)
        except httpx2.TransportError:
            if process.poll() is not None:
                log = (folder / "server.log").read_text()[-2000:]
                raise RuntimeError(f"the server did not start: {log}") from None
            time.sleep(0.02)
        else:
            return
