"""SIGKILL at every point where files or rows change, under four writers.

The server runs with ``kill_points``: it dies at an exact place, before or after one commit,
rename, unlink or flush. Which places there are is learnt while it runs, and those where no kill
has come yet have precedence. After each start nothing that was acknowledged may be lost, no row
may lack its file, no stray be left, and the self-check must be clean.
"""

import hashlib
import itertools
import json
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.legacy_dumps import MIGRATE, bare, image, library, picture
from tests.support.library import IMAGES, MAINTENANCE, SCENES, order
from tests.test_crash_recovery import ServerInAProcess, assert_nothing_half_done

pytestmark = pytest.mark.thorough

WRITERS = 4
KILLS = 20
PATIENCE_SECONDS = 2.0
LIMITS = {"BACKUP_RETENTION_DAYS": "0", "MIGRATE_REQUESTS_PER_MINUTE": "1000000"}


class ServerDiedError(Exception):
    """The answer did not come: what was asked for may have happened or not."""


@dataclass
class Writer:
    """One client, and what it was told.

    ``there`` are its pictures by id, with their facts; ``deleted`` those in the trash, which a
    purge of anybody may take. A picture whose delete or restore was not answered is in neither.
    """

    number: int
    dice: random.Random
    there: dict[int, Any] = field(default_factory=dict)
    deleted: dict[int, Any] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)

    def work(self, server: ServerInAProcess, counter: Iterator[int]) -> None:
        """Write until the server dies."""
        deeds = (self.generate, self.delete, self.restore, self.move_in, self.purge, self.repair)
        while True:
            deed = self.dice.choices(deeds, (6, 4, 3, 2, 1, 1))[0]
            try:
                acknowledged = deed(server.client, next(counter))
            except ServerDiedError:
                return
            self.done[deed.__name__] += acknowledged

    def ask(self, client: httpx.Client, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            return client.request(method, path, **options)
        except httpx.TransportError as error:
            raise ServerDiedError from error
        except RuntimeError as error:
            if not client.is_closed:  # as it is at the end of a round, between two deeds say
                raise
            raise ServerDiedError from error

    def generate(self, client: httpx.Client, number: int) -> bool:
        """A new scene or item."""
        if number % 2:
            params = {"location": f"Cave {number}"}
            answer = self.ask(client, "POST", f"{SCENES}/generate", params=params)
        else:
            body = order(subject_name=f"Lamp {number}")
            answer = self.ask(client, "POST", f"{IMAGES}/generate", json=body)
        assert answer.status_code == 200, answer.text
        made = answer.json()
        self.there[made["id"]] = made
        return True

    def delete(self, client: httpx.Client, _number: int) -> bool:
        """One of its own."""
        if not self.there:
            return False
        image_id = self.dice.choice(list(self.there))
        facts = self.there.pop(image_id)
        answer = self.ask(client, "DELETE", f"{IMAGES}/{image_id}")
        assert answer.status_code == 200, answer.text
        self.deleted[image_id] = facts
        return True

    def restore(self, client: httpx.Client, _number: int) -> bool:
        """One of its own, where no purge was quicker."""
        if not self.deleted:
            return False
        image_id = self.dice.choice(list(self.deleted))
        facts = self.deleted.pop(image_id)
        answer = self.ask(client, "POST", f"{IMAGES}/{image_id}/restore")
        assert answer.status_code in {200, 404}, answer.text
        if answer.status_code == 404:
            return False
        self.there[image_id] = facts
        return True

    def move_in(self, client: httpx.Client, number: int) -> bool:
        """A gallery of the old game."""
        name = f"Rope {number}"
        images = [image(number * 2 + i, data=bare(picture(number * 2 + i))) for i in range(2)]
        dump = library(f"img_1795389470941_{number}", **{name: images})
        answer = self.ask(client, "POST", MIGRATE, content=json.dumps(dump))
        assert answer.status_code == 200, answer.text
        assert answer.json()["items"] == len(images), answer.text
        self.moved.add(name)
        return True

    def purge(self, client: httpx.Client, _number: int) -> bool:
        """Everybody's trash, for good."""
        path = f"{MAINTENANCE}/cleanup/orphaned-images"
        answer = self.ask(client, "POST", path, params={"force": "true"})
        assert answer.status_code == 200, answer.text
        return True

    def repair(self, client: httpx.Client, _number: int) -> bool:
        """The self-check beside all this must neither complain nor change anything."""
        params = {"repair": "true"}
        answer = self.ask(client, "POST", f"{MAINTENANCE}/verify", params=params)
        if answer.status_code == 409:
            return False  # another writer's is under way
        assert answer.status_code == 200, answer.text
        assert answer.json()["findings"] == []
        return True

    def assert_kept(self, client: httpx.Client) -> None:
        """All that it was told of is so."""
        for image_id, facts in self.there.items():
            found = client.get(f"{IMAGES}/{image_id}")
            assert found.status_code == 200, (facts, found.text)
            assert found.json()["content_hash"] == facts["content_hash"]
            content = client.get(facts["url"]).content
            assert hashlib.sha256(content).hexdigest() == facts["content_hash"]
        for image_id in self.deleted:
            assert client.get(f"{IMAGES}/{image_id}").status_code == 404
        for name in self.moved:
            params = {"subject_name": name}
            assert client.get(f"{IMAGES}/search", params=params).json()["total"] == 2


class Campaign:
    """Rounds of: start, write, die; and comparisons between them."""

    def __init__(self, folder: Path, seed: int, killed_at: Counter[str], points: set[str]) -> None:
        self.folder = folder
        self.killed_at = killed_at
        self.points = points
        self.dice = random.Random(seed)
        self.writers = [Writer(number, random.Random(seed + number)) for number in range(WRITERS)]
        self.counter = itertools.count(1)

    def round(self) -> None:
        """Let the writers work until the server dies at the next point, or else of impatience.

        Not before they have been told of a first picture, however busy the machine: without
        one, nothing could be lost.
        """
        point = self._next_point()
        count = self.dice.choice((1, 1, 2, 5))
        server = ServerInAProcess(
            self.folder,
            "tests.support.kill_points",
            fresh=False,
            KILL_POINT=point,
            KILL_COUNT=str(count),
            **LIMITS,
        )
        if not self._is_healthy(server):
            self.killed_at[point] += 1
            return
        with ThreadPoolExecutor(WRITERS) as threads:
            working = [threads.submit(one.work, server, self.counter) for one in self.writers]
            deadline = time.monotonic() + PATIENCE_SECONDS
            while server.process.poll() is None and (
                time.monotonic() < deadline or not self._have_a_picture()
            ):
                if all(one.done() for one in working):
                    break  # each with a complaint, raised below
                time.sleep(0.01)
            came = server.process.poll() is not None
            server.end(signal.SIGKILL)
            for one in working:
                one.result()
        self.killed_at[point if came else "any moment"] += 1

    def _have_a_picture(self) -> bool:
        return any(writer.done["generate"] for writer in self.writers)

    def check(self) -> None:
        """Start without a kill point, and compare with what the writers know."""
        server = ServerInAProcess(self.folder, "app", fresh=False, **LIMITS)
        try:
            health = server.wait_until_healthy()
            assert health["status"] == "ok", health
            found = server.client.get(f"{MAINTENANCE}/verify").json()
            assert (found["status"], found["findings"], found["hidden"]) == ("ok", [], 0)
            assert_nothing_half_done(self.folder / "data", found["rows"])
            for writer in self.writers:
                writer.assert_kept(server.client)
        finally:
            server.end(signal.SIGKILL)

    def _next_point(self) -> str:
        log = self.folder / "points.log"
        if log.exists():
            self.points.update(log.read_text("utf-8").splitlines())
        fresh = self.points - set(self.killed_at)
        return self.dice.choice(sorted(fresh or self.points) or [""])

    def _is_healthy(self, server: ServerInAProcess) -> bool:
        while server.process.poll() is None:
            try:
                server.client.get("/health").raise_for_status()
            except httpx.TransportError:
                time.sleep(0.02)
            else:
                return True
        server.end(signal.SIGKILL)
        return False


@pytest.mark.timeout(7200)
def test_killed_at_each_point_under_four_writers(tmp_path: Path, long_run: bool) -> None:
    """Each library lives for twenty kills: comparing all of a large one takes most of the time."""
    seed = random.randrange(10**6)
    done: Counter[str] = Counter()
    killed_at: Counter[str] = Counter()
    points: set[str] = set()
    for number in range(10 if long_run else 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        campaign = Campaign(folder, seed + 10 * number, killed_at, points)
        for kill in range(1, KILLS + 1):
            campaign.round()
            if kill % (1 if long_run else 10) == 0:
                campaign.check()
        for writer in campaign.writers:
            done += writer.done
    print(f"seed {seed}; acknowledged: {dict(done)}")  # noqa: T201
    for point, count in sorted(killed_at.items()):
        print(f"{count:4} {point}")  # noqa: T201
    print(f"not reached: {sorted(points - set(killed_at))}")  # noqa: T201
    assert killed_at.total() == KILLS * (10 if long_run else 1)
    assert done["generate"]
    if long_run:
        assert len(points & set(killed_at)) > len(points) / 2
