"""The server as it ships, in a process of its own: killed while it works, and stopped in peace."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.database.engine import Database
from app.models import ImageAsset
from app.services.storage.layout import MARKER
from tests.support.fork_server import ForkedProcess
from tests.support.free_port import free_port
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import ROOM_IN_EACH_MINUTE

pytestmark = pytest.mark.thorough

BACKEND = Path(__file__).parents[1]
CLIENTS = 4

Start = Callable[[], "ServerInAProcess"]


class ServerInAProcess:
    """``python -m app`` with its data under the folder it was started in.

    With ``fresh`` it gets an interpreter of its own, as for a user, instead of a fork.
    """

    def __init__(
        self, folder: Path, module: str = "app", *, fresh: bool = False, **environment: str
    ) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.client = httpx.Client(base_url=self.url, timeout=PATIENCE_SECONDS, verify=False)
        self._log = (folder / "server.log").open("ab")
        room = {name.upper(): str(limit) for name, limit in ROOM_IN_EACH_MINUTE.items()}
        own = {"PYTHONPATH": str(BACKEND), "PORT": str(port)}
        values = {**os.environ, **room, **own, **environment}
        self.process: subprocess.Popen[bytes] | ForkedProcess
        if fresh:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module],
                cwd=folder,
                env=values,
                stdout=self._log,
                stderr=self._log,
            )
        else:
            log = folder / "server.log"
            self.process = ForkedProcess([module], folder, values, log, log)

    def wait_until_healthy(self) -> dict[str, Any]:
        """What /health says once it answers."""
        while True:
            try:
                answer: dict[str, Any] = self.client.get("/health").json()
            except httpx.TransportError:
                assert self.process.poll() is None, "the server did not start: see server.log"
                time.sleep(0.02)
            else:
                return answer

    def end(self, number: signal.Signals) -> int:
        """Send a signal, and give the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE_SECONDS)
        self._log.close()
        self.client.close()
        return status


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start servers in the test's folder; what still runs at the end is killed."""
    with ExitStack() as stack:

        def start_one() -> ServerInAProcess:
            server = ServerInAProcess(tmp_path, fresh=True)
            stack.callback(lambda: server.process.poll() is None and server.end(signal.SIGKILL))
            return server

        yield start_one


def generate(server: ServerInAProcess, location: str) -> dict[str, Any] | None:
    """Ask for a scene; None where the server went away before it answered."""
    try:
        response = server.client.post("/api/v1/scenes/generate", params={"location": location})
    except httpx.TransportError:
        return None
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def file_names(folder: Path) -> set[str]:
    names = {entry.name for entry in folder.iterdir()} if folder.exists() else set()
    return names - {MARKER}


def rows(folder: Path) -> dict[str, ImageAsset]:
    """Every row, by the name of its file."""
    database = Database(f"sqlite:///{folder / 'game.db'}")
    with database.reading() as session:
        found = {Path(row.storage_path_full).name: row for row in session.query(ImageAsset)}
    database.close()
    return found


def assert_nothing_half_done(data: Path, images_total: int) -> None:
    """Between folder and table there is no difference, and nobody's leavings are in the folder."""
    known = rows(data)
    assert file_names(data / "images") <= {"full", "thumbnails", "quarantine", ".emberpeak"}
    assert file_names(data / "images" / "full") == set(known)
    assert file_names(data / "images" / "thumbnails") == set(known)
    assert len(known) == images_total
    for name, row in known.items():
        content = (data / "images" / "full" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row.content_hash
        assert len(content) == row.file_size_bytes


class TestStopped:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_ends_cleanly(self, number: signal.Signals, start: Start, tmp_path: Path) -> None:
        server = start()
        server.wait_until_healthy()
        made = generate(server, "Old Mill")
        assert made
        server.client.get(f"/api/v1/images/{made['id']}")
        began = time.monotonic()
        status = server.end(number)
        print(f"{number.name}: ended with {status} in {time.monotonic() - began:.2f} s")  # noqa: T201
        assert status in {0, -number}
        log = (tmp_path / "server.log").read_text(encoding="utf-8")
        assert "Traceback" not in log
        data = tmp_path / "data"
        assert file_names(data) == {"game.db", "images"}  # no -wal, no -shm
        assert file_names(data / "images" / ".emberpeak" / "instances") == set()
        (row,) = rows(data).values()
        assert row.use_count == 1  # counted less than a second before

    def test_a_picture_under_way_is_finished_first(self, start: Start, tmp_path: Path) -> None:
        server = start()
        server.wait_until_healthy()
        with ThreadPoolExecutor(CLIENTS) as threads:
            asking = [
                threads.submit(generate, server, f"Cave {client}") for client in range(CLIENTS)
            ]
            while not file_names(tmp_path / "data" / "images" / "full"):
                time.sleep(0.005)
            server.end(signal.SIGTERM)
            answers = [answer for client in asking if (answer := client.result())]
        assert answers
        data = tmp_path / "data"
        assert {Path(answer["url"]).name for answer in answers} <= set(rows(data))
        assert file_names(data / "images" / "full") == set(rows(data))
