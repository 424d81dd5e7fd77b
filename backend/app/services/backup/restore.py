"""Restores a backup in place of the live library, whole or not at all."""

import errno
import os
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile

from app.clock import utc_now
from app.database.schema import SchemaError, is_known_revision, refuse_other_programs
from app.services.backup.archive import (
    DATABASE,
    MANIFEST,
    SUMS,
    Watch,
    made_at,
    set_name,
    unwatched,
)
from app.services.backup.check import CheckedBackup, check_backup
from app.services.backup.errors import BackupError, DamagedError, in_words, plain_errors
from app.services.backup.journal import (
    exchange,
    finish,
    is_restoring,
    restore_lock,
)
from app.services.backup.store import BackupStore, Place
from app.services.backup.swap import Swap, existing_data, real_folder
from app.services.coordination.instances import living_instances
from app.services.storage.layout import FOLDERS, layout_of
from app.services.storage.purge_lock import PurgeLock


def try_out(place: Place, checked: CheckedBackup) -> None:
    """Check that files can be written and renamed there, and that there is room.

    Raises:
        BackupError: When the restore would fail.
        OSError: When a folder cannot be read.
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
        with TemporaryFile(dir=folder):  # without a name, if the system can
            pass
    except OSError as error:
        raise BackupError(f"nothing can be restored into {folder}: {in_words(error)}") from error


def _refuse_mounted_file(database: Path) -> None:
    """A file that is a mount of its own can be neither renamed nor replaced."""
    try:
        mounts = Path("/proc/self/mountinfo").read_bytes().splitlines()
    except OSError:
        return  # another system; the restore will find out
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


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What a restore did.

    Attributes:
        backup: Name of the backup.
        images: Images in it, those in the trash included.
        lost: Files that were damaged or missing when the backup was made.
        kept: Where the old data is now.
        finished: Whether it only ended an earlier restore of this backup that was cut off.
    """

    backup: str
    images: int
    lost: list[str]
    kept: list[Path]
    finished: bool = False


def find_backup(text: str, backup_dir: Path, called_from: Path) -> Path:
    """Find the backup with a name in ``BACKUP_DIR``, or at a path.

    Raises:
        BackupError: When there is none.
    """
    name = text.rstrip("/")
    folder = (backup_dir if made_at(name) is not None else called_from).absolute() / name
    if folder.is_symlink():
        raise BackupError(f"{folder} is a link, which is not followed")
    if not any((folder / own).exists() for own in (DATABASE, MANIFEST, SUMS)):
        raise BackupError(f"there is no backup at {folder}; 'restore.sh --list' shows them all")
    return folder.resolve()


def check_restorable(folder: Path, watch: Watch = unwatched) -> CheckedBackup:
    """Check every byte of a backup, and that this version can use it; touches nothing.

    Raises:
        DamagedError: When it is not as it was made.
        BackupError: When a newer version of the program wrote it.
    """
    store = BackupStore(folder.parent)
    with (
        plain_errors(f"checking {folder}, its database unpacked in {tempfile.gettempdir()},"),
        store.read_locked(),
        tempfile.TemporaryDirectory() as temporary,
    ):
        try:
            checked = check_backup(folder, store.objects, Path(temporary) / "check", watch)
        except DamagedError as error:
            raise DamagedError(f"the backup {folder.name} is damaged: {error}") from error
    if not is_known_revision(checked.header.revision):
        raise BackupError(
            f"the backup's database has revision {checked.header.revision}, which a newer version "
            "of Emberpeak wrote: update the program first"
        )
    return checked


def restore(
    folder: Path,
    place: Place,
    *,
    force: bool,
    watch: Watch = unwatched,
    now: datetime | None = None,
) -> RestoreReport:
    """Put a backup in the place of the live data.

    Everything is checked first and copied beside its place. Then renames exchange it. The old data
    is kept under a dated name.

    Raises:
        DamagedError: When the backup is damaged; nothing was touched.
        BackupError: When a server is running, or there is data and ``force`` is not set.
        UnfinishedError: When the renames can be neither ended nor taken back.
    """
    # Checked again below. This saves reading everything in vain.
    if not is_restoring(place):
        _refuse(place, force=force)
    checked = check_restorable(folder, watch)
    stamp = set_name(now or utc_now())
    with ExitStack() as stack:
        stack.enter_context(plain_errors(f"restoring into {place.database.parent}"))
        for home in (place.database.parent, place.images):
            home.mkdir(parents=True, exist_ok=True)
        stack.enter_context(restore_lock(place))
        _refuse_running_server(place)
        stack.enter_context(PurgeLock(place.images).exclusive(0))
        if finish(place) == folder.name:
            return _report(checked, [], finished=True)
        _refuse(place, force=force)
        stack.enter_context(BackupStore(folder.parent).read_locked())
        try_out(place, checked)
        swap = Swap(place, stamp, checked)
        try:
            swap.stage(watch)
        except BaseException:
            swap.clear()
            raise
        exchange(place, swap.journal())
        return _report(checked, swap.kept)


def _report(checked: CheckedBackup, kept: list[Path], *, finished: bool = False) -> RestoreReport:
    return RestoreReport(
        backup=checked.folder.name,
        images=checked.header.pictures,
        lost=[entry.path for entry in checked.lost],
        kept=kept,
        finished=finished,
    )


def _refuse(place: Place, *, force: bool) -> None:
    _refuse_running_server(place)
    if not force and (old := existing_data(place)):
        raise BackupError(
            f"there is data already: {', '.join(map(str, old))}; nothing was touched. "
            "--force puts the backup in its place and keeps what is there now under dated names"
        )


def _refuse_running_server(place: Place) -> None:
    if is_served(place):
        raise BackupError(
            f"a server is running on {place.images}: stop it first; nothing was touched"
        )


def is_served(place: Place) -> bool:
    """Whether a server, or a self-check, is at work on the live data."""
    with plain_errors(f"looking for servers on {place.images}"):
        return bool(living_instances(layout_of(place.images).instances))
