"""Where the live data lies."""

import os
from dataclasses import dataclass
from pathlib import Path

from app.config import Settings
from app.services.backup.errors import BackupError


@dataclass(frozen=True, slots=True)
class Place:
    """A database file and an image folder, both as absolute paths without links."""

    database: Path
    images: Path


def place_of(settings: Settings) -> Place:
    """Find the live data.

    Raises:
        BackupError: When the database is in memory, where nothing can be kept.
    """
    database = settings.database_file
    if database is None:
        raise BackupError(
            "DATABASE_URL is a database in memory, which only its own server can see: "
            "there is nothing to back up or to restore into"
        )
    # Behind links: what is renamed and kept lies beside the files, not beside the links.
    # By os.path, which takes a link to itself as it is: opening it then says what is wrong.
    return Place(
        Path(os.path.realpath(database)), Path(os.path.realpath(settings.image_storage_dir))
    )


def refuse_overlap(place: Place, backup_dir: Path) -> None:
    """Keep backups and live data out of each other.

    Raises:
        BackupError: When one lies within the other.
    """
    backups, images = backup_dir.resolve(), place.images.resolve()
    if backups.is_relative_to(images):
        raise BackupError(f"BACKUP_DIR ({backup_dir}) lies within the image folder ({images})")
    for live in (images, place.database.resolve()):
        if live.is_relative_to(backups):
            raise BackupError(f"BACKUP_DIR ({backup_dir}) holds live data ({live})")
