"""A clone made by root is run by a user who may write data/ only, from the first start on."""

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.support.library import ask_scene
from tests.support.service_user import UID, Service

pytestmark = pytest.mark.xdist_group("installed")


def test_serves_and_is_kept_without_pysqlite3(installed: Path, tmp_path: Path) -> None:
    """The interpreter's own SQLite serves, as if there were no wheel; the clone stays as it is."""
    data = installed / "data"
    data.mkdir()
    os.chown(data, UID, UID)
    (package,) = (installed / ".venv" / "lib").glob("*/site-packages/pysqlite3")
    service = Service(str(installed), [f"mount -t tmpfs tmpfs {package}"])
    before = state(installed)
    with service.serving(tmp_path / "log") as client:
        picture = ask_scene(client)
        assert client.get(picture["url"]).status_code == 200
        backup = service.run("scripts/backup.sh")
        assert (backup.returncode, backup.stderr) == (0, "")
        port = str(client.base_url.port)
        assert service.run("scripts/seed.sh", "--dry-run", PORT=port).returncode == 0
    verified = service.run("scripts/verify.sh")
    assert (verified.returncode, verified.stderr) == (0, "")
    found = re.match(r"Backup (\w+):", backup.stdout)
    assert found
    shutil.rmtree(data / "images")
    restored = service.run("scripts/restore.sh", found[1], "--force")
    assert (restored.returncode, restored.stderr) == (0, "")
    with service.serving(tmp_path / "log") as client:
        assert ask_scene(client)["served"] == "cached"
        assert client.get(picture["url"]).status_code == 200
    assert state(installed) == before
    shutil.rmtree(data)


def state(clone: Path) -> dict[str, int]:
    """When each file and folder changed last, but for the data."""
    return {
        str(path): path.lstat().st_mtime_ns
        for path in clone.rglob("*")
        if path.relative_to(clone).parts[0] != "data"
    }


def test_size_of_the_packages_is_named_truly(installed: Path) -> None:
    named = re.search(r"(\d+) MB on disk", (installed / "requirements.txt").read_text("utf-8"))
    assert named
    size = sum(path.lstat().st_blocks * 512 for path in (installed / ".venv").rglob("*"))
    assert 0.7 < size / 1e6 / int(named[1]) < 1.4
