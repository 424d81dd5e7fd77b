"""Whether the image folder looks like the one that the rows are about."""

import os
from pathlib import Path
from typing import Literal

from app.services.storage.names import ORIGINALS, is_file_name

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


def _holds_pictures(folder: Path) -> bool:
    with os.scandir(folder) as entries:
        return any(is_file_name(entry.name) for entry in entries)
