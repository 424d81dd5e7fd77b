"""scripts/upgrade.sh: refused, to a broken version and back, and to good ones."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app import __version__
from tests.support.free_port import free_port
from tests.support.library import ask_scene
from tests.support.script_project import ROOT
from tests.support.service_user import UID

pytestmark = pytest.mark.xdist_group("installed")

PATIENCE_SECONDS = 600
# Starts and stops as a service manager does: each returns once it is so, or has failed.
CONTROL = """#!/bin/sh
gone() { [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }
if [ "$1" = stop ]; then
  kill "$(cat PLACE/pid)" 2>/dev/null
  until gone "$(cat PLACE/pid)"; do sleep 0.05; done
  exit
fi
cd PLACE/project
setpriv --reuid=UID --regid=UID --clear-groups ./start_server.sh >PLACE/log 2>&1 &
echo $! >PLACE/pid
until grep -q 'Uvicorn running on' PLACE/log && grep -q 'startup complete' PLACE/log; do
  ! gone "$(cat PLACE/pid)" || exit 1
  sleep 0.05
done
"""
# It comes as far as the database, which the old version then refuses, and ends.
BROKEN = """
def main() -> int:
    settings = load_settings()
    with create_writer(settings.database_url).begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    return 1


if __name__ == "__main__":"""


class Installation:
    """A clone that belongs to root, with a server of another user, and a repository of versions."""

    def __init__(self, installed: Path) -> None:
        self.place = installed.parent / "upgrade"
        self.project = self.place / "project"
        shutil.copytree(installed, self.project, symlinks=True)
        (self.project / "data").mkdir()
        os.chown(self.project / "data", UID, UID)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        (self.project / ".env").write_text(f"PORT={port}\n", "utf-8")
        self._control = self.place / "control"
        lines = CONTROL.replace("PLACE", str(self.place)).replace("UID", str(UID))
        self._control.write_text(lines, "utf-8")
        self._control.chmod(0o755)
        self._make_versions()

    def _make_versions(self) -> None:
        self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("commit", "-qm", "old")
        self.git("checkout", "-q", "--detach")
        package = self.project / "backend" / "app"
        for version, name in (("7.0.0", "good"), ("8.0.0", "better")):
            (package / "__init__.py").write_text(f'"""."""\n\n__version__ = "{version}"\n', "utf-8")
            if name == "better":
                (self.project / "NEWS").write_text("of the new version\n", "utf-8")
            self._tag(name)
        program = package / "__main__.py"
        text = program.read_text("utf-8")
        program.write_text(text.replace('\nif __name__ == "__main__":', BROKEN), "utf-8")
        self._tag("broken")
        program.write_text(text, "utf-8")
        with (self.project / "requirements.txt").open("a", encoding="utf-8") as file:
            file.write("emberpeak-no-such-package==1.0\n")
        self._tag("not-to-be-installed")
        self.git("checkout", "-q", "main")

    def _tag(self, name: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", name)
        self.git("tag", name)
        self.git("archive", "--prefix=x/", "-o", str(self.place / f"{name}.tar.gz"), name)

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@e.org", *arguments],
            cwd=self.project,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def control(self, what: str) -> None:
        """Stop or start the server."""
        subprocess.run([self._control, what], check=True)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Upgrade, with what is needed to stop and start the server."""
        options = ["--stop", f"{self._control} stop", "--start", f"{self._control} start"]
        return subprocess.run(
            [self.project / "scripts" / "upgrade.sh", *arguments, *options],
            cwd=self.place,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def assert_serves(self, version: str) -> None:
        """That version runs, with the scene of before, and nothing is left of an upgrade."""
        with httpx.Client(base_url=self.url, timeout=60) as client:
            seen = client.get("/", headers={"Accept": "application/json"}).json()["version"]
            assert (seen, ask_scene(client)["served"]) == (version, "cached")
        assert not (self.project / ".upgrade").exists()


@pytest.fixture(scope="module")
def installation(installed: Path) -> Iterator[Installation]:
    """Each test leaves the old version running in it."""
    made = Installation(installed)
    made.control("start")
    try:
        with httpx.Client(base_url=made.url, timeout=60) as client:
            assert ask_scene(client)["served"] == "generated"
        yield made
    finally:
        made.control("stop")
        shutil.rmtree(made.place)


@pytest.mark.parametrize(
    ("arguments", "mine", "environment", "says"),
    [
        (("no-such-version",), "", {}, "There is no version no-such-version"),
        (("nowhere.tar.gz",), "", {}, "cannot be unpacked"),
        ((), "", {}, "To which version?"),
        (("good", "broken"), "", {}, "One version at a time"),
        (("good",), "README.md", {}, "Files of the program were changed"),
        # An archive's entries take the place of what is there, with all that it holds.
        (("better.tar.gz",), "NEWS", {}, "NEWS"),
        (
            ("good.tar.gz",),
            "frontend/images/mine",
            {"IMAGE_STORAGE_DIR": "./frontend/images"},
            "frontend/images",
        ),
        (
            ("good.tar.gz",),
            "deploy/backups/mine",
            {"BACKUP_DIR": "./deploy/backups"},
            "deploy/backups",
        ),
    ],
)
def test_refuses_before_it_stops_the_server(
    arguments: tuple[str, ...],
    mine: str,
    environment: dict[str, str],
    says: str,
    installation: Installation,
) -> None:
    if mine:
        path = installation.project / mine
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine\n", "utf-8")
    done = installation.run(*arguments, **environment)
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr
    assert "Stopping" not in done.stdout
    if mine:
        assert path.read_text("utf-8") == "mine\n"
        installation.git("checkout", "-q", "main", "--", ".")
        installation.git("clean", "-fdq")


def test_no_upgrade_without_a_backup(installation: Installation) -> None:
    done = installation.run("good", BACKUP_DIR="/proc/nowhere")
    assert (done.returncode, "nothing was changed" in done.stderr) == (2, True)
    installation.assert_serves(__version__)


@pytest.mark.parametrize("version", ["broken", "broken.tar.gz", "not-to-be-installed"])
def test_back_again(version: str, installation: Installation) -> None:
    done = installation.run(version, "--wait", "60", PIP_NO_INDEX="1")
    assert done.returncode == 1, done.stderr + done.stdout
    assert f"Going back to {__version__}" in done.stdout
    installation.assert_serves(__version__)
    assert installation.git("symbolic-ref", "--short", "HEAD") == "main"
    assert installation.git("status", "--porcelain", "--untracked-files=no") == ""
    owners = {path.stat().st_uid for path in (installation.project / "data").rglob("*")}
    assert owners == {UID}


def test_to_the_new_version_and_by_archive_to_the_next(installation: Installation) -> None:
    project = installation.project
    done = installation.run("good")
    assert done.returncode == 0, done.stderr + done.stdout
    installation.assert_serves("7.0.0")
    assert installation.git("status", "--porcelain") == ""
    (project / "frontend" / "my-notes.txt").write_text("mine\n", "utf-8")
    done = installation.run("better.tar.gz")
    assert done.returncode == 0, done.stderr + done.stdout
    installation.assert_serves("8.0.0")
    assert (project / "NEWS").is_file()
    [kept] = project.glob("program-*/frontend/my-notes.txt")
    assert kept.read_text("utf-8") == "mine\n"
    assert str(kept.parents[1]) in done.stdout
    installation.control("stop")
    installation.git("checkout", "-qf", "main")
    installation.git("clean", "-fdq")
    installation.control("start")


def test_knows_what_belongs_to_a_version(installed: Path) -> None:
    """An upgrade by archive takes these away, and nothing else."""
    script = (ROOT / "scripts" / "upgrade.sh").read_text("utf-8")
    begin = script.index("list_entries() {")
    listed = set(script[begin : script.index("}", begin)].split())
    tracked = {entry.name for entry in installed.iterdir()} - {".venv", "data"}
    assert tracked <= listed
    assert not {".git", ".env", ".venv", "data"} & listed
