"""scripts/restore.sh as a person runs it."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.services.backup.make import make_backup
from app.services.backup.store import Place
from app.services.coordination.instances import InstanceRegistry
from tests.support.backups import Library, assert_whole, everything_in, flip
from tests.support.command import run_command

PROJECT = Path(__file__).resolve().parents[3]
NAME = "20261123T120000Z"

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def library(tmp_path: Path, empty_database: Path) -> Library:
    """Three images, of which there is a backup."""
    made = Library(tmp_path / "data", empty_database)
    made.add(3)
    moment = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    make_backup(made.place, tmp_path / "backups", 30, now=lambda: moment)
    return made


@pytest.fixture
def empty(tmp_path: Path) -> Place:
    return Place(tmp_path / "empty" / "game.db", tmp_path / "empty" / "images")


@pytest.fixture
def restore(library: Library, empty: Place, tmp_path: Path) -> Command:
    """Run the command as the script does, into the empty place or over the library."""

    def run(
        *arguments: str, over: bool = False, fresh: bool = False, **more: str
    ) -> subprocess.CompletedProcess[str]:
        place = library.place if over else empty
        environment = {
            "PYTHONPATH": str(PROJECT / "backend"),
            "DATABASE_URL": f"sqlite:///{place.database}",
            "IMAGE_STORAGE_DIR": str(place.images),
            "BACKUP_DIR": str(tmp_path / "backups"),
        }
        return run_command("restore", arguments, tmp_path, {**environment, **more}, fresh=fresh)

    return run


def test_list(restore: Command, tmp_path: Path) -> None:
    assert restore("--list").stdout == f"{NAME}  3 images\n"
    (tmp_path / "backups" / ".damaged").write_text(f"{NAME}\n")
    assert restore("--list").stdout == f"{NAME}  3 images  DAMAGED\n"
    (tmp_path / "backups" / NAME / "manifest.jsonl.gz").write_bytes(b"?")
    assert "cannot be read" in restore("--list").stdout
    nothing = restore("--list", BACKUP_DIR="nowhere")
    assert (nothing.returncode, "There is no backup" in nothing.stdout) == (0, True)


def test_into_an_empty_place(restore: Command, empty: Place) -> None:
    done = restore(NAME, fresh=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"Restored {NAME}: 3 images, and the database.\nThe server can be started now.\n"
    )
    assert assert_whole(empty) == 3


def test_path_from_where_it_was_called(restore: Command, empty: Place, tmp_path: Path) -> None:
    called_from = str(tmp_path / "backups")
    done = restore(f"./{NAME}", "--called-from", called_from, BACKUP_DIR="elsewhere")
    assert (done.returncode, assert_whole(empty)) == (0, 3)


def test_over_data(restore: Command, library: Library) -> None:
    library.add(1)
    refused = restore(NAME, over=True)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--force" in refused.stderr
    assert assert_whole(library.place) == 4
    done = restore(NAME, "--force", over=True)
    assert done.returncode == 0
    assert "is kept as" in done.stdout
    assert assert_whole(library.place) == 3


def test_dry_run(restore: Command, library: Library, tmp_path: Path) -> None:
    before = everything_in(tmp_path)
    done = restore(NAME, "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"Backup {NAME} is whole: 3 images would be restored.\n"
    over = restore(NAME, "--dry-run", over=True)
    assert "needs --force" in over.stdout
    assert "server" not in over.stdout
    assert everything_in(tmp_path) == before
    assert assert_whole(library.place) == 3


def test_dry_run_beside_a_running_server(restore: Command, library: Library) -> None:
    """It is how a backup is proven before the server is stopped."""
    registry = InstanceRegistry(library.place.images.joinpath(".emberpeak", "instances"))
    done = restore(NAME, "--dry-run", over=True)
    registry.close()
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Backup {NAME} is whole" in done.stdout
    assert "A server is running: stop it before you restore.\n" in done.stdout


@pytest.mark.parametrize("arguments", [("--dry-run",), ("--force",)])
def test_damaged(
    arguments: tuple[str, ...], restore: Command, empty: Place, tmp_path: Path
) -> None:
    flip(tmp_path / "backups" / NAME / "game.db.gz", -1)
    done = restore(NAME, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"restore: the backup {NAME} is damaged: game.db.gz does not" in done.stderr
    assert not empty.database.parent.exists()


@pytest.mark.parametrize(
    ("arguments", "more", "message"),
    [
        ((), {}, "name a BACKUP"),
        (("20200101T000000Z",), {}, "there is no backup at"),
        (("\x1b[31m",), {}, r"\x1b[31m"),
        ((NAME,), {"DATABASE_URL": "sqlite://"}, "in memory"),
    ],
)
def test_clear_message_and_status_2(
    arguments: tuple[str, ...], more: dict[str, str], message: str, restore: Command
) -> None:
    done = restore(*arguments, **more)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
