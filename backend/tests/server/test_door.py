"""Where the server listens: the same for every number of workers, and told as it is reached."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.__main__ import _own_address
from app.config import Settings
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server_process import server_process

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_both_kinds_of_addresses_lead_to_a_server_on_all(workers: str, tmp_path: Path) -> None:
    token = "operator-token-never-shown"
    with server_process(tmp_path, HOST="::", ADMIN_TOKEN=token, WORKERS=workers) as running:
        port = running.url.rpartition(":")[2]
        for address in ("127.0.0.1", "[::1]"):
            answer = httpx.get(f"http://{address}:{port}/health", timeout=PATIENCE_SECONDS)
            assert answer.status_code == 200, address


@pytest.mark.parametrize(
    ("options", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"host": "localhost"}, "http://127.0.0.1:8000"),
        ({"host": "::", "admin_token": "t"}, "http://127.0.0.1:8000"),
        ({"host": "::1", "port": 9000}, "http://[::1]:9000"),
        ({"root_path": "ember"}, "http://127.0.0.1:8000/ember"),
    ],
)
def test_start_tells_one_address(options: dict[str, Any], address: str) -> None:
    """With another spelling the browser would have another cookie, and no game."""
    assert _own_address(Settings(_env_file=None, **options)) == address


def test_readme_tells_the_same() -> None:
    told = set(re.findall(r"http://([^/\s:>]+):8000", (ROOT / "README.md").read_text("utf-8")))
    assert told == {"127.0.0.1"}
