"""Which server the commands talk to where none is named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.checkout import own_server
from tests.conftest import ServerFactory
from tests.support.patience import PATIENCE_SECONDS

PROJECT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        ("", "http://127.0.0.1:8000"),
        ("PORT=9001\nHOST=0.0.0.0\nADMIN_TOKEN=operator", "http://localhost:9001"),
        ("HOST=10.1.2.3\nADMIN_TOKEN=operator", "http://10.1.2.3:8000"),
        ("HOST=fd00::1\nADMIN_TOKEN=operator", "http://[fd00::1]:8000"),
        ("HOST=127.0.0.2\nADMIN_TOKEN=operator", "http://127.0.0.2:8000"),
    ],
)
def test_is_the_one_of_the_env_file(lines: str, address: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(lines, "utf-8")
    assert own_server(tmp_path) == (address, "operator" if "operator" in lines else "")


def test_is_asked_by_seed(make_server: ServerFactory, tmp_path: Path) -> None:
    """The environment goes before the file, as for the server."""
    server = make_server(admin_token="operator")
    port = server.url.rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "seed", "--dry-run"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(PROJECT / "backend"),
            "PORT": port,
            "ADMIN_TOKEN": "operator",
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
