"""The exchange of the live data for a restored copy, old kept aside."""

import itertools
from pathlib import Path

from app.services.backup.check import CheckedBackup, unpack_database
from app.services.backup.errors import DamagedError
from app.services.backup.files import copy_into, opened, written
from app.services.backup.journal import Journal, Move
from app.services.backup.place import Place
from app.services.backup.progress import Watch
from app.services.backup.spot import Spot, present_pictures, spot_for
from app.services.backup.staged import remove_staged
from app.services.backup.store import BackupStore
from app.services.storage.atomic_write import flush_folder
from app.services.storage.layout import FOLDERS, layout_of

_BESIDE_DATABASE = ("", "-wal", "-shm", "-journal")
# As the server's own files: another program may be to serve them.
_PICTURE = 0o666


def present(place: Place) -> list[Path]:
    """What a restore would put aside; touches nothing.

    Raises:
        BackupError: When a folder of pictures cannot be reached.
    """
    folders = [place.images / name for name in FOLDERS]
    return [*_database_files(place), *(folder for folder in folders if present_pictures(folder))]


class Swap:
    """What is exchanged, and where both sides lie in the meantime.

    Raises:
        BackupError: When a folder of pictures cannot be reached.
        OSError: When nothing can be written there.
    """

    def __init__(self, place: Place, stamp: str, checked: CheckedBackup) -> None:
        self._place = place
        self._checked = checked
        self.clear()
        stamp = _free_stamp(place, stamp)
        self._staged_database = _free(_staged_database(place))
        self._spots = [
            spot_for(place.images / name, stamp, _names_in(checked, name)) for name in FOLDERS
        ]
        self._aside = [
            Move(source=path, target=_named(place.database, stamp, suffix), aside=True)
            for suffix in _BESIDE_DATABASE
            if (path := place.database.with_name(place.database.name + suffix)).exists()
        ]

    @property
    def kept(self) -> list[Path]:
        """Where what is there now lies afterwards."""
        moved = [move.target for move in self._aside]
        return [*moved, *(spot.before for spot in self._spots if spot.aside)]

    def clear(self) -> None:
        """Remove what a restore that failed or was killed has staged."""
        layout = layout_of(self._place.images)
        remove_staged(_staged_database(self._place))
        remove_staged(layout.staged)
        for name in FOLDERS:
            remove_staged((self._place.images / name).resolve() / Spot.STAGED_INSIDE)

    def stage(self, watch: Watch) -> None:
        """Copy everything beside its place, comparing each hash once more."""
        checked = self._checked
        unpack_database(checked.folder, checked.header, self._staged_database)
        objects = BackupStore(checked.folder.parent).objects
        for spot in self._spots:
            spot.staged.mkdir(parents=True, exist_ok=True)
        staged = {spot.name: spot.staged for spot in self._spots}
        advance = watch("files restored", len(checked.entries))
        for entry in checked.entries:
            if entry.sha256 is not None:
                folder, _, name = entry.path.partition("/")
                _copy(objects.path(entry.sha256), staged[folder] / name, entry.sha256)
            advance(1)
        for spot in self._spots:
            flush_folder(spot.staged)
            flush_folder(spot.staged.parent)

    def journal(self) -> Journal:
        """The old out of the way, then the new into its place."""
        aside = [*self._aside, *(move for spot in self._spots for move in spot.aside)]
        new = [Move(source=self._staged_database, target=self._place.database, aside=False)]
        new += [move for spot in self._spots for move in spot.new()]
        staged = [self._staged_database, *(spot.staged for spot in self._spots)]
        staged.append(layout_of(self._place.images).staged)
        return Journal(backup=self._checked.folder.name, moves=[*aside, *new], staged=staged)


def _database_files(place: Place) -> list[Path]:
    files = [place.database.with_name(place.database.name + suffix) for suffix in _BESIDE_DATABASE]
    return [path for path in files if path.exists()]


def _names_in(checked: CheckedBackup, folder: str) -> set[str]:
    prefix = f"{folder}/"
    return {
        entry.path.removeprefix(prefix)
        for entry in checked.entries
        if entry.path.startswith(prefix)
    }


def _staged_database(place: Place) -> Path:
    return place.database.with_name(f"{place.database.name}.restore-staged")


def _free(path: Path) -> Path:
    """The path, with a number where something else lies there."""
    numbered = (path.with_name(f"{path.name}-{number}") for number in itertools.count(2))
    return next(free for free in itertools.chain([path], numbered) if not free.exists())


def _free_stamp(place: Place, stamp: str) -> str:
    """The stamp, with a number where something was kept under it a moment ago."""
    numbered = stamp
    for number in itertools.count(2):
        taken = [
            path for name in FOLDERS for path in Spot.places_before(place.images / name, numbered)
        ]
        taken += [_named(place.database, numbered, suffix) for suffix in _BESIDE_DATABASE]
        if not any(path.exists() for path in taken):
            break
        numbered = f"{stamp}-{number}"
    return numbered


def _named(database: Path, stamp: str, suffix: str) -> Path:
    # The ending stays last, so that SQLite finds what belongs together.
    return database.with_name(f"{database.name}.before-{stamp}{suffix}")


def _copy(source: Path, target: Path, digest: str) -> None:
    target.unlink(missing_ok=True)
    with opened(source) as file, written(target, mode=_PICTURE) as out:
        copy_into(file, out)
    if out.digest != digest:
        raise DamagedError(f"the picture {target.name} changed while it was read")
