"""The way back: a backup becomes the live library, whole or not at all."""

import itertools
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.clock import utc_now
from app.schema import is_known_revision
from app.services.backup.check import CheckedBackup, check_backup, unpack_database
from app.services.backup.errors import BackupError, DamagedError, told_plainly
from app.services.backup.files import copy_into, opened, remove_tree, written
from app.services.backup.journal import (
    Journal,
    Move,
    commit,
    finish,
    is_restoring,
    restore_lock,
)
from app.services.backup.names import made_at, set_name
from app.services.backup.place import Place
from app.services.backup.progress import Watch, unwatched
from app.services.backup.store import BackupStore
from app.services.storage.durable_write import flush_folder
from app.services.storage.instances import living_instances
from app.services.storage.names import FOLDERS
from app.services.storage.purge_lock import PurgeLock

_BESIDE_DATABASE = ("", "-wal", "-shm", "-journal")


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
    if not folder.is_dir():
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
        told_plainly(f"checking {folder}"),
        store.read_locked(),
        TemporaryDirectory() as temporary,
    ):
        checked = check_backup(folder, store.objects, Path(temporary) / "check", watch)
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
    """
    checked = check_restorable(folder, watch)
    stamp = set_name(now or utc_now())
    with ExitStack() as stack:
        stack.enter_context(told_plainly(f"restoring into {place.database.parent}"))
        for folder in (place.database.parent, place.images.parent):
            folder.mkdir(parents=True, exist_ok=True)
        stack.enter_context(restore_lock(place))
        _refuse_running_server(place)
        stack.enter_context(PurgeLock(place.images).exclusive(0))
        if finish(place) == folder.name:
            return _report(checked, [], finished=True)
        swap = _Swap(place, stamp)
        if swap.old and not force:
            raise BackupError(
                "there is data already: "
                f"{', '.join(str(path) for path in swap.old)}; nothing was touched. "
                "--force puts the backup in its place and keeps it under a dated name"
            )
        stack.enter_context(BackupStore(folder.parent).read_locked())
        try:
            swap.stage(checked, watch)
        except BaseException:
            swap.clear()
            raise
        commit(place, swap.journal(folder.name))
        finish(place)
        return _report(checked, swap.kept)


def _report(checked: CheckedBackup, kept: list[Path], *, finished: bool = False) -> RestoreReport:
    return RestoreReport(
        backup=checked.folder.name,
        pictures=checked.header.pictures,
        lost=[entry.path for entry in checked.lost],
        kept=kept,
        finished=finished,
    )


def _refuse_running_server(place: Place) -> None:
    if living_instances(place.images.with_name(f"{place.images.name}.instances")):
        raise BackupError(
            f"a server is running on {place.images}: stop it first; nothing was touched"
        )


def look_at(place: Place) -> list[Path]:
    """What a restore would put aside; touches nothing.

    Raises:
        BackupError: When a server is running, or a restore is at work.
    """
    is_restoring(place)
    _refuse_running_server(place)
    return _Swap(place, set_name(utc_now())).old


class _Swap:
    """What is exchanged, and where both sides lie in the meantime."""

    def __init__(self, place: Place, stamp: str) -> None:
        self._place = place
        stamp = _free_stamp(place, stamp)
        self._staged_database = place.database.with_name(f"{place.database.name}.restore-staged")
        self._staged_images = _near(place.images, "restore-staged")
        self._aside: list[Move] = [
            Move(source=path, target=_named(place.database, stamp, suffix), aside=True)
            for suffix in _BESIDE_DATABASE
            if (path := place.database.with_name(place.database.name + suffix)).exists()
        ]
        before = _near(place.images, f"before-{stamp}")
        self._aside += [
            Move(source=path, target=before / name, aside=True)
            for name in FOLDERS
            if (path := place.images / name).is_dir() and any(path.iterdir())
        ]

    @property
    def old(self) -> list[Path]:
        """What is there now."""
        return [move.source for move in self._aside]

    @property
    def kept(self) -> list[Path]:
        """Where that lies afterwards."""
        return [move.target for move in self._aside]

    def clear(self) -> None:
        """Remove what was staged."""
        for path in (self._staged_database, self._staged_images):
            remove_tree(path)

    def stage(self, checked: CheckedBackup, watch: Watch) -> None:
        """Copy everything beside its place, comparing each hash once more."""
        self.clear()
        self._place.images.mkdir(exist_ok=True)
        unpack_database(checked.folder, checked.header, self._staged_database)
        objects = BackupStore(checked.folder.parent).objects
        for name in FOLDERS:
            (self._staged_images / name).mkdir(parents=True)
        advance = watch("files restored", len(checked.entries))
        for entry in checked.entries:
            if entry.sha256 is not None:
                _copy(objects.path(entry.sha256), self._staged_images / entry.path, entry.sha256)
            advance(1)
        for folder in (*(self._staged_images / name for name in FOLDERS), self._staged_images):
            flush_folder(folder)

    def journal(self, backup: str) -> Journal:
        """The old out of the way, then the new into its place."""
        new = [Move(source=self._staged_database, target=self._place.database, aside=False)]
        new += [
            Move(source=self._staged_images / name, target=self._place.images / name, aside=False)
            for name in FOLDERS
        ]
        return Journal(backup=backup, moves=[*self._aside, *new], staged=[self._staged_images])


def _near(images: Path, kind: str) -> Path:
    """A name on the same disk: beside the folder, or in it where it is a disk of its own."""
    if images.is_dir() and images.stat().st_dev != images.parent.stat().st_dev:
        return images / f".{kind}"
    return images.with_name(f"{images.name}.{kind}")


def _free_stamp(place: Place, stamp: str) -> str:
    """The stamp, with a number where something was kept under it a moment ago."""
    numbered = stamp
    for number in itertools.count(2):
        taken = [_near(place.images, f"before-{numbered}")]
        taken += [_named(place.database, numbered, suffix) for suffix in _BESIDE_DATABASE]
        if not any(path.exists() for path in taken):
            break
        numbered = f"{stamp}-{number}"
    return numbered


def _named(database: Path, stamp: str, suffix: str) -> Path:
    # The ending stays last, so that SQLite finds what belongs together.
    return database.with_name(f"{database.name}.before-{stamp}{suffix}")


def _copy(source: Path, target: Path, digest: str) -> None:
    with opened(source) as file, written(target) as out:
        copy_into(file, out)
    if out.digest != digest:
        raise DamagedError(f"the picture {target.name} changed while it was read")
