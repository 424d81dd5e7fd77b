"""A fresh server as it ships, in a process of its own, with its data in a temporary folder."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

_PROJECT = Path(__file__).resolve().parents[2]


@contextmanager
def fresh_server(**environment: str) -> Iterator[httpx2.Client]:
    """Start a server, give a client of it, and end it and its data.

    The data lies in the project's own data folder: /tmp is no real disk on many machines.
    """
    data = _PROJECT / "data"
    data.mkdir(exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="bench-", dir=data) as folder:
        values = {
            **os.environ,
            "PYTHONPATH": str(_PROJECT / "backend"),
            "PORT": str(port),
            "LOG_LEVEL": "WARNING",
            **environment,
        }
        with (Path(folder) / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "app"], cwd=folder, env=values, stdout=log, stderr=log
            )
        url = f"http://127.0.0.1:{port}"
        try:
            with httpx2.Client(base_url=url, timeout=300, trust_env=False) as client:
                _wait_for(client, process)
                yield client
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _wait_for(client: httpx2.Client, process: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            client.get("/health")
        except httpx2.TransportError:
            if process.poll() is not None:
                raise RuntimeError("the server did not start") from None
            time.sleep(0.02)
        else:
            return
