"""Whether the image folder looks like the one that the rows are about."""

import os
from pathlib import Path
from typing import Literal

from app.services.storage.names import FOLDERS, is_file_name

FolderTrouble = Literal["image_folder_missing", "image_folder_empty"]


def folder_trouble(image_folder: Path) -> FolderTrouble | None:
    """Tell a folder that is not there, or not mounted, and one without a single picture.

    Raises:
        OSError: When it is there and cannot be read.
    """
    try:
        is_empty = not any(_holds_pictures(image_folder / name) for name in FOLDERS)
    except (FileNotFoundError, NotADirectoryError):
        return "image_folder_missing"
    return "image_folder_empty" if is_empty else None


def _holds_pictures(folder: Path) -> bool:
    with os.scandir(folder) as entries:
        return any(is_file_name(entry.name) for entry in entries)
