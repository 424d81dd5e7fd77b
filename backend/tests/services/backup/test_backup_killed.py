"""Backup and restore, killed at each point where they change a file."""

import shutil
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from app.clock import utc_now
from app.services.backup.errors import BackupError
from app.services.backup.journal import finish_interrupted
from app.services.backup.restore import check_restorable, restore
from app.services.backup.store import BackupStore, Place
from tests.services.backup.conftest import NOON, MakeBackup
from tests.support.backups import Library, assert_whole, everything_in, files_of
from tests.support.killer import killer, spread
from tests.support.server_process import server_process

pytestmark = pytest.mark.thorough

KILLED = -signal.SIGKILL


def environment(place: Place, backups: Path, **more: str) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{place.database}",
        "IMAGE_STORAGE_DIR": str(place.images),
        "BACKUP_DIR": str(backups),
        **more,
    }


def copied(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def test_backup(
    library: Library, back_up: MakeBackup, backups: Path, tmp_path: Path, long_run: bool
) -> None:
    today = (utc_now() - NOON) / timedelta(days=1)
    # A run removes the first for its age: that is a point too.
    old, *_ = (back_up(today - days, retention_days=1000).name for days in (40, 20, 1))
    library.add(2)
    pristine = tmp_path / "pristine"
    shutil.copytree(backups, pristine)
    with killer("app.cli.backup", tmp_path, environment(library.place, backups)) as kill:
        status, changes = kill.run(0)
        assert (status, len(BackupStore(backups).names())) == (0, 3)
        for number in spread(changes, 500 if long_run else 4):
            copied(pristine, backups)
            status, _ = kill.run(number)
            assert status == KILLED
            for name in BackupStore(backups).names():
                check_restorable(backups / name)
            assert kill.run(0)[0] == 0, number
            names = BackupStore(backups).names()
            assert old not in names
            assert check_restorable(backups / names[-1]).header.pictures == 6
            assert not list(backups.glob(".partial-*"))


@pytest.fixture
def name(library: Library, back_up: MakeBackup) -> str:
    """A backup of what the library no longer is."""
    name = back_up().name
    library.add(3)
    return name


def is_old_or_new(place: Place, old: dict[str, str]) -> bool:
    """Whether the old is there; fails where it is neither old nor new."""
    pictures = assert_whole(place)
    if pictures == 7:
        assert files_of(place) == old
    else:
        assert pictures == 4
    return pictures == 7


def test_restore_over_data(
    library: Library, name: str, backups: Path, tmp_path: Path, long_run: bool
) -> None:
    place, data = library.place, library.place.database.parent
    pristine = tmp_path / "pristine"
    shutil.copytree(data, pristine)
    old = files_of(place)
    seen = set()
    with killer("app.cli.restore", data, environment(place, backups)) as kill:
        assert kill.run(0, name, "--dry-run")[0] == 0
        assert everything_in(data) == everything_in(pristine)
        status, changes = kill.run(0, name, "--force")
        assert status == 0
        for number in spread(changes, 500 if long_run else 5):
            for entry in data.iterdir():
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
            shutil.copytree(pristine, data, dirs_exist_ok=True)
            assert kill.run(number, name, "--force")[0] == KILLED
            finish_interrupted(place)  # what the start of the server does
            seen.add(is_old_or_new(place, old))
            assert kill.run(0, name, "--force")[0] == 0
            assert not is_old_or_new(place, old)
            kept = {path.name.split(".before-")[0] for path in data.rglob("*.before-*")}
            assert {"game.db", "full", "thumbnails"} <= kept
            assert not list(data.rglob("*staged*"))
    assert seen == {True, False}


def kill_between_renames(library: Library, name: str, backups: Path) -> None:
    """Leave a place without a database, half-way between old and new."""
    place, data = library.place, library.place.database.parent
    journal = data / "game.db.restore-journal"
    with killer("app.cli.restore", data, environment(place, backups)) as kill:
        # Between the journal and the new database lie more than three changes.
        for reached, step in ((journal.exists, 3), (lambda: not place.database.exists(), 1)):
            number = 0
            while not reached():
                number += step
                assert kill.run(number, name, "--force")[0] == KILLED


def test_rerun_or_server_ends_a_restore_that_was_killed_between_its_renames(
    library: Library, name: str, backups: Path, tmp_path: Path
) -> None:
    place, data = library.place, library.place.database.parent
    kill_between_renames(library, name, backups)
    shutil.copytree(data, tmp_path / "killed")
    assert restore(backups / name, place, force=False).finished
    assert assert_whole(place) == 4
    copied(tmp_path / "killed", data)
    with server_process(data, BACKUP_DIR=str(backups)) as server:
        health = server.client.get("/health").json()
        assert (health["status"], health["checks"]["images"]["total"]) == ("ok", 3)
        assert any("cut off" in line["event"] for line in server.log_lines())
        with pytest.raises(BackupError, match="a server is running"):
            restore(backups / name, place, force=True)
    assert assert_whole(place) == 4
    assert not (data / "images" / "quarantine").exists()
