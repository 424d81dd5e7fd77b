"""The exchange of the live data for a restored copy, old kept aside."""

import errno
import itertools
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from app.services.backup.archive import Watch, copy_into, opened, written
from app.services.backup.check import CheckedBackup, unpack_database
from app.services.backup.errors import BackupError, DamagedError, plain_errors
from app.services.backup.journal import Journal, Move, remove_staged
from app.services.backup.snapshot import library_of, opened_snapshot
from app.services.backup.store import BackupStore, Place
from app.services.storage.atomic_write import flush_folder, is_temporary_name
from app.services.storage.layout import FOLDERS, MARKER, ORIGINALS, is_made_here, layout_of

_BESIDE_DATABASE = ("", "-wal", "-shm", "-journal")
# As the server's own files: another program may be to serve them.
_PICTURE = 0o666


@dataclass(frozen=True, slots=True)
class Spot:
    """The places of the old files of a folder, and of the new ones.

    A folder that holds images only, and lies in the file system of the image folder, is renamed
    as a whole. If it is a link or a mount, or if it holds foreign files, the images are renamed
    one by one and the folder stays.

    Attributes:
        name: ``full`` or ``thumbnails``.
        folder: Where the images really are.
        before: Where the old ones go.
        staged: Where the new ones are gathered.
        is_whole: Whether the folder itself is renamed.
        aside: The renames of the old ones.
    """

    STAGED_INSIDE: ClassVar[str] = ".restore-staged"

    name: str
    folder: Path
    before: Path
    staged: Path
    is_whole: bool
    aside: list[Move] = field(default_factory=list)

    @staticmethod
    def places_before(folder: Path, stamp: str) -> list[Path]:
        """Both places where the old files of a folder may be kept."""
        # Beside it, so that relative links in it lead where they led.
        return [
            folder.with_name(f"{folder.name}.before-{stamp}"),
            folder.resolve() / f"before-{stamp}",
        ]

    def new(self) -> list[Move]:
        """The renames of the new ones, once they are staged."""
        if self.is_whole:
            return [Move(source=self.staged, target=self.folder, aside=False)]
        return [
            Move(source=self.staged / name, target=self.folder / name, aside=False)
            for name in sorted(entry.name for entry in self.staged.iterdir())
        ]


def spot_for(folder: Path, stamp: str, coming: Collection[str]) -> Spot:
    """Find out how a folder can be exchanged.

    Args:
        folder: ``full`` or ``thumbnails`` of an image folder.
        stamp: What the old files are kept under.
        coming: Names of the new files; what has one of them now makes room.

    Raises:
        BackupError: When it is a link that leads nowhere.
        OSError: When nothing can be written there.
    """
    beside, inside = Spot.places_before(folder, stamp)
    real = real_folder(folder)
    entries = sorted(real.iterdir()) if real.is_dir() else []
    images = [
        path
        for path in entries
        if (is_made_here(path.name) or path.name in {*coming, MARKER})
        and (path.is_symlink() or path.is_file())
    ]
    own = {path.name for path in images}
    if folder.is_symlink() or not can_be_renamed(folder):
        before, staged, is_whole = inside, real / Spot.STAGED_INSIDE, False
    else:
        before, staged = beside, layout_of(folder.parent).staged / folder.name
        is_whole = all(path.name in own or is_temporary_name(path.name) for path in entries)
    if is_whole:
        aside = [Move(source=real, target=before, aside=True)] if entries else []
    else:
        aside = [Move(source=path, target=before / path.name, aside=True) for path in images]
    return Spot(folder.name, real, before, _unused(staged), is_whole, aside)


def real_folder(folder: Path) -> Path:
    """Resolve a folder that may be a link.

    Raises:
        BackupError: When it is a link that leads nowhere.
    """
    if not folder.is_symlink():
        return folder
    real = folder.resolve()
    if not real.is_dir():
        raise BackupError(f"{folder} is a link to {real}, which is no folder: is its disk mounted?")
    return real


def can_be_renamed(folder: Path) -> bool:
    """Whether a folder is in the file system of the one above it.

    A rename is tried, into itself, which never succeeds: two mounts of one disk have one device
    number, and still no rename leads from one to the other.
    """
    try:
        folder.rename(folder / "itself")
    except OSError as error:
        return error.errno != errno.EXDEV
    return True


def _unused(staged: Path) -> Path:
    """The path, or another one if foreign files are left in it."""
    return staged.with_name(f"{staged.name}-{uuid.uuid4().hex[:8]}") if staged.exists() else staged


def existing_data(place: Place) -> list[Path]:
    """List what a restore would put aside; touches nothing.

    Raises:
        BackupError: When a folder of images cannot be read.
    """
    with plain_errors(f"reading {place.database.parent}"):
        real = {name: real_folder(place.images / name) for name in FOLDERS}
        return [
            *_database_files(place),
            *(
                place.images / name
                for name, folder in real.items()
                if folder.is_dir() and any(is_made_here(entry.name) for entry in folder.iterdir())
            ),
        ]


class Swap:
    """One exchange of live data for a backup.

    Raises:
        BackupError: When a folder of images cannot be reached.
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
        """The paths of the old data after the exchange."""
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
        with opened_snapshot(self._staged_database) as connection:
            library_id = library_of(connection)
        if library_id is not None:
            with written(staged[ORIGINALS] / MARKER, mode=_PICTURE) as out:
                out.write(library_id.encode())
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
    """The path, with a number if something else lies there."""
    numbered = (path.with_name(f"{path.name}-{number}") for number in itertools.count(2))
    return next(free for free in itertools.chain([path], numbered) if not free.exists())


def _free_stamp(place: Place, stamp: str) -> str:
    """The stamp, with a number if something was kept under it a moment ago."""
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
        raise DamagedError(f"the image {target.name} changed while it was read")
