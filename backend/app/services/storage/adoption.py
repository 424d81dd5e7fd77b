"""What 0.1 kept beside the image folder, taken into it by the first start of a later version."""

import fcntl
import os
import re
from contextlib import suppress
from pathlib import Path

from app.services.coordination.instances import living_instances
from app.services.storage.file_names import FOLDERS, is_made_here
from app.services.storage.layout import Layout
from app.services.storage.quarantine import put_aside

# What a second file of the same name got.
_NUMBER = re.compile(r"\.\d+(?=\.webp$)", re.ASCII)


def adopt_former(layout: Layout) -> list[Path]:
    """Move quarantined files into the folder, and clear the old locks away.

    Nothing is done while a server of 0.1 is alive. What is not of our making stays.

    Returns:
        Folders that could not be emptied, for whoever looks after them.

    Raises:
        OSError: When a file cannot be moved; the next start goes on.
    """
    if living_instances(layout.former_instances):
        return []
    for name in FOLDERS:
        folder = layout.former_quarantine / name
        for file in _quarantined(folder):
            with suppress(FileNotFoundError):  # another worker was faster
                put_aside(file, layout.quarantine / name)
        _remove_empty(folder)
    _remove_empty(layout.former_quarantine)
    _remove_empty(layout.former_instances)
    _remove_free_lock(layout.former_purge_lock)
    return [layout.former_quarantine] if layout.former_quarantine.is_dir() else []


def _quarantined(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.glob("*.webp"))
        if is_made_here(_NUMBER.sub("", path.name)) and path.is_file() and not path.is_symlink()
    ]


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _remove_free_lock(path: Path) -> None:
    """Remove a lock that nobody holds; one that is held is respected until its holder ends."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_size == 0:
            path.unlink()
    except OSError:
        return
    finally:
        os.close(descriptor)
