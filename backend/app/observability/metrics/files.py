"""What lies in the image folder, beside what the rows say should lie there."""

import os
from pathlib import Path

from prometheus_client.metrics_core import Metric
from sqlalchemy import select

from app.database.engine import Database
from app.models import ImageAsset
from app.observability.metrics.families import family
from app.services.storage.layout import FOLDERS, is_file_name, is_file_there

_STORED = "Picture files in the image folder."
_MISSING = "Files of pictures that are not hidden, trash included, and that are not there."


def look_at_files(database: Database, root: Path) -> list[Metric]:
    """Count the files by folder, and those that are missing.

    Raises:
        OSError: When the folder is there and cannot be read.
        SQLAlchemyError: When the database cannot be read.
    """
    present, missing = _compare(database, root)
    if any(missing.values()):
        # A picture removed between the two looks is not missing; one that is, still is.
        present, again = _compare(database, root)
        missing = {folder: missing[folder] & again[folder] for folder in FOLDERS}
    return [
        family("storage_files", _STORED, "folder", present),
        family(
            "storage_files_missing",
            _MISSING,
            "folder",
            {folder: len(names) for folder, names in missing.items()},
        ),
    ]


def _compare(database: Database, root: Path) -> tuple[dict[str, int], dict[str, set[str]]]:
    """Rows first: a file is written before its row, so none can seem to be missing yet."""
    with database.reading() as session:
        # Hidden pictures are known to be without a whole file: asked for again, that would page
        # for ever, since neither their files nor an end of their rows can be had.
        paths = session.scalars(
            select(ImageAsset.storage_path_full).where(ImageAsset.missing_since.is_(None))
        )
        known = {path.rpartition("/")[2] for path in paths}
    present: dict[str, int] = {}
    missing: dict[str, set[str]] = {}
    for folder in FOLDERS:
        names = _names(root / folder)
        present[folder], missing[folder] = len(names), known - names
    return present, missing


def _names(folder: Path) -> set[str]:
    try:
        with os.scandir(folder) as entries:
            return {
                entry.name for entry in entries if is_file_name(entry.name) and is_file_there(entry)
            }
    except (FileNotFoundError, NotADirectoryError):
        # Not mounted, say. No figure at all would end the alert about files that were missing.
        return set()
