"""What a crash left in the image folder, put right at the next start."""

import errno
import hashlib
import itertools
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.services.coordination.instances import InstanceRegistry
from app.services.storage.atomic_write import (
    is_temporary_name,
    move_durably,
    write_durably,
    writer_of,
)
from app.services.storage.errors import readable_errors
from app.services.storage.layout import FOLDERS, ORIGINALS, Layout, is_file_name, is_made_here

ContentHashes = Callable[[Collection[str]], Mapping[str, str]]
KnownNames = Callable[[Collection[str]], set[str]]

_BATCH = 500


def move_to_quarantine(file: Path, folder: Path) -> Path:
    """Move a file into a folder, under another name if its own is taken; gives its new place.

    Raises:
        OSError: When it cannot be moved, or went away meanwhile; a link is not moved, since it
            may lead nowhere from another folder.
    """
    if file.is_symlink():
        raise OSError(errno.EINVAL, "it is a link, which is left where it is", str(file))
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / file.name
    numbers = itertools.count(2)
    while os.path.lexists(target):
        target = folder / f"{file.stem}.{next(numbers)}{file.suffix}"
    move_durably(file, target)
    return target


def restore_quarantined(layout: Layout, hashes: ContentHashes, instance: str) -> int:
    """Put quarantined images back whose bytes are those that rows know; gives their number.

    Args:
        layout: The image folder.
        hashes: Gives the content hashes that rows have for some names.
        instance: The id of this process.

    Raises:
        DiskFullError: When there is no room; the other images stay in quarantine.
        StorageUnavailableError: When a file cannot be read or written.
    """
    with readable_errors():
        names = sorted(
            path.name for path in layout.quarantine.glob(f"{ORIGINALS}/*.webp") if _is_plain(path)
        )
        whole = [
            name
            for batch in _batches(names)
            for name, digest in hashes(batch).items()
            if _sha256(layout.quarantine / ORIGINALS / name) == digest
        ]
        returned = 0
        for name in whole:
            full, _ = (_put_back(layout, folder, name, instance) for folder in FOLDERS)
            returned += full
        return returned


def _is_plain(path: Path) -> bool:
    return is_file_name(path.name) and path.is_file() and not path.is_symlink()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _put_back(layout: Layout, folder: str, name: str, instance: str) -> bool:
    lost, place = layout.quarantine / folder / name, layout.images / folder / name
    if os.path.lexists(place) or not _is_plain(lost):
        return False
    write_durably({place: lost.read_bytes()}, instance)
    lost.unlink(missing_ok=True)
    return True


@dataclass(frozen=True, slots=True)
class SweepReport:
    """How much was cleared up: temporary files deleted, stray images moved to quarantine."""

    temporaries_deleted: int = 0
    strays_moved: int = 0


def sweep(layout: Layout, instances: InstanceRegistry, known: KnownNames) -> SweepReport:
    """Delete temporary files of instances that are gone; quarantine images that no row knows.

    The folder is listed before the neighbours are found, and the rows are read last: what a
    neighbour wrote in between is either not in the list or already has its row. While one is
    alive no whole image is moved, because its row may be about to be committed. Whatever has a
    name that is not of our making, and every link and folder, stays.

    Args:
        layout: The image folder.
        instances: Tells which other processes are alive.
        known: Gives those of some file names that rows know.

    Raises:
        OSError: When a file cannot be moved or deleted.
    """
    listed = {folder: _files(layout.images / folder) for folder in FOLDERS}
    alive = instances.neighbours()
    deleted = moved = 0
    for folder, names in listed.items():
        for name in names:
            if is_temporary_name(name) and writer_of(name) not in alive:
                (layout.images / folder / name).unlink(missing_ok=True)
                deleted += 1
    if alive:
        return SweepReport(deleted, 0)
    for folder, names in listed.items():
        for batch in _batches([name for name in names if is_made_here(name)]):
            for name in sorted(set(batch) - known(batch)):
                move_to_quarantine(layout.images / folder / name, layout.quarantine / folder)
                moved += 1
    return SweepReport(deleted, moved)


def _files(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]


def _batches(names: list[str]) -> Iterator[list[str]]:
    return (names[start : start + _BATCH] for start in range(0, len(names), _BATCH))
