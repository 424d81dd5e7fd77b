"""The application that ships, behind a real socket, in a thread of the test process."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from app.config import Settings
from app.main import create_app
from app.server.limits import HTTP_LIMITS, HttpLimits
from app.server.uvicorn_options import server_options
from tests.support.patience import PATIENCE_SECONDS

# Of settings in tests that are not about these limits: most ask for many pictures at once.
ROOM_IN_EACH_MINUTE = {"max_requests_per_minute": 10**6, "scene_requests_per_minute": 10**6}


@dataclass(frozen=True)
class RunningServer:
    """A server that answers; ``client`` keeps cookies like one browser does."""

    url: str
    settings: Settings
    client: httpx.Client

    def another_client(self, **options: object) -> httpx.Client:
        """A client with cookies of its own; the caller closes it."""
        return httpx.Client(base_url=self.url, timeout=PATIENCE_SECONDS, verify=False, **options)  # type: ignore[arg-type]


@contextmanager
def running_server(
    settings: Settings, health_seconds: float = 0.0, limits: HttpLimits = HTTP_LIMITS
) -> Iterator[RunningServer]:
    """Start the server on a free port, and stop it the way a signal does.

    Args:
        settings: What to run with.
        health_seconds: How long `/health` remembers; a test asks at once after a change.
        limits: Of its connections.
    """
    config = uvicorn.Config(
        create_app(settings, health_seconds=health_seconds),
        host="127.0.0.1",
        port=0,
        **server_options(settings, limits),
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="test-server")
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start; the log above says why")
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=url, timeout=PATIENCE_SECONDS, verify=False) as client:
            yield RunningServer(url, settings, client)
    finally:
        server.should_exit = True
        thread.join()


def settings_in(data: Path, empty_database: Path, **values: Any) -> Settings:
    """Settings whose data lies in a folder; the first call copies the empty database there."""
    data.mkdir(exist_ok=True)
    if not (data / "game.db").exists():
        shutil.copy(empty_database, data / "game.db")
    own = {
        "database_url": f"sqlite:///{data / 'game.db'}",
        "image_storage_dir": data / "images",
        "backup_dir": data / "backups",
    }
    return Settings(_env_file=None, **{**own, **ROOM_IN_EACH_MINUTE, **values})


@contextmanager
def lasting_server(data: Path, empty_database: Path, **values: Any) -> Iterator[RunningServer]:
    """Run a server on a database of its own, for many tests."""
    with running_server(settings_in(data, empty_database, **values)) as running:
        yield running
