"""Backups of a running server while others generate, delete, star and restore."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from app.services.backup.make import make_backup
from app.services.backup.place import Place, place_of
from app.services.backup.restore import restore
from tests.support.backups import assert_whole
from tests.support.library import IMAGES, order
from tests.support.server_process import ServerProcess, server_process

WRITERS = 4


@contextmanager
def writers(server: ServerProcess) -> Iterator[None]:
    """Write from several clients for as long as the block lasts."""
    stop = threading.Event()

    def write(number: int) -> int:
        dice = random.Random(number)
        made: list[int] = []
        with httpx.Client(base_url=server.url, timeout=60) as client:
            while not stop.is_set():
                wish = order(subject_name=f"Item {number}-{len(made) // 10}")
                answer = client.post(f"{IMAGES}/generate", json=wish)
                assert answer.status_code == 200, answer.text
                made.append(answer.json()["id"])
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
            yield
        finally:
            stop.set()
        assert all(done.result() for done in writing)


def test_each_restored_backup_is_whole_and_a_server_starts_on_it(
    tmp_path: Path, long_run: bool
) -> None:
    count = 20 if long_run else 8
    live, backups = tmp_path / "live", tmp_path / "backups"
    live.mkdir()
    with server_process(live) as server, writers(server):
        place = place_of(server.settings)
        reports = [make_backup(place, backups, 30) for _ in range(count)]
    assert [report.problems for report in reports] == [[]] * count
    pictures = []
    for number, report in enumerate(reports):
        folder = tmp_path / report.name
        empty = Place(folder / "game.db", folder / "images")
        restore(backups / report.name, empty, force=False)
        assert assert_whole(empty) == report.pictures
        pictures.append(report.pictures)
        if long_run or number in {count // 2, count - 1}:
            with server_process(folder) as server:
                assert server.client.get("/health").json()["status"] == "ok"
                total = server.client.get(f"{IMAGES}/search").json()["total"]
                assert 0 <= total <= report.pictures
                assert not (folder / "images.lost+found").exists()
            assert assert_whole(empty) == report.pictures
    assert pictures == sorted(pictures)
    assert pictures[-1] > pictures[0]
    print(f"{count} backups of {pictures[0]} to {pictures[-1]} pictures")  # noqa: T201
