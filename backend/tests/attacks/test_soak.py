"""Mixed load for 8 seconds, or an hour with ``--long``: nothing grows, and nothing fails.

EMBERPEAK_SOAK_SECONDS sets another time.
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.support.library import IMAGES, SCENES, make_image, order
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server_process import ServerProcess, server_process

pytestmark = pytest.mark.xdist_group("soak")

HOUR, SHORT = 3600.0, 8.0
MOST_GROWTH_KB = 10 * 1024
CLIENTS = 6
PAINTED = 60
WARM_UP_REQUESTS = 1000
PAUSE_SECONDS = 0.02
PLACES = ("Mill", "Ford", "Pier", "Deep Chamber", "Old Forest")
HOURS = ("day", "night", "dusk")
TOKEN = "operator-token-never-shown"


@pytest.fixture
def seconds(long_run: bool) -> float:
    return float(os.environ.get("EMBERPEAK_SOAK_SECONDS") or (HOUR if long_run else SHORT))


@pytest.fixture
def soaked(tmp_path: Path) -> Iterator[ServerProcess]:
    with server_process(
        tmp_path, fresh=True, ADMIN_TOKEN=TOKEN, MAX_IMAGES_PER_ITEM="1000000"
    ) as running:
        yield running


def memory_kb(process_id: int) -> int:
    """Resident memory of the server and of what it started."""
    tasks = Path(f"/proc/{process_id}/task")
    own = Path(f"/proc/{process_id}/statm").read_text("ascii").split()[1]
    children = {child for task in tasks.iterdir() for child in children_of(task)}
    return int(own) * os.sysconf("SC_PAGE_SIZE") // 1024 + sum(map(memory_kb, children))


def children_of(task: Path) -> list[int]:
    """What a thread started; nothing where it has ended since it was listed."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return [int(child) for child in (task / "children").read_text("ascii").split()]
    return []


def open_files(process_id: int) -> int:
    return len(list(Path(f"/proc/{process_id}/fd").iterdir()))


def something(
    chance: random.Random, image_id: int, file: str
) -> tuple[str, str, dict[str, object]]:
    """A request as players, pages, scripts, scrapers and mistaken clients send it."""
    place = {"location": chance.choice(PLACES), "time_of_day": chance.choice(HOURS)}
    image = f"{IMAGES}/{image_id}"
    requests: list[tuple[str, str, dict[str, object]]] = [
        ("GET", "/game/", {}),
        ("GET", file, {}),
        ("HEAD", file, {}),
        ("GET", image, {}),
        ("GET", image, {"params": {"include_data": "true"}}),
        ("GET", f"{IMAGES}/search", {"params": {"q": "lamp", "page_size": 50}}),
        ("PUT", f"{image}/feature", {}),
        ("POST", f"{SCENES}/generate", {"params": place}),
        ("GET", f"{SCENES}/preview", {"params": {**place, "weather": str(chance.random())}}),
        ("GET", f"{SCENES}/cache/stats", {}),
        ("PUT", "/api/v1/saves/1", {"json": {"state": {"gold": chance.random()}}}),
        ("GET", "/api/v1/saves", {}),
        ("GET", "/health", {}),
        ("GET", "/metrics", {}),
        ("GET", "/openapi.json", {}),
        ("GET", f"/nothing/{chance.random()}", {}),
        ("POST", f"{IMAGES}/generate", {"json": order(prompt="short")}),
        ("POST", f"{IMAGES}/generate", {"content": bytes(2 * 2**20)}),
        ("DELETE", f"{SCENES}/cache/clear", {"headers": {"Authorization": "Bearer wrong"}}),
        (
            "POST",
            f"{SCENES}/generate",
            {"params": place, "headers": {"Origin": "http://a.example"}},
        ),
        ("GET", "/", {"headers": {"Host": f"h{chance.random()}.example"}}),
    ]
    if chance.random() < 0.02:
        return "POST", f"{IMAGES}/generate", {"json": order()}
    return chance.choice(requests)


async def live(
    url: str,
    seed: int,
    warm: asyncio.Event,
    ended: asyncio.Event,
    image: dict[str, str],
    seen: Counter[int],
) -> None:
    chance = random.Random(seed)
    while not ended.is_set():
        # A new client now and then, as players come and go.
        async with httpx.AsyncClient(
            base_url=url, timeout=PATIENCE_SECONDS, verify=False
        ) as client:
            for _ in range(50):
                method, path, options = something(chance, int(image["id"]), image["url"])
                answer = await client.request(method, path, **options)  # type: ignore[arg-type]
                seen[answer.status_code] += 1
                if seen.total() >= WARM_UP_REQUESTS:
                    warm.set()
                assert answer.status_code < 500, answer.text
                await asyncio.sleep(PAUSE_SECONDS)
                if ended.is_set():
                    return


async def paint(url: str) -> None:
    """Let every thread paint, whose memory the allocator then keeps for the next image."""
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS, verify=False) as client:
        for number in range(PAINTED // CLIENTS):
            words = [{"location": PLACES[0], "weather": f"{number} {n}"} for n in range(CLIENTS)]
            await asyncio.gather(
                *(client.get(f"{SCENES}/preview", params=params) for params in words)
            )


def test_mixed_load(soaked: ServerProcess, seconds: float) -> None:
    image = make_image(soaked.client)
    process_id = soaked.process.pid
    seen: Counter[int] = Counter()
    figures: list[tuple[int, int]] = []

    async def run() -> None:
        await paint(soaked.url)
        warm, ended = asyncio.Event(), asyncio.Event()
        clients = [
            asyncio.create_task(live(soaked.url, seed, warm, ended, image, seen))
            for seed in range(CLIENTS)
        ]
        # On a busy machine it takes longer until each thread has done each kind of work.
        await warm.wait()
        await asyncio.sleep(min(seconds / 4, 300.0))
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            figures.append((memory_kb(process_id), open_files(process_id)))
            await asyncio.sleep(max(0.25, seconds / 400))
        ended.set()
        await asyncio.gather(*clients)

    asyncio.run(run())
    memory, files = zip(*figures, strict=True)
    part = max(1, len(memory) // 4)
    # The least of each part: images that are just being painted come and go.
    first, last = min(memory[:part]), min(memory[-part:])
    print(  # noqa: T201 - figures to look at
        f"{sum(seen.values())} requests in {seconds:.0f} s: {dict(sorted(seen.items()))}; "
        f"memory {first / 1024:.1f} MB, then {last / 1024:.1f} MB; "
        f"open files {min(files)} to {max(files)}"
    )
    assert last - first < MOST_GROWTH_KB
    with httpx.Client(base_url=soaked.url, timeout=PATIENCE_SECONDS) as client:
        assert client.get("/health").json()["status"] == "ok"
    # What was open at the busiest moment is the most there ever is: nothing piles up.
    assert max(files[-part:]) <= max(files[:part]) + CLIENTS + 4
    with soaked.log_file.open(encoding="utf-8") as log:
        assert [line for line in log if '"level": "error"' in line] == []
