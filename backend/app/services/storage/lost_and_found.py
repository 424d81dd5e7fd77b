"""Whole pictures that nobody knows, and damaged ones: put aside, never deleted."""

import hashlib
import itertools
import shutil
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from app.services.storage.durable_write import write_durably
from app.services.storage.names import is_file_name

ContentHashes = Callable[[Collection[str]], Mapping[str, str]]

_BATCH = 500


def put_aside(file: Path, folder: Path) -> Path:
    """Move a file into a folder, under another name where one like it lies there already.

    Raises:
        OSError: When it cannot be moved, or went away meanwhile.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / file.name
    numbers = itertools.count(2)
    while target.exists():
        target = folder / f"{file.stem}.{next(numbers)}{file.suffix}"
    # Not a rename alone: the image folder may be a disk of its own.
    shutil.move(file, target)
    return target


def whole_pictures(folder: Path, hashes: ContentHashes) -> list[str]:
    """Names of the full files in lost+found that rows know, with the very bytes they know.

    Args:
        folder: Lost+found.
        hashes: Gives the content hash that rows have for some of those names.
    """
    names = sorted(path.name for path in folder.glob("full/*.webp") if is_file_name(path.name))
    return [
        name
        for start in range(0, len(names), _BATCH)
        for name, digest in hashes(names[start : start + _BATCH]).items()
        if hashlib.sha256((folder / "full" / name).read_bytes()).hexdigest() == digest
    ]


def put_back(folder: Path, lost_and_found: Path, name: str, instance: str) -> bool:
    """Put a file back into its empty place; gives whether there was one to put there.

    Raises:
        OSError: When it cannot be read or written; it stays in lost+found then.
    """
    lost, place = lost_and_found / folder.name / name, folder / name
    if place.exists() or not lost.is_file():
        return False
    write_durably({place: lost.read_bytes()}, instance)
    lost.unlink(missing_ok=True)
    return True
