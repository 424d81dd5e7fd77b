"""A disk that fills up in the middle of a backup."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services.backup.errors import BackupError
from app.services.backup.restore import check_restorable
from app.services.backup.store import BackupStore
from tests.services.backup.conftest import MakeBackup
from tests.support.backups import Library


@pytest.fixture
def backups(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB; where none can be mounted, the tests are about something else."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("a small disk can be made by root only")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


# Room for this much more: for nothing, for the snapshot, for some images.
@pytest.mark.parametrize("room", [0, 200_000, 400_000])
def test_older_backups_stay_good(
    room: int, library: Library, back_up: MakeBackup, backups: Path
) -> None:
    name = back_up().name
    library.add(4, size=100_000)
    free = shutil.disk_usage(backups).free
    (backups / ".filler").write_bytes(bytes(max(free - room, 0)))
    with pytest.raises(BackupError, match="the disk is full"):
        back_up(1)
    assert BackupStore(backups).names() == [name]
    assert not list(backups.glob(".partial-*"))
    check_restorable(backups / name)
    used = sum(path.stat().st_size for path in (backups / ".objects").rglob("*") if path.is_file())
    assert used < 20_000  # the new images are gone again

    (backups / ".filler").unlink()
    report = back_up(2)
    assert report.problems == []
    assert check_restorable(backups / report.name).header.pictures == 8
    check_restorable(backups / name)
