"""Two worker processes: whichever answers, the figures are those of both."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from app.server.uvicorn_options import HEALTHCHECK_SECONDS
from tests.support.ledger import wait_until
from tests.support.library import make_image
from tests.support.metrics_page import Samples, figure, figures, samples
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server_process import ServerProcess, server_process

pytestmark = pytest.mark.thorough

HEALTH = {"method": "GET", "route": "/health", "status": "200", "waited": "no"}
COUNT = "http_request_duration_seconds_count"


def scrape(process: ServerProcess) -> Samples:
    """On a connection of its own, so that either worker may get it."""
    with httpx.Client(base_url=process.url, verify=False, timeout=PATIENCE_SECONDS) as client:
        return samples(client)


def counted(process: ServerProcess) -> float:
    return scrape(process).get((f"emberpeak_{COUNT}", frozenset(HEALTH.items())), 0)


def ask(process: ServerProcess) -> None:
    httpx.get(f"{process.url}/health", verify=False, timeout=PATIENCE_SECONDS).raise_for_status()


def pids(process: ServerProcess) -> set[int]:
    children = Path(f"/proc/{process.process.pid}/task/{process.process.pid}/children")
    return {int(pid) for pid in children.read_text().split() if is_worker(pid)}


def is_worker(process_id: str) -> bool:
    """Whether it runs, and is no helper of Python's."""
    with suppress(FileNotFoundError, ProcessLookupError):
        state = Path(f"/proc/{process_id}/stat").read_text("ascii").rpartition(")")[2].split()[0]
        command = Path(f"/proc/{process_id}/cmdline").read_bytes()
        return state != "Z" and b"spawn_main" in command
    return False


def test_two_workers_from_start_to_end(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    settings = {"WORKERS": "2", "TMPDIR": str(temporary)}
    with server_process(tmp_path, **settings) as process:  # type: ignore[arg-type]
        wait_until(lambda: figure(scrape(process), "workers") == 2)
        for number in range(1, 16):
            ask(process)
            # A request is counted after its answer was sent.
            wait_until(lambda: counted(process) >= number)  # noqa: B023
            assert counted(process) == number
        (folder,) = temporary.glob("emberpeak-metrics-*")
        assert len(list(folder.glob("histogram_*.db"))) == 2, "one of each worker"
        make_image(process.client)
        check_figures(scrape(process))
        check_files_look_new(folder)
        check_killed_worker_leaves_its_counts(process)
        workers = pids(process)
        process.end(signal.SIGKILL)
        # Were they to live on, they would keep the port, and the next start would fail.
        wait_until(lambda: not any(is_worker(str(pid)) for pid in workers))
    port = process.url.rpartition(":")[2]
    for left in temporary.iterdir():
        left.rename(tmp_path / "left-by-sigkill")
    with server_process(tmp_path, PORT=port, **settings) as again:  # type: ignore[arg-type]
        assert again.client.get("/health").status_code == 200
    assert list(temporary.iterdir()) == []


def check_figures(found: Samples) -> None:
    """Each is there once, added up."""
    buckets = "http_request_duration_seconds_bucket"
    assert figure(found, buckets, le="+Inf", **HEALTH) == figure(found, COUNT, **HEALTH)
    assert [number for (name, _), number in found.items() if name.endswith("build_info")] == [1]
    assert figure(found, "database_up") == 1
    assert set(figures(found, "health").values()) == {1}
    assert not any("pid" in dict(labels) for _, labels in found)
    assert set(figures(found, "breaker_open").values()) == {0}
    assert figure(found, "generations_total", provider="pixel", outcome="ok") == 1
    assert figure(found, "generations_pending") == 0
    # Both together: more than one Python could ever do with.
    assert figure(found, "resident_memory_bytes") > 80 * 2**20


def check_files_look_new(folder: Path) -> None:
    """What looks old for days is removed from temporary folders, under the server."""
    files = [folder, *folder.iterdir()]
    for path in files:
        os.utime(path, (0, 0))
    wait_until(lambda: all(path.stat().st_mtime > 0 for path in files))


def check_killed_worker_leaves_its_counts(process: ServerProcess) -> None:
    before = counted(process)
    gone = min(pids(process))
    os.kill(gone, signal.SIGKILL)
    wait_until(lambda: gone not in pids(process))
    wait_until(lambda: len(pids(process)) == 2, 2 * HEALTHCHECK_SECONDS + PATIENCE_SECONDS)
    wait_until(lambda: figure(scrape(process), "workers") == 2)
    assert counted(process) == before
    ask(process)
    wait_until(lambda: counted(process) == before + 1)
