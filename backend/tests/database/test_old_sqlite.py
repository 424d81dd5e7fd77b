"""Without pysqlite3, which has wheels for x86_64 Linux only, Python's own SQLite serves."""

import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.library import IMAGES, ask_scene, make_image
from tests.support.server_process import server_process

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("system", "machine", "wanted"),
    [
        ("linux", "x86_64", True),
        ("linux", "aarch64", False),
        ("linux", "armv7l", False),
        ("darwin", "arm64", False),
        ("darwin", "x86_64", False),
    ],
)
def test_is_installed_where_it_has_wheels(system: str, machine: str, wanted: bool) -> None:
    (line,) = (
        line
        for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines()
        if line.startswith("pysqlite3")
    )
    marker = Requirement(line.partition(" #")[0]).marker
    assert marker is not None
    assert marker.evaluate({"sys_platform": system, "platform_machine": machine}) is wanted


def test_serves_pictures_by_the_interpreters_own(tmp_path: Path) -> None:
    package = tmp_path / "without" / "pysqlite3"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('no wheel')\n", "utf-8")
    paths = f"{package.parent}:{ROOT / 'backend'}"
    with server_process(tmp_path, fresh=True, PYTHONPATH=paths) as server:
        assert ask_scene(server.client)["served"] == "generated"
        assert ask_scene(server.client)["served"] == "cached"
        make_image(server.client)
        assert server.client.get(f"{IMAGES}/search").json()["total"] == 2
        warned = [line for line in server.log_lines() if "this SQLite is older" in line["event"]]
    # Two copies of SQLite in one process would drop each other's locks.
    asked = [
        sys.executable,
        "-c",
        "import sqlite3; print(sqlite3.sqlite_version_info < (3, 51, 3))",
    ]
    is_old = subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "True\n"
    assert len(warned) == is_old
