"""Whether the image folder looks like the one that the rows are about."""

import os
from pathlib import Path
from typing import Literal

from app.services.storage.names import is_file_name

FolderTrouble = Literal["image_folder_missing", "image_folder_empty"]


def folder_trouble(image_folder: Path) -> FolderTrouble | None:
    """Tell a folder that is not there, or not mounted, and one without a single picture.

    Raises:
        OSError: When it is there and cannot be read.
    """
    try:
        with os.scandir(image_folder / "full") as entries:
            holds_pictures = any(is_file_name(entry.name) for entry in entries)
    except (FileNotFoundError, NotADirectoryError):
        return "image_folder_missing"
    return None if holds_pictures else "image_folder_empty"
