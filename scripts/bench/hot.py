"""Rows: what is ready is sent as fast as a bare framework sends ``{"a": 1}``.

Rates are requests for a second of the server's processor, which is steadier on a shared machine
than requests in a second.
"""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.bench.figures import Row
from scripts.bench.load import Request, request, send
from scripts.bench.server import PROJECT, Server, bare, emberpeak

UNIT = "/s"
_WARM_UP = 320
_SCENE = "/api/v1/scenes/generate?location=Old+Mill"
_SUBJECT = "Healing Potion"
_IMAGES = 12


@dataclass(frozen=True)
class _Target:
    """A server, and where its image is."""

    server: Server
    cookie: str
    image: dict[str, object]
    page_file: str


@dataclass(frozen=True)
class _Case:
    name: str
    goal: float
    ours: Callable[[_Target], Request]
    baseline: str = "/a"


_CASES = (
    _Case(
        "cached scene",
        1.0,
        lambda to: request(_SCENE, method="POST", headers={"Cookie": to.cookie}),
    ),
    _Case("cached scene, new player", 1.0, lambda _to: request(_SCENE, method="POST")),
    _Case("image by id", 0.9, lambda to: request(f"/api/v1/images/{to.image['id']}")),
    _Case("search, hot page", 1.0, lambda _to: request("/api/v1/images/search")),
    _Case("image file", 0.85, lambda to: request(str(to.image["url"])), "/file"),
    _Case("thumbnail", 0.85, lambda to: request(str(to.image["thumbnail_url"])), "/thumbnail"),
    _Case("page file of the game", 0.7, lambda to: request(to.page_file)),
    _Case("404", 0.4, lambda _to: request("/nothing-is-here", status=404)),
)


def measure(runs: int, count: int, against: Path | None) -> list[Row]:
    """Time each case on all servers in turn, one worker each."""
    with ExitStack() as stack:
        ours = stack.enter_context(_prepared(PROJECT))
        before = stack.enter_context(_prepared(against)) if against else None
        sizes = {
            "BENCH_FILE_BYTES": str(_size(ours, "url")),
            "BENCH_THUMBNAIL_BYTES": str(_size(ours, "thumbnail_url")),
        }
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        plain = stack.enter_context(bare(folder, **sizes))
        return [_row(case, runs, count, (ours, plain, before)) for case in _CASES]


def rate(server: Server, wanted: Request, count: int) -> float:
    """Requests for a second of the server's processor."""
    began = server.processor_seconds
    send(server.port, wanted, count)
    return count / max(server.processor_seconds - began, 0.01)


def rate_row(name: str, found: list[list[float]], goal: float) -> Row:
    """The row of rates of ours, of the bare server and perhaps of the other checkout."""
    before = found[2] if len(found) > 2 else ()
    return Row(name, UNIT, found[0], found[1], goal, more_is_better=True, before=before)


def _row(
    case: _Case, runs: int, count: int, servers: tuple[_Target, Server, _Target | None]
) -> Row:
    ours, plain, before = servers
    rounds = [(ours.server, case.ours(ours)), (plain, request(case.baseline))]
    if before is not None:
        rounds.append((before.server, case.ours(before)))
    found: list[list[float]] = [[] for _ in rounds]
    for server, wanted in rounds:
        send(server.port, wanted, _WARM_UP)
    for _ in range(runs):
        for (server, wanted), figures in zip(rounds, found, strict=True):
            figures.append(rate(server, wanted, count))
    return rate_row(case.name, found, case.goal)


@contextmanager
def _prepared(checkout: Path) -> Iterator[_Target]:
    """A server with one scene and one gallery, and the cookie of a player who has been there."""
    with (
        tempfile.TemporaryDirectory() as folder,
        emberpeak(checkout, Path(folder)) as server,
        server.client() as client,
    ):
        client.post(_SCENE).raise_for_status()
        for number in range(_IMAGES):
            order = {
                "subject_type": "item",
                "subject_name": _SUBJECT,
                "prompt": f"A round flask of red glass, number {number}",
            }
            image = client.post("/api/v1/images/generate", json=order).raise_for_status().json()
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        page = client.get("/game/")
        script = re.search(r'src="([^"]+\.js)"', page.text)
        if script is None:
            raise RuntimeError("the page names no script")
        yield _Target(server, cookie, image, page.url.join(script[1]).path)


def _size(target: _Target, address: str) -> int:
    with target.server.client() as client:
        return len(client.get(str(target.image[address])).content)
