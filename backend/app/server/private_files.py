"""Who may read the library: it holds saved games, addresses of players and refused prompts."""

import os
import stat
from pathlib import Path

from app.config import Settings


def keep_private() -> None:
    """Let nobody else read what this process makes from now on, whatever it inherited.

    Folders get 0700 and files 0600; SQLite's -wal and -shm take after the database.
    """
    os.umask(0o077)


def readable_by_others(settings: Settings) -> list[Path]:
    """Stores of earlier versions that other users of this machine can read."""
    stores = [settings.database_file, settings.image_storage_dir, settings.backup_dir]
    return [path for path in stores if path is not None and _is_open(path.absolute())]


def _is_open(path: Path) -> bool:
    try:
        readable = path.stat().st_mode & stat.S_IROTH
        return bool(readable) and all(
            folder.stat().st_mode & stat.S_IXOTH for folder in path.parents
        )
    except OSError:
        return False
