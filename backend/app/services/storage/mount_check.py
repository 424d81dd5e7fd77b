"""Whether the image folder looks like the one that the rows are about."""

import os
from pathlib import Path
from typing import Literal

from app.services.storage.file_names import ORIGINALS, is_file_name

FolderTrouble = Literal["image_folder_missing", "image_folder_empty"]


def folder_trouble(image_folder: Path) -> FolderTrouble | None:
    """Tell a folder that is not there, or not mounted, and one without a single picture.

    Thumbnails alone are no pictures: they can be made again from the originals, not the other way.

    Raises:
        OSError: When it is there and cannot be read.
    """
    try:
        has_originals = _holds_pictures(image_folder / ORIGINALS)
    except (FileNotFoundError, NotADirectoryError):
        return "image_folder_missing"
    return None if has_originals else "image_folder_empty"


def is_file_there(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file, or a link that leads to one rather than nowhere or to itself."""
    return entry.is_file(follow_symlinks=False) or os.path.isfile(entry)  # noqa: PTH113 - of links only


def _holds_pictures(folder: Path) -> bool:
    with os.scandir(folder) as entries:
        return any(is_file_name(entry.name) and is_file_there(entry) for entry in entries)
