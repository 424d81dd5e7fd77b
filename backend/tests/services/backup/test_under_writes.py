"""Backups of a running server while others generate, delete, star and restore."""

import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from app.services.backup.make import make_backup
from app.services.backup.restore import restore
from app.services.backup.store import Place, place_of
from tests.support.backups import assert_whole
from tests.support.ledger import wait_until
from tests.support.library import IMAGES, order
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server_process import ServerProcess, server_process

pytestmark = pytest.mark.thorough

WRITERS = 4


@contextmanager
def writers(server: ServerProcess) -> Iterator[Callable[[], None]]:
    """Write from several clients for as long as the block lasts.

    Gives what waits until each has stored one more image; the first is there when it begins.
    """
    stop = threading.Event()
    stored = [0] * WRITERS

    def wait_for_more() -> None:
        before = stored.copy()
        wait_until(lambda: all(now > then for now, then in zip(stored, before, strict=True)))

    def write(number: int) -> int:
        dice = random.Random(number)
        made: list[int] = []
        with httpx.Client(base_url=server.url, timeout=PATIENCE_SECONDS, verify=False) as client:
            while not stop.is_set():
                wish = order(subject_name=f"Item {number}-{len(made) // 10}")
                answer = client.post(f"{IMAGES}/generate", json=wish)
                assert answer.status_code == 200, answer.text
                made.append(answer.json()["id"])
                stored[number] += 1
                for _ in range(3):
                    image = f"{IMAGES}/{dice.choice(made)}"
                    client.put(f"{image}/feature")
                    client.delete(image)
                    if dice.random() < 0.5:
                        client.post(f"{image}/restore")
        return len(made)

    with ThreadPoolExecutor(WRITERS) as threads:
        writing = [threads.submit(write, number) for number in range(WRITERS)]
        try:
            wait_for_more()
            yield wait_for_more
        finally:
            stop.set()
        assert all(done.result() for done in writing)


def test_each_restored_backup_is_whole_and_a_server_starts_on_it(
    tmp_path: Path, long_run: bool
) -> None:
    count = 20 if long_run else 4
    live, backups = tmp_path / "live", tmp_path / "backups"
    live.mkdir()
    with server_process(live) as server, writers(server) as wait_for_more:
        place = place_of(server.settings)
        reports = [make_backup(place, backups, 30) for _ in range(count - 1)]
        wait_for_more()
        reports.append(make_backup(place, backups, 30))
    assert [report.problems for report in reports] == [[]] * count
    pictures = []
    for number, report in enumerate(reports):
        folder = tmp_path / report.name
        empty = Place(folder / "game.db", folder / "images")
        restore(backups / report.name, empty, force=False)
        assert assert_whole(empty) == report.images
        pictures.append(report.images)
        if long_run or number == count - 1:
            with server_process(folder) as server:
                assert server.client.get("/health").json()["status"] == "ok"
                total = server.client.get(f"{IMAGES}/search").json()["total"]
                assert 0 <= total <= report.images
                assert not (folder / "images" / "quarantine").exists()
            assert assert_whole(empty) == report.images
    assert pictures == sorted(pictures)
    assert pictures[-1] > pictures[0]
    print(f"{count} backups of {pictures[0]} to {pictures[-1]} images")  # noqa: T201
