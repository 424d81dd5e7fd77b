"""scripts/backup.sh as cron runs it, and as a person does."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.services.backup.store import BackupStore
from tests.support.backups import Library, flip
from tests.support.command import run_command

PROJECT = Path(__file__).resolve().parents[3]
LINE = re.compile(
    r"Backup \d{8}T\d{6}Z: 3 images, \d new files, \d\.\d MB added; read back and whole\.\n"
)

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def library(tmp_path: Path, empty_database: Path) -> Library:
    made = Library(tmp_path / "data", empty_database)
    made.add(3)
    return made


@pytest.fixture
def environment(library: Library, tmp_path: Path) -> dict[str, str]:
    """As little as cron gives, and where the data lies."""
    return {
        "PYTHONPATH": str(PROJECT / "backend"),
        "DATABASE_URL": f"sqlite:///{library.place.database}",
        "IMAGE_STORAGE_DIR": str(library.place.images),
        "BACKUP_DIR": str(tmp_path / "backups"),
    }


@pytest.fixture
def back_up(environment: dict[str, str], tmp_path: Path) -> Command:
    """Run the command as the script does."""

    def run(*arguments: str, fresh: bool = False, **more: str) -> subprocess.CompletedProcess[str]:
        return run_command("backup", arguments, tmp_path, {**environment, **more}, fresh=fresh)

    return run


@pytest.mark.parametrize("name", ["backup", "restore"])
def test_script_runs_the_command(name: str) -> None:
    script = PROJECT / "scripts" / f"{name}.sh"
    assert f"\nrun_command {name} " in script.read_text("utf-8")
    assert os.access(script, os.X_OK)


def test_deploy_names_the_script() -> None:
    for path in ("cron/emberpeak-backup", "systemd/emberpeak-backup.service"):
        assert "/scripts/backup.sh" in (PROJECT / "deploy" / path).read_text("utf-8")


def test_one_line_where_all_is_well(back_up: Command, tmp_path: Path) -> None:
    done = back_up(fresh=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert LINE.fullmatch(done.stdout)
    assert len(BackupStore(tmp_path / "backups").names()) == 1


def test_damage_to_an_older_one(back_up: Command, tmp_path: Path) -> None:
    back_up()
    (name,) = BackupStore(tmp_path / "backups").names()
    flip(tmp_path / "backups" / name / "manifest.jsonl.gz", 100)
    done = back_up()
    assert done.returncode == 1
    assert LINE.fullmatch(done.stdout)
    assert f"backup {name} is damaged, and cannot be restored: manifest.jsonl.gz" in done.stderr


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"DATABASE_URL": "sqlite://"}, "in memory"),
        ({"DATABASE_URL": "sqlite:////nowhere/game.db"}, "there is no database"),
        ({"BACKUP_DIR": "/proc/backups"}, "/proc/backups"),
        ({"BACKUP_RETENTION_DAYS": "many"}, "BACKUP_RETENTION_DAYS"),
    ],
)
def test_clear_message_and_status_2(more: dict[str, str], message: str, back_up: Command) -> None:
    done = back_up(**more)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.endswith("backup: No backup was made; the older ones are as they were.\n")
    assert "Traceback" not in done.stderr


def test_draws_a_bar_on_a_terminal(environment: dict[str, str], tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "app.cli", "backup"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "3 of 3 images collected" in shown
    assert "6 of 6 files checked" in shown
    assert shown.endswith("read back and whole.\r\n")
