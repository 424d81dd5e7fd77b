"""What a restore would do to a place, tried without changing anything."""

import errno
import os
import shutil
from pathlib import Path
from tempfile import TemporaryFile

from app.database.schema import SchemaError, refuse_other_programs
from app.services.backup.check import CheckedBackup
from app.services.backup.errors import BackupError, in_words
from app.services.backup.place import Place
from app.services.backup.spot import real_folder
from app.services.storage.layout import FOLDERS


def try_out(place: Place, checked: CheckedBackup) -> None:
    """Make sure that files can be written and renamed there, and have room.

    Raises:
        BackupError: When the restore would fail.
        OSError: When a folder cannot be looked at.
    """
    try:
        refuse_other_programs(place.database)
    except SchemaError as error:
        raise BackupError(str(error)) from None
    homes = {place.images: 0}
    for name in FOLDERS:
        home = real_folder(place.images / name)
        if home.is_dir() and home != place.images / name:
            _try_to_write(home)
        homes[home] = sum(
            entry.size for entry in checked.entries if entry.path.startswith(f"{name}/")
        )
    for folder in (place.database.parent, place.images):
        _try_to_write(folder)
    _refuse_mounted_file(place.database)
    room_before = homes.get(place.database.parent, 0)
    homes[place.database.parent] = room_before + checked.header.database_bytes
    _refuse_without_room(homes)


def _try_to_write(folder: Path) -> None:
    there = _existing(folder)
    try:
        if there != folder:
            if not os.access(there, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))
            return
        with TemporaryFile(dir=folder):  # without a name, where the system can
            pass
    except OSError as error:
        raise BackupError(f"nothing can be restored into {folder}: {in_words(error)}") from error


def _refuse_mounted_file(database: Path) -> None:
    """A file that is a mount of its own can be neither renamed nor replaced."""
    try:
        mounts = Path("/proc/self/mountinfo").read_bytes().splitlines()
    except OSError:
        return  # another system; the restore will tell
    escaped = os.fsencode(database).replace(b"\\", rb"\134").replace(b" ", rb"\040")
    if any(line.split()[4:5] == [escaped] for line in mounts):
        raise BackupError(
            f"{database} is a mount of its own, which cannot be replaced: mount its folder"
        )


def _refuse_without_room(needed: dict[Path, int]) -> None:
    disks: dict[int, tuple[Path, int]] = {}
    for folder, size in needed.items():
        there = _existing(folder)
        first, before = disks.get(there.stat().st_dev, (there, 0))
        disks[there.stat().st_dev] = first, before + size
    for there, size in disks.values():
        found = shutil.disk_usage(there)
        # Some network disks say nothing of their size.
        if found.total and found.free < size:
            raise BackupError(
                f"{there} has room for {found.free // 2**20} MB, and the backup needs "
                f"{-(-size // 2**20)} MB"
            )


def _existing(folder: Path) -> Path:
    return next(above for above in (folder, *folder.parents) if above.is_dir())
