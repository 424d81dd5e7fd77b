"""A normal client that looks at pictures all the while, and how quickly it is served."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

PAUSE_SECONDS = 0.005


@dataclass
class Visits:
    """What became of each request; times are in milliseconds."""

    milliseconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def p99(self) -> float:
        """99 of 100 requests took no longer."""
        return sorted(self.milliseconds)[int(len(self.milliseconds) * 0.99)]


@contextmanager
def visitor(url: str, path: str) -> Iterator[Visits]:
    """Ask for ``path`` again and again, on one connection, until the block ends."""
    visits = Visits()
    done = threading.Event()
    thread = threading.Thread(target=_visit, args=(url, path, visits, done), name="visitor")
    thread.start()
    try:
        yield visits
        while len(visits.milliseconds) + len(visits.failures) < 20:
            time.sleep(0.01)
    finally:
        done.set()
        thread.join()


def _visit(url: str, path: str, visits: Visits, done: threading.Event) -> None:
    with httpx.Client(base_url=url, timeout=30, verify=False) as client:
        while not done.wait(PAUSE_SECONDS):
            began = time.perf_counter()
            try:
                answer = client.get(path)
            except httpx.HTTPError as error:
                visits.failures.append(repr(error))
                continue
            visits.milliseconds.append((time.perf_counter() - began) * 1000)
            if answer.status_code != 200:
                visits.failures.append(f"{answer.status_code} {answer.text}")
