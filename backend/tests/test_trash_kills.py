"""Four clients make, delete, restore and purge pictures while the server is killed at random."""

import hashlib
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest

from app.config import Settings
from tests.support.legacy_dumps import MIGRATE, image, library
from tests.support.library import IMAGES, MAINTENANCE, execute, stored_files
from tests.support.server_process import ServerProcess, server_process

pytestmark = pytest.mark.thorough

CLIENTS = 4


@dataclass
class Belief:
    """What one client was told about its pictures; of ``doubtful`` ones it got no answer."""

    number: int
    seen: set[int] = field(default_factory=set)
    trash: set[int] = field(default_factory=set)
    doubtful: set[int] = field(default_factory=set)
    made: int = 0

    def act(self, client: httpx.Client, dice: random.Random) -> None:
        """Do something at random; what becomes of it is in doubt until the answer is there."""
        action = dice.choice(["make", "make", "delete", "delete", "restore", "purge"])
        if action == "delete" and self.seen:
            self._change(client, {self.seen.pop()}, to=self.trash)
        elif action == "restore" and self.trash:
            self._restore(client)
        elif action == "purge":
            answer = client.post(f"{MAINTENANCE}/cleanup/orphaned-images", params={"force": "true"})
            assert answer.status_code == 200, answer.text
        else:
            self._make(client)

    def _make(self, client: httpx.Client) -> None:
        self.made += 1
        dump = library(None, **{f"Item {self.number}": [image(f"{self.number}-{self.made}")]})
        answer = client.post(MIGRATE, json=dump)
        assert answer.status_code == 200, answer.text
        self.seen |= {result["image_id"] for result in answer.json()["results"]}

    def _change(self, client: httpx.Client, ids: set[int], *, to: set[int]) -> None:
        self.doubtful |= ids
        for image_id in ids:
            assert client.delete(f"{IMAGES}/{image_id}").status_code == 200
        self.doubtful -= ids
        to |= ids

    def _restore(self, client: httpx.Client) -> None:
        """Ask for all that was deleted; what another client purged does not come back."""
        wanted, self.trash = self.trash, set()
        self.doubtful |= wanted
        answer = client.post(f"{IMAGES}/restore", json={"ids": sorted(wanted)[:100]}).json()
        self.doubtful -= wanted
        self.trash |= wanted - {item["id"] for item in answer["items"]}
        self.seen |= {item["id"] for item in answer["items"] if item["status"] == "restored"}


def work_until_killed(server: ServerProcess, beliefs: list[Belief], wait_seconds: float) -> None:
    """Let the clients work, and kill the server in the middle of it."""
    at_work = Event()

    def work(belief: Belief) -> None:
        dice = random.Random()
        try:
            while True:
                belief.act(server.client, dice)
                at_work.set()
        except httpx.TransportError:
            return

    with ThreadPoolExecutor(CLIENTS) as threads:
        working = [threads.submit(work, belief) for belief in beliefs]
        assert at_work.wait(60)
        time.sleep(wait_seconds)
        server.end(signal.SIGKILL)
        for client in working:
            client.result()


def assert_agree(settings: Settings, beliefs: list[Belief]) -> None:
    """The stores agree with each other, and hold what the clients were told."""
    data = settings.image_storage_dir.parent
    rows: list[tuple[Any, ...]] = execute(
        settings,
        "SELECT id, deleted_at, content_hash, storage_path_full, storage_path_thumbnail "
        "FROM image_assets",
    )
    for _, _, content_hash, full, _ in rows:
        assert hashlib.sha256((data / full).read_bytes()).hexdigest() == content_hash
    assert stored_files(settings) == sorted(data / path for row in rows for path in row[3:])
    inside = {path.name for path in settings.image_storage_dir.iterdir()}
    assert inside <= {"full", "thumbnails", "quarantine", ".emberpeak"}
    assert execute(settings, "SELECT count(*) FROM purged_files") == [(0,)]
    assert execute(settings, "PRAGMA integrity_check") == [("ok",)]
    seen = {row[0] for row in rows if row[1] is None}
    for belief in beliefs:
        assert belief.seen <= seen, "nothing that was acknowledged is lost"
        assert not belief.trash & seen, "a delete that was acknowledged holds"
        belief.seen |= belief.doubtful & seen
        belief.trash |= belief.doubtful - seen
        belief.doubtful.clear()


def test_killed_at_random(tmp_path: Path, long_run: bool) -> None:
    dice = random.Random()
    beliefs = [Belief(number) for number in range(CLIENTS)]
    limits = {"MIGRATE_REQUESTS_PER_MINUTE": "1000000", "BACKUP_RETENTION_DAYS": "0"}
    rounds = 50 if long_run else 2
    for round_ in range(rounds + 1):
        with server_process(tmp_path, f"server {round_}.log", fresh=False, **limits) as server:
            assert server.client.get("/health").json()["status"] == "ok"
            assert_agree(server.settings, beliefs)
            if round_ == rounds:
                break
            wait_seconds = dice.uniform(0, 1.0)
            work_until_killed(server, beliefs, wait_seconds)
        counts = [(belief.made, len(belief.seen), len(belief.trash)) for belief in beliefs]
        print(f"round {round_}: killed {wait_seconds:.3f} s in; made, seen, trash: {counts}")  # noqa: T201
