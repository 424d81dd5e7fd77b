"""Whole pictures that nobody knows, and damaged ones: put aside, never deleted."""

import itertools
import shutil
from pathlib import Path


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
