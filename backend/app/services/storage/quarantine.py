"""Whole pictures that nobody knows, and damaged ones: put aside, never deleted."""

import errno
import hashlib
import itertools
import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from app.services.storage.atomic_write import move_durably, write_durably
from app.services.storage.file_names import is_file_name

ContentHashes = Callable[[Collection[str]], Mapping[str, str]]

_BATCH = 500


def put_aside(file: Path, folder: Path) -> Path:
    """Move a file into a folder, under another name where one like it lies there already.

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
