"""A disk of images that does not answer, such as a network mount that is gone."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from app.services.storage import StorageService
from tests.conftest import ServerFactory
from tests.support.ledger import wait_until
from tests.support.library import IMAGES, SCENES, ask_scene, file_of, make_image
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import RunningServer

Ask = Callable[[httpx.Client, dict[str, Any]], httpx.Response]


def cached_scene(client: httpx.Client, _image: dict[str, Any]) -> httpx.Response:
    return client.post(f"{SCENES}/generate", params={"location": "Old Mill"})


def new_scene(client: httpx.Client, _image: dict[str, Any]) -> httpx.Response:
    return client.post(f"{SCENES}/generate", params={"location": "Ford"})


def known_file(client: httpx.Client, image: dict[str, Any]) -> httpx.Response:
    return client.get(f"/{image['storage_path_full']}", headers={"If-None-Match": "*"})


class Hanging:
    """One way to look at the disk that hangs until it is let go."""

    def __init__(self, look: Callable[..., Any]) -> None:
        self.has_begun, self.may_end = threading.Event(), threading.Event()
        self._look = look

    def __call__(self, *arguments: Any) -> Any:
        self.has_begun.set()
        self.may_end.wait(PATIENCE_SECONDS)
        return self._look(*arguments)


@pytest.fixture
def hang(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Hanging]]:
    made = []

    def begin(name: str) -> Hanging:
        hanging = Hanging(getattr(StorageService, name))
        made.append(hanging)

        def as_method(*arguments: Any) -> Any:
            return hanging(*arguments)

        monkeypatch.setattr(StorageService, name, as_method)
        return hanging

    yield begin
    for hanging in made:
        hanging.may_end.set()


@pytest.mark.parametrize(
    ("look", "ask", "status"),
    [
        ("holds", cached_scene, 200),
        ("has", known_file, 304),
        ("is_writable", new_scene, 200),
        ("trouble", new_scene, 200),
    ],
)
def test_everything_else_is_answered(
    look: str, ask: Ask, status: int, server: RunningServer, hang: Callable[[str], Hanging]
) -> None:
    image = ask_scene(server.client)
    hanging = hang(look)
    with ThreadPoolExecutor(1) as threads, server.another_client() as other:
        asked = threads.submit(ask, server.client, image)
        assert hanging.has_begun.wait(PATIENCE_SECONDS)
        assert other.get("/health/live").status_code == 200
        assert not asked.done()
        hanging.may_end.set()
        assert asked.result().status_code == status


def test_files_that_hang_keep_no_search_waiting(make_server: ServerFactory) -> None:
    """However many of them are asked for."""
    server = make_server()
    image = make_image(server.client)
    path = file_of(server, image)
    path.unlink()
    os.mkfifo(path)  # reading it waits until somebody writes
    with ThreadPoolExecutor(40) as threads:
        address = f"/{image['storage_path_full']}"
        asked = [threads.submit(server.client.get, address) for _ in range(40)]
        try:
            wait_until(lambda: all(one.running() for one in asked))
            with server.another_client() as other:
                assert other.get(f"{IMAGES}/search").json()["total"] == 1
        finally:
            while not all(one.done() for one in asked):
                with os.fdopen(os.open(path, os.O_RDWR), "wb") as pipe:
                    pipe.write(b"x")
