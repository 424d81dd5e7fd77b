"""Memory stays bounded: a dump of nearly 16 MB, in a server process of its own."""

import json
import random
import sys
from pathlib import Path

import pytest

from tests.support.legacy_dumps import MIGRATE, Json, bare, image, library, picture
from tests.test_migration_crash import migrate, started

pytestmark = pytest.mark.thorough

MOST_MB_ABOVE_REST = 150


def memory_mb(pid: int, field: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith(field)).split()[1]) / 1024


def raw_json(value: object) -> str:
    """JSON as browsers write it: without escapes for what is not ASCII."""
    return json.dumps(value, ensure_ascii=False)


def large_dump(count: int) -> Json:
    """Nearly 16 MB of text, with a character that makes Python use four bytes for each."""
    size = int(15.5 * 2**20 * 0.74 / count)
    images = []
    for seed in range(count):
        data = picture(seed, "JPEG", (200, 200))
        data += random.Random(seed).randbytes(size - len(data))
        images.append(image(seed, id=f"img_{seed}", data=bare(data), customPrompt="\U0001f409"))
    return library(Rope=images)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_near_16_mb(tmp_path: Path) -> None:
    count = 60
    text = {key: raw_json(value) for key, value in large_dump(count).items()}
    body = raw_json(text)
    with started(tmp_path, fresh=True) as server:
        migrate(server, json.dumps(library(Rope=[image(10**6)])))
        rest = memory_mb(server.process.pid, "VmRSS")
        response = server.client.post(MIGRATE, content=body.encode(), timeout=120)
        assert response.json()["items"] == count
        peak = memory_mb(server.process.pid, "VmHWM")
    print(f"{len(body) / 2**20:.1f} MB: {rest:.0f} MB at rest, {peak:.0f} at peak")  # noqa: T201
    assert peak - rest < MOST_MB_ABOVE_REST
