"""The exchange of the live data for a restored copy, old kept aside."""

import itertools
from pathlib import Path

from app.services.backup.check import CheckedBackup, unpack_database
from app.services.backup.errors import DamagedError
from app.services.backup.files import copy_into, opened, remove_tree, written
from app.services.backup.journal import Journal, Move
from app.services.backup.place import Place
from app.services.backup.progress import Watch
from app.services.backup.store import BackupStore
from app.services.storage.durable_write import flush_folder
from app.services.storage.names import FOLDERS

_BESIDE_DATABASE = ("", "-wal", "-shm", "-journal")


class Swap:
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
        staged = [self._staged_images, self._staged_database]
        return Journal(backup=backup, moves=[*self._aside, *new], staged=staged)


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
