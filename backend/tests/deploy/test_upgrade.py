"""scripts/upgrade.sh: to a good version and there, to a broken one and back, with every picture."""

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
from tests.support.service_user import UID

pytestmark = pytest.mark.xdist_group("installed")

NEXT = "7.0.0"
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
until grep -q 'Application startup complete' PLACE/log; do
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
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(installed, self.project, symlinks=True)
        (self.project / "data").mkdir()
        os.chown(self.project / "data", UID, UID)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        (self.project / ".env").write_text(f"PORT={port}\n", "utf-8")
        self.control = self.place / "control"
        lines = CONTROL.replace("PLACE", str(self.place)).replace("UID", str(UID))
        self.control.write_text(lines, "utf-8")
        self.control.chmod(0o755)
        self._make_versions()

    def _make_versions(self) -> None:
        self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("commit", "-qm", "old")
        self.git("checkout", "-q", "--detach")
        package = self.project / "backend" / "app"
        (package / "__init__.py").write_text(f'"""New."""\n\n__version__ = "{NEXT}"\n', "utf-8")
        (self.project / "NEWS").write_text("of the new version\n", "utf-8")
        self._tag("good")
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

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Upgrade, with what is needed to stop and start the server."""
        options = ["--stop", f"{self.control} stop", "--start", f"{self.control} start"]
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

    def version(self) -> str:
        """What the server says it is."""
        told: str = httpx.get(self.url, headers={"Accept": "application/json"}).json()["version"]
        return told

    def asked(self) -> str:
        """Whether the scene of before comes from the cache."""
        with httpx.Client(base_url=self.url, timeout=60) as client:
            return str(ask_scene(client)["served"])


@pytest.fixture
def installation(installed: Path) -> Iterator[Installation]:
    made = Installation(installed)
    subprocess.run([made.control, "start"], check=True)
    assert made.asked() == "generated"
    try:
        yield made
    finally:
        subprocess.run([made.control, "stop"], check=True)
        shutil.rmtree(made.place)


@pytest.mark.parametrize("form", ["tag", "archive"])
def test_to_the_new_version(form: str, installation: Installation) -> None:
    done = installation.run("good" if form == "tag" else "good.tar.gz")
    assert done.returncode == 0, done.stderr + done.stdout
    assert (installation.version(), installation.asked()) == (NEXT, "cached")
    assert (installation.project / "NEWS").is_file()
    assert not (installation.project / ".upgrade").exists()
    if form == "tag":
        assert installation.git("status", "--porcelain") == ""


def test_files_of_ones_own_among_the_program_are_kept(installation: Installation) -> None:
    (installation.project / "frontend" / "my-notes.txt").write_text("mine\n", "utf-8")
    done = installation.run("good.tar.gz")
    assert done.returncode == 0, done.stderr + done.stdout
    [kept] = installation.project.glob("program-*/frontend/my-notes.txt")
    assert kept.read_text("utf-8") == "mine\n"
    assert str(kept.parents[1]) in done.stdout


@pytest.mark.parametrize("version", ["broken", "broken.tar.gz", "not-to-be-installed"])
def test_back_again(version: str, installation: Installation) -> None:
    done = installation.run(version, "--wait", "60", PIP_NO_INDEX="1")
    assert done.returncode == 1, done.stderr + done.stdout
    assert f"Going back to {__version__}" in done.stdout
    assert (installation.version(), installation.asked()) == (__version__, "cached")
    assert not (installation.project / ".upgrade").exists()
    assert installation.git("symbolic-ref", "--short", "HEAD") == "main"
    changed = installation.git("status", "--porcelain", "--untracked-files=no")
    assert changed == ""
    owners = {path.stat().st_uid for path in (installation.project / "data").rglob("*")}
    assert owners == {UID}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("no-such-version",), "There is no version no-such-version"),
        (("nowhere.tar.gz",), "cannot be unpacked"),
        ((), "To which version?"),
        (("good", "broken"), "One version at a time"),
    ],
)
def test_changes_nothing(arguments: tuple[str, ...], says: str, installation: Installation) -> None:
    done = installation.run(*arguments)
    assert (done.returncode, says in done.stderr) == (2, True)
    assert "Stopping" not in done.stdout
    assert installation.version() == __version__


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("IMAGE_STORAGE_DIR", "frontend/pictures"),
        ("BACKUP_DIR", "deploy/backups"),
        ("", "NEWS"),
    ],
)
def test_what_is_not_of_a_version_is_not_replaced(
    name: str, place: str, installation: Installation
) -> None:
    """An archive's entries take the place of what is there, with all that it holds."""
    mine = installation.project / place
    if name:
        mine.mkdir()
        mine /= "mine"
    mine.write_text("mine\n", "utf-8")
    done = installation.run("good.tar.gz", **({name: f"./{place}"} if name else {}))
    assert (done.returncode, place in done.stderr) == (2, True), done.stderr
    assert "Stopping" not in done.stdout
    assert mine.read_text("utf-8") == "mine\n"


def test_changed_files_are_not_lost(installation: Installation) -> None:
    with (installation.project / "README.md").open("a", encoding="utf-8") as file:
        file.write("mine\n")
    done = installation.run("good")
    assert (done.returncode, "Files of the program were changed" in done.stderr) == (2, True)


def test_no_upgrade_without_a_backup(installation: Installation) -> None:
    done = installation.run("good", BACKUP_DIR="/proc/nowhere")
    assert (done.returncode, "nothing was changed" in done.stderr) == (2, True)
    assert (installation.version(), installation.asked()) == (__version__, "cached")


def test_knows_what_belongs_to_a_version(installation: Installation) -> None:
    """An upgrade by archive takes these away, and nothing else."""
    script = (installation.project / "scripts" / "upgrade.sh").read_text("utf-8")
    begin = script.index("list_entries() {")
    listed = script[begin : script.index("}", begin)]
    tracked = set(installation.git("ls-tree", "--name-only", "main").split())
    assert tracked <= set(listed.split())
    assert not {".git", ".env", ".venv", "data"} & set(listed.split())
