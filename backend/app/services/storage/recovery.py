"""What a crash or an older version left in the image folder, put right at the next start."""

import errno
import hashlib
import itertools
import os
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.services.coordination.instances import InstanceRegistry, living_instances
from app.services.storage.atomic_write import (
    is_temporary_name,
    move_durably,
    write_durably,
    writer_of,
)
from app.services.storage.layout import FOLDERS, Layout, is_file_name, is_made_here

ContentHashes = Callable[[Collection[str]], Mapping[str, str]]
KnownNames = Callable[[Collection[str]], set[str]]

_BATCH = 500
# What a second file of the same name got.
_NUMBER = re.compile(r"\.\d+(?=\.webp$)", re.ASCII)


def move_to_quarantine(file: Path, folder: Path) -> Path:
    """Move a file into a folder, under another name if its own is taken.

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


def whole_images(folder: Path, hashes: ContentHashes) -> list[str]:
    """Names of the full files in quarantine that rows know, with the very bytes they know.

    Args:
        folder: The quarantine.
        hashes: Gives the content hash that rows have for some of those names.
    """
    names = sorted(path.name for path in folder.glob("full/*.webp") if _is_ours(path))
    return [
        name
        for start in range(0, len(names), _BATCH)
        for name, digest in hashes(names[start : start + _BATCH]).items()
        if hashlib.sha256((folder / "full" / name).read_bytes()).hexdigest() == digest
    ]


def _is_ours(path: Path) -> bool:
    return is_file_name(path.name) and path.is_file() and not path.is_symlink()


def put_back(folder: Path, quarantine: Path, name: str, instance: str) -> bool:
    """Put a file back into its empty place; gives whether there was one to put there.

    Raises:
        OSError: When it cannot be read or written; it stays in quarantine then.
    """
    lost, place = quarantine / folder.name / name, folder / name
    if os.path.lexists(place) or not _is_ours(lost):
        return False
    write_durably({place: lost.read_bytes()}, instance)
    lost.unlink(missing_ok=True)
    return True


@dataclass(frozen=True, slots=True)
class SweepReport:
    """How much was cleared up: temporary files deleted, stray images moved to quarantine."""

    temporaries_deleted: int = 0
    strays_moved: int = 0


def sweep(
    root: Path, quarantine: Path, instances: InstanceRegistry, known: KnownNames
) -> SweepReport:
    """Delete temporary files of instances that are gone; quarantine images no row knows.

    The folder is listed before the neighbours are found, and the rows are read last: what
    a neighbour wrote in between is either not in the list or already has its row. While one is
    alive no whole image is moved, because its row may be about to be committed. Whatever has a
    name that is not of our making, and every link and folder, stays.

    Args:
        root: Image folder with ``full/`` and ``thumbnails/``.
        quarantine: Folder for whole images that no row knows; they are never deleted.
        instances: Tells which other processes are alive.
        known: Gives those of some file names that rows know.
    """
    listed = {folder: _files(root / folder) for folder in FOLDERS}
    alive = instances.neighbours()
    deleted = 0
    for folder, names in listed.items():
        for name in names:
            if is_temporary_name(name) and writer_of(name) not in alive:
                (root / folder / name).unlink(missing_ok=True)
                deleted += 1
    if alive:
        return SweepReport(deleted, 0)
    strays = [
        root / folder / name for folder, names in listed.items() for name in _unknown(names, known)
    ]
    for stray in strays:
        move_to_quarantine(stray, quarantine / stray.parent.name)
    return SweepReport(deleted, len(strays))


def _files(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]


def _unknown(names: list[str], known: KnownNames) -> list[str]:
    images = [name for name in names if is_made_here(name)]
    batches = [images[start : start + _BATCH] for start in range(0, len(images), _BATCH)]
    return [name for batch in batches for name in sorted(set(batch) - known(batch))]


def adopt_former(layout: Layout) -> list[Path]:
    """Move quarantined files into the folder, and clear the old locks away.

    Nothing is done while a server of 0.1 is alive. What is not of our making stays.

    Returns:
        Folders that could not be emptied, for the operator.

    Raises:
        OSError: When a file cannot be moved; the next start goes on.
    """
    if living_instances(layout.former_instances):
        return []
    for name in FOLDERS:
        folder = layout.former_quarantine / name
        for file in _quarantined(folder):
            with suppress(FileNotFoundError):  # another worker was faster
                move_to_quarantine(file, layout.quarantine / name)
        _remove_empty(folder)
    _remove_empty(layout.former_quarantine)
    _remove_empty(layout.former_instances)
    lock = layout.former_purge_lock
    with suppress(OSError):
        if not lock.is_symlink() and lock.stat().st_size == 0:
            lock.unlink()
    return [layout.former_quarantine] if layout.former_quarantine.is_dir() else []


def _quarantined(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.glob("*.webp"))
        if is_made_here(_NUMBER.sub("", path.name)) and path.is_file() and not path.is_symlink()
    ]


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
