"""A fresh clone, made and filled by root, for tests of how the project is run."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.script_project import ROOT
from tests.support.service_user import need_root


@pytest.fixture(scope="session")
def installed() -> Iterator[Path]:
    """A clone whose packages were really installed by its script; belongs to root."""
    need_root()
    # Not pytest's folder, into which no other user can look.
    place = Path(tempfile.mkdtemp(prefix="emberpeak-"))
    try:
        place.chmod(0o755)
        clone = place / "clone"
        copy_checkout(clone)
        done = subprocess.run(
            [clone / "scripts" / "install.sh"],
            capture_output=True,
            text=True,
            check=False,
            umask=0o077,
            # The system's Python: root's own, in a folder of root's, nobody else can run.
            env={**os.environ, "PATH": "/usr/local/bin:/usr/bin:/bin"},
        )
        if "none was found" in done.stderr or "Could not make .venv" in done.stderr:
            pytest.skip(f"the system has no Python that all users can run: {done.stderr}")
        if "Is the package index reachable?" in done.stderr:
            pytest.skip(f"the package index cannot be reached: {done.stderr[-500:]}")
        assert done.returncode == 0, done.stderr
        yield clone
    finally:
        shutil.rmtree(place)


def copy_checkout(clone: Path) -> None:
    """Copy what git knows of the checkout, changes that are not committed included."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "-co", "--exclude-standard"],
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is no checkout of git")
    for name in filter(None, listed.stdout.decode().split("\0")):
        source, target = ROOT / name, clone / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
