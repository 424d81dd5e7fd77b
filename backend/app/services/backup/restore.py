"""The way back: a backup becomes the live library, whole or not at all."""

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.clock import utc_now
from app.database.schema import is_known_revision
from app.services.backup.check import CheckedBackup, check_backup
from app.services.backup.errors import BackupError, DamagedError, told_plainly
from app.services.backup.journal import (
    exchange,
    finish,
    is_restoring,
    restore_lock,
)
from app.services.backup.names import made_at, set_name
from app.services.backup.place import Place
from app.services.backup.progress import Watch, unwatched
from app.services.backup.rehearsal import try_out
from app.services.backup.store import BackupStore
from app.services.backup.sums import DATABASE, MANIFEST, SUMS
from app.services.backup.swap import Swap, present
from app.services.coordination.instances import living_instances
from app.services.storage.layout import layout_of
from app.services.storage.purge_lock import PurgeLock


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What a restore did.

    Attributes:
        backup: Name of the backup.
        pictures: Pictures in it, those in the trash included.
        lost: Files that were damaged or missing already when it was made.
        kept: Where what was there before lies now.
        finished: Whether only an earlier, cut-off restore of this backup was ended.
    """

    backup: str
    pictures: int
    lost: list[str]
    kept: list[Path]
    finished: bool = False


def find_backup(text: str, backup_dir: Path, called_from: Path) -> Path:
    """Find the backup that somebody means by a name or a path.

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
        told_plainly(f"checking {folder}, its database unpacked in {tempfile.gettempdir()},"),
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

    Everything is checked first and copied beside its place; then renames exchange it. What was
    there before is kept under a dated name.

    Raises:
        DamagedError: When the backup is damaged; nothing was touched.
        BackupError: When a server is running, or there is data and ``force`` is not set.
        UnfinishedError: When the renames can be neither ended nor taken back.
    """
    # Looked at again below: this only saves the time of reading everything in vain.
    if not is_restoring(place):
        _refuse(place, look_at(place), force=force)
    checked = check_restorable(folder, watch)
    stamp = set_name(now or utc_now())
    with ExitStack() as stack:
        stack.enter_context(told_plainly(f"restoring into {place.database.parent}"))
        for home in (place.database.parent, place.images):
            home.mkdir(parents=True, exist_ok=True)
        stack.enter_context(restore_lock(place))
        _refuse_running_server(place)
        stack.enter_context(PurgeLock(place.images).exclusive(0))
        if finish(place) == folder.name:
            return _report(checked, [], finished=True)
        _refuse(place, present(place), force=force)
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
        pictures=checked.header.pictures,
        lost=[entry.path for entry in checked.lost],
        kept=kept,
        finished=finished,
    )


def _refuse(place: Place, old: list[Path], *, force: bool) -> None:
    _refuse_running_server(place)
    if old and not force:
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
    with told_plainly(f"looking for servers on {place.images}"):
        layout = layout_of(place.images)
        places = (layout.instances, layout.former_instances)
        return any(living_instances(folder) for folder in places)


def look_at(place: Place) -> list[Path]:
    """What a restore would put aside; touches nothing.

    Raises:
        BackupError: When it cannot be seen.
    """
    with told_plainly(f"looking at {place.database.parent}"):
        return present(place)
