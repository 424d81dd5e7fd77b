"""What a crash left in the image folder, cleared up at the next start."""

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from app.services.coordination.instances import InstanceRegistry
from app.services.storage.atomic_write import is_temporary_name, writer_of
from app.services.storage.file_names import FOLDERS, is_made_here
from app.services.storage.quarantine import put_aside

_BATCH = 500
# Files; a crash leaves those of the pictures that were being stored, and these are far fewer.
_MOST_OF_A_CRASH = 100

KnownNames = Callable[[Collection[str]], set[str]]


@dataclass(frozen=True, slots=True)
class SweepReport:
    """How much was cleared up: temporary files deleted, stray pictures put aside.

    ``strays_left`` are those that nothing was done with, because they are too many.
    """

    temporaries_deleted: int = 0
    strays_moved: int = 0
    strays_left: tuple[Path, ...] = ()


def too_many_strays(strays: int, files: int) -> bool:
    """Whether no crash can have left them, so that the database must be another one."""
    return strays > _MOST_OF_A_CRASH and 2 * strays > files


def sweep(
    root: Path, quarantine: Path, instances: InstanceRegistry, known: KnownNames
) -> SweepReport:
    """Delete temporary files of instances that are gone; put pictures no row knows aside.

    The folder is listed before the neighbours are looked for, and the rows are asked last: what
    a neighbour wrote in between is either not in the list or already has its row. While one is
    alive no whole picture is moved, because its row may be about to be committed. Nor is one
    where most are unknown: beside a new or an old database the folder is right, not the rows.
    Whatever has a name that is not of our making, and every link and folder, stays.

    Args:
        root: Image folder with ``full/`` and ``thumbnails/``.
        quarantine: Folder for whole pictures that no row knows; they are never deleted.
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
    if too_many_strays(len(strays), sum(map(len, listed.values())) - deleted):
        return SweepReport(deleted, 0, tuple(strays))
    for stray in strays:
        put_aside(stray, quarantine / stray.parent.name)
    return SweepReport(deleted, len(strays))


def _files(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]


def _unknown(names: list[str], known: KnownNames) -> list[str]:
    pictures = [name for name in names if is_made_here(name)]
    batches = [pictures[start : start + _BATCH] for start in range(0, len(pictures), _BATCH)]
    return [name for batch in batches for name in sorted(set(batch) - known(batch))]
