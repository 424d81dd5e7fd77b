"""A disk that does not say how much room it has: a cloud drive mounted by rclone, say."""

import os

import pytest

from tests.conftest import ServerFactory
from tests.support.library import make_image
from tests.support.metrics_page import figures, samples
from tests.support.running_server import RunningServer


@pytest.fixture
def silent_disk_server(
    make_gemini_server: ServerFactory, monkeypatch: pytest.MonkeyPatch
) -> RunningServer:
    ask = os.statvfs

    def silent(path: int | str | os.PathLike[str]) -> os.statvfs_result:
        found = list(ask(path))
        found[2:5] = 0, 0, 0  # blocks: in all, free, free for everybody
        return os.statvfs_result(found)

    monkeypatch.setattr(os, "statvfs", silent)
    return make_gemini_server()


@pytest.mark.thorough
def test_pictures_are_made_and_nothing_calls_it_full(silent_disk_server: RunningServer) -> None:
    client = silent_disk_server.client
    assert make_image(client)["id"]
    answer = client.get("/health")
    assert answer.status_code == 200
    health = answer.json()
    assert health["checks"]["disk_space"] == {"status": "unknown", "free_gb": None}
    assert not [reason for reason in health["reasons"] if "disk" in reason]
    found = samples(client)
    assert figures(found, "storage_free_bytes") == {}
    assert figures(found, "health")["disk_space"] == 1
