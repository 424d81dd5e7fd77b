"""Row: a cache hit costs what it cost, beside the least that a server can do."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.bench.load import seconds_a_request
from scripts.bench.row import Row
from scripts.bench.server import fresh_server

NAME = "cached scene (to a bare Starlette route)"
# 0.45 of its requests a second.
GOAL = 1 / 0.45
_REQUESTS = 2000
_WARM_UP = 200
_PATH = "/api/v1/scenes/generate?location=Old+Mill"
_PROJECT = Path(__file__).resolve().parents[2]


def measure(runs: int) -> Row:
    """Time both in turn, one worker each, so that what else the machine does hits both alike."""
    ours, baseline = [], []
    with fresh_server(IMAGE_PROVIDER="pixel", WORKERS="1") as client, _bare_server() as bare_port:
        client.post(_PATH).raise_for_status()
        port = client.base_url.port or 80
        # The cookie of a player who has been here: else each answer would make a new one.
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        hit = _request("POST", _PATH, cookie)
        bare = _request("GET", "/a", "")
        for target, request in ((port, hit), (bare_port, bare)):
            seconds_a_request(target, request, requests=_WARM_UP)
        for _ in range(runs):
            baseline.append(1e6 * seconds_a_request(bare_port, bare, requests=_REQUESTS))
            ours.append(1e6 * seconds_a_request(port, hit, requests=_REQUESTS))
    print("cache hits a second:", *(f"{1e6 / value:.0f}" for value in sorted(ours)))
    return Row(NAME, "us", ours, baseline, GOAL)


def _request(method: str, path: str, cookie: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Length: 0"]
    lines += [f"Cookie: {cookie}"] if cookie else []
    return "\r\n".join([*lines, "", ""]).encode()


@contextmanager
def _bare_server() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "uvicorn", "scripts.bench.bare:app"),
            *("--port", str(port), "--no-access-log", "--log-level", "warning"),
        ],
        cwd=_PROJECT,
        env=dict(os.environ),
    )
    try:
        while not _answers(port):
            if process.poll() is not None:
                raise RuntimeError("the bare server did not start")
            time.sleep(0.02)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
