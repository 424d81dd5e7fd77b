"""Where a library's files lie: names, folders, free space, and whether the disk is there."""

import hashlib
import os
import re
import shutil
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.domain import FolderTrouble

ORIGINALS = "full"
FOLDERS = (ORIGINALS, "thumbnails")
# In the folder of originals, so that it is on their disk; its name begins with a dot, so that
# earlier versions do not move it.
MARKER = ".library-id"
_VERIFY = "If it is, mark it by scripts/verify.sh --repair --force"
TROUBLES: dict[FolderTrouble, str] = {
    "image_folder_missing": "the image folder is not there: is its disk mounted?",
    "image_folder_empty": "the image folder does not have this library's marker file: is its disk "
    f"mounted, and is it the right one? {_VERIFY}",
    "image_folder_foreign": "the image folder belongs to another library: is this the right "
    f"database? {_VERIFY}",
}
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,199}\.webp")
_MADE_HERE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,59}_\d{8}_\d{6}_[0-9a-f]{16}\.webp", re.ASCII)
_MAX_SUBJECT = 60


def new_file_name(subject: str, created_at: datetime, content: bytes) -> str:
    """Make ``<Subject>_<YYYYMMDD_HHMMSS>_<hash>.webp``.

    The hash covers a random part too: the same image stored twice gets two names, so that
    removing one never takes the other's file away.
    """
    readable = re.sub(r"[^A-Za-z0-9]+", "_", subject).strip("_")[:_MAX_SUBJECT].strip("_")
    unique = hashlib.sha256(content + uuid.uuid4().bytes).hexdigest()[:16]
    return f"{readable or 'Picture'}_{created_at:%Y%m%d_%H%M%S}_{unique}.webp"


def is_file_name(name: str) -> bool:
    """Whether a row may name a file so; says no to anything with a path in it."""
    return _FILE_NAME.fullmatch(name) is not None


def is_made_here(name: str) -> bool:
    """Whether ``new_file_name`` can have made a name.

    What no row knows is moved or deleted only then: ``photo.webp`` is somebody else's.
    """
    return _MADE_HERE.fullmatch(name) is not None


def storage_path(folder: str, name: str) -> str:
    """The path under the server's root address, which is also how rows name the file."""
    return f"images/{folder}/{name}"


@dataclass(frozen=True, slots=True)
class Layout:
    """The places in one image folder, as absolute paths.

    All of them are inside: the folder may be a volume whose parent belongs to root, and what lies
    beside a volume is lost with the container.

    Attributes:
        images: The image folder.
        own: The hidden folder for locks and for what is being restored.
        instances: Locks of running servers.
        purge_lock: Keeps purges and backups apart.
        restore_lock: Keeps restores and starting servers apart.
        staged: Where a restore gathers the new files.
        quarantine: Images that no row knows, and damaged ones.
    """

    images: Path
    own: Path
    instances: Path
    purge_lock: Path
    restore_lock: Path
    staged: Path
    quarantine: Path

    def make_own(self) -> None:
        """Make the hidden folders, which then belong to whom the image folder belongs to.

        A backup by root may be the first to need them, and the server has to use them afterwards.

        Raises:
            FileNotFoundError: When there is no image folder.
            OSError: When they cannot be made.
        """
        owner = self.images.stat()
        for folder in (self.own, self.instances):
            if folder.is_dir():
                continue
            folder.mkdir(exist_ok=True)
            if os.geteuid() != owner.st_uid:
                with suppress(OSError):
                    os.chown(folder, owner.st_uid, owner.st_gid)


def layout_of(image_folder: Path) -> Layout:
    """The places in an image folder, which may be given as a relative path."""
    images = image_folder.absolute()
    own = images / ".emberpeak"
    return Layout(
        images=images,
        own=own,
        instances=own / "instances",
        purge_lock=own / "purge-lock",
        restore_lock=own / "restore-lock",
        staged=own / "restore-staged",
        quarantine=images / "quarantine",
    )


def read_marker(image_folder: Path) -> str | None:
    """The id of the library that a folder belongs to; None if nobody has marked it.

    Raises:
        OSError: When the marker is there and cannot be read.
    """
    try:
        return (image_folder / ORIGINALS / MARKER).read_text("ascii", errors="replace").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None


def folder_trouble(image_folder: Path, library_id: str | None) -> FolderTrouble | None:
    """Compare the marker; without an id only see whether the folder is there.

    Raises:
        OSError: When it is there and cannot be read.
    """
    found = read_marker(image_folder)
    if found is None and not (image_folder / ORIGINALS).is_dir():
        return "image_folder_missing"
    if library_id is None or found == library_id:
        return None
    return "image_folder_empty" if found is None else "image_folder_foreign"


def is_file_there(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file, or a link that leads to one rather than nowhere or to itself."""
    return entry.is_file(follow_symlinks=False) or os.path.isfile(entry)  # noqa: PTH113 - of links only


def free_bytes(folder: Path) -> int | None:
    """Bytes that are free there; None if nobody knows.

    A mounted cloud drive says that it has 0 bytes in all, which is not a full disk.

    Raises:
        OSError: When the folder cannot be reached.
    """
    usage = shutil.disk_usage(folder)
    return usage.free if usage.total > 0 else None
