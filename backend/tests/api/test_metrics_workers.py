"""Two worker processes: whichever answers, the figures are those of both."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from app.server.uvicorn_options import HEALTHCHECK_SECONDS
from tests.support.ledger import wait_until
from tests.support.library import IMAGES
from tests.support.metrics_page import Samples, figure, figures, samples
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server_process import ServerProcess, server_process

pytestmark = pytest.mark.thorough

HEALTH = {"method": "GET", "route": "/health", "status": "200", "waited": "no"}
COUNT = "http_request_duration_seconds_count"


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory, temporary: Path) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("workers")
    with server_process(folder, WORKERS="2", TMPDIR=str(temporary)) as process:
        wait_until(lambda: figure(scrape(process), "workers") == 2)
        yield process
    assert list(temporary.iterdir()) == []


def ask(process: ServerProcess, path: str) -> None:
    """On a connection of its own, so that either worker may get it."""
    httpx.get(process.url + path, verify=False, timeout=PATIENCE_SECONDS).raise_for_status()


def scrape(process: ServerProcess) -> Samples:
    with httpx.Client(base_url=process.url, verify=False, timeout=PATIENCE_SECONDS) as client:
        return samples(client)


def counted(process: ServerProcess) -> float:
    found = scrape(process)
    return found.get((f"emberpeak_{COUNT}", frozenset(HEALTH.items())), 0)


def pids(process: ServerProcess) -> set[int]:
    children = Path(f"/proc/{process.process.pid}/task/{process.process.pid}/children")
    return {int(pid) for pid in children.read_text().split() if b"spawn_main" in command_of(pid)}


def command_of(process_id: str) -> bytes:
    """What a process runs; nothing where it has ended since it was listed."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{process_id}/cmdline").read_bytes()
    return b""


def test_counts_add_up_over_many_scrapes(workers: ServerProcess) -> None:
    for number in range(1, 31):
        ask(workers, "/health")
        # A request is counted after its answer was sent.
        wait_until(lambda: counted(workers) >= number)  # noqa: B023
        assert counted(workers) == number
    buckets = "http_request_duration_seconds_bucket"
    found = scrape(workers)
    assert figure(found, buckets, le="+Inf", **HEALTH) == figure(found, COUNT, **HEALTH)


def test_both_workers_answered(workers: ServerProcess, temporary: Path) -> None:
    for _ in range(40):
        ask(workers, "/health")
    (folder,) = temporary.glob("emberpeak-metrics-*")
    written = [path.read_bytes() for path in folder.glob("histogram_*.db")]
    assert len(written) == 2
    assert all(b'"route": "/health"' in data for data in written)


def test_every_figure_is_there_once(workers: ServerProcess) -> None:
    found = scrape(workers)
    assert figure(found, "build_info", **dict(build_labels(found))) == 1
    assert figure(found, "database_up") == 1
    assert figure(found, "images") == 0
    assert set(figures(found, "health").values()) == {1}
    assert not any("pid" in dict(labels) for _, labels in found)
    assert set(figures(found, "breaker_open").values()) == {0}
    # Both together: more than one Python could ever do with.
    assert figure(found, "resident_memory_bytes") > 80 * 2**20


def build_labels(found: Samples) -> frozenset[tuple[str, str]]:
    return next(labels for name, labels in found if name == "emberpeak_build_info")


def test_killed_worker_leaves_its_counts_and_takes_its_state_along(
    workers: ServerProcess,
) -> None:
    ask(workers, "/health")
    before = counted(workers)
    for _ in range(2):
        gone = min(pids(workers))
        os.kill(gone, signal.SIGKILL)
        wait_until(lambda gone=gone: gone not in pids(workers))  # type: ignore[misc]
        wait_until(lambda: len(pids(workers)) == 2, 2 * HEALTHCHECK_SECONDS)
        wait_until(lambda: figure(scrape(workers), "workers") == 2)
    assert counted(workers) == before
    ask(workers, "/health")
    wait_until(lambda: counted(workers) == before + 1)


def test_cache_and_pictures(workers: ServerProcess) -> None:
    order = {
        "subject_type": "item",
        "subject_name": "Lamp",
        "prompt": "A small brass lamp with a wick",
    }
    for _ in range(4):
        made = httpx.post(
            f"{workers.url}{IMAGES}/generate", json=order, timeout=PATIENCE_SECONDS, verify=False
        )
        made.raise_for_status()
    found = scrape(workers)
    assert figure(found, "generations_total", provider="pixel", outcome="ok") == 4
    assert figure(found, "generations_pending") == 0
    assert figure(found, "generations_running") == 0


def test_nothing_in_the_folder_looks_old(workers: ServerProcess, temporary: Path) -> None:
    """What looks old for days is removed from temporary folders, under the server."""
    (folder,) = temporary.glob("emberpeak-metrics-*")
    files = [folder, *folder.iterdir()]
    for path in files:
        os.utime(path, (0, 0))
    for path in files:
        wait_until(lambda path=path: min(times(path)) > 0)  # type: ignore[misc]
    assert figure(scrape(workers), "workers") == 2


def times(path: Path) -> tuple[float, float]:
    found = path.stat()
    return found.st_atime, found.st_mtime


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    """Were they to live on, they would keep the port, and the next start would fail."""
    with server_process(tmp_path, WORKERS="2", TMPDIR=str(tmp_path)) as process:
        wait_until(lambda: len(pids(process)) == 2)
        orphans = pids(process)
        process.end(signal.SIGKILL)
        wait_until(lambda: not any(map(_lives, orphans)))
        port = process.url.rpartition(":")[2]
    with server_process(tmp_path, PORT=port, WORKERS="2", TMPDIR=str(tmp_path)) as again:
        assert again.client.get("/health").status_code == 200


def _lives(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
