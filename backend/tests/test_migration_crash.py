"""A server killed in the middle of a migration: what it kept is whole, and the rerun ends it."""

import json
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.config import Settings
from tests.support.legacy_dumps import (
    MIGRATE,
    assert_adds_up,
    assert_no_strays,
    bare,
    image,
    library,
    picture,
    scene,
)
from tests.support.library import row_count, stored_files
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import RunningServer
from tests.test_crash_recovery import ServerInAProcess

pytestmark = pytest.mark.thorough

PICTURES = 25


def settings_in(folder: Path) -> Settings:
    return Settings(
        _env_file=None,
        database_url=f"sqlite:///{folder / 'data' / 'game.db'}",
        image_storage_dir=folder / "data" / "images",
    )


@contextmanager
def started(folder: Path, *, fresh: bool = False) -> Iterator[ServerInAProcess]:
    """A healthy server with its data in a folder; killed at the end where it still runs."""
    server = ServerInAProcess(folder, fresh=fresh)
    try:
        server.wait_until_healthy()
        yield server
    finally:
        if server.process.poll() is None:
            server.end(signal.SIGKILL)


def a_dump() -> str:
    images = [image(seed, data=bare(picture(seed, size=(300, 300)))) for seed in range(PICTURES)]
    return json.dumps({**library("img_1795389470941_7", Rope=images), **scene()})


def migrate(server: ServerInAProcess, body: str) -> Any:
    """Send the dump; None where the server went away before it answered."""
    try:
        response = server.client.post(MIGRATE, content=body, timeout=PATIENCE_SECONDS)
    except httpx.TransportError:
        return None
    assert response.status_code == 200, response.text
    return response.json()


def killed_while_it_works(folder: Path, body: str, seconds: float, *, has_row: bool) -> None:
    """Kill the server some time after it stored its first file, or committed its first row."""

    def kept() -> int:
        settings = settings_in(folder)
        return row_count(settings) if has_row else len(stored_files(settings))

    with started(folder) as server:
        before = kept()
        sender = threading.Thread(target=migrate, args=(server, body))
        sender.start()
        while sender.is_alive() and kept() == before:
            time.sleep(0.001)
        time.sleep(seconds)
        server.end(signal.SIGKILL)
        sender.join()


@pytest.mark.timeout(300)
def test_rerun_completes_with_every_picture_once(tmp_path: Path, long_run: bool) -> None:
    body = a_dump()
    dice = random.Random(4)
    broken_off = 0
    for round_ in range(20 if long_run else 3):
        folder = tmp_path / f"{round_}"
        folder.mkdir()
        settings = settings_in(folder)
        for _ in range(2 if long_run else 1):  # killed once more while the rerun works
            has_row = round_ % 2 == 0
            seconds = dice.uniform(0, 0.02 if has_row else 0.2)
            killed_while_it_works(folder, body, seconds, has_row=has_row)
        kept = row_count(settings)
        broken_off += 0 < kept < PICTURES + 1
        with started(folder) as server:
            seen = RunningServer(server.url, settings, server.client)
            assert_no_strays(seen)
            report = migrate(server, body)
            assert_adds_up(report)
            assert report["status"] == "success"
            assert (report["items"] + report["scenes"], report["already_there"]) == (
                PICTURES + 1 - kept,
                kept,
            )
            assert row_count(settings) == PICTURES + 1
            assert row_count(settings, "scene_cache") == 1
            assert_no_strays(seen)
            assert not list((settings.image_storage_dir / "full").glob(".*.tmp"))
            assert not list((settings.image_storage_dir / "thumbnails").glob(".*"))
            again = migrate(server, body)
            assert again["already_there"] == PICTURES + 1
    assert broken_off > 0, "no kill came in the middle"
