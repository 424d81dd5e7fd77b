"""What a restore gathers before it exchanges anything, cleared away again."""

from pathlib import Path

from app.services.backup.files import remove_own
from app.services.storage.layout import FOLDERS, is_made_here


def remove_staged(path: Path) -> None:
    """Remove a staged database or folder; what is not of our making stays, with its folder."""
    if path.is_symlink():
        return
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    for folder in (*(path / name for name in FOLDERS), path):
        if folder.is_dir() and not folder.is_symlink():
            names = [entry.name for entry in folder.iterdir()]
            remove_own(folder, [name for name in names if is_made_here(name)])
