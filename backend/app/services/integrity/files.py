"""The files of one row, and files that no row knows."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from app.services.integrity.findings import Kind
from app.services.integrity.rows import BATCH, Row, file_name
from app.services.storage.layout import FOLDERS, is_file_there, is_made_here

_BROKEN = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)


@dataclass(frozen=True, slots=True)
class FileFault:
    """What is wrong with a file of a row."""

    kind: Kind
    message: str


def fault_of_full(root: Path, row: Row) -> FileFault | None:
    """Compare the full file with its row: size first, then every byte."""
    path = root / "full" / (file_name(row) or "")
    try:
        size = path.stat().st_size
        if size != row["file_size_bytes"]:
            return FileFault(
                Kind.DAMAGED_FILE, f"has {size} bytes instead of {row['file_size_bytes']}"
            )
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return FileFault(Kind.MISSING_FILE, "is missing")
    except OSError as error:
        return FileFault(Kind.UNREADABLE_FILE, f"cannot be read: {error.strerror}")
    if digest != row["content_hash"]:
        return FileFault(Kind.DAMAGED_FILE, "has another hash than its row")
    return None


def fault_of_thumbnail(root: Path, row: Row) -> FileFault | None:
    """Decode the thumbnail; no row knows its hash."""
    path = root / "thumbnails" / (file_name(row) or "")
    try:
        with Image.open(path, formats=["WEBP"]) as picture:
            picture.load()
    except FileNotFoundError:
        return FileFault(Kind.MISSING_THUMBNAIL, "is missing")
    except _BROKEN:
        return FileFault(Kind.DAMAGED_THUMBNAIL, "cannot be decoded")
    return None


@dataclass(frozen=True, slots=True)
class Found:
    """One entry of a folder; ``is_link`` where it leads elsewhere."""

    name: str
    is_file: bool
    is_link: bool

    @property
    def is_made_here(self) -> bool:
        """Whether it may be moved where no row knows it: a plain file with a name of our making."""
        return self.is_file and not self.is_link and is_made_here(self.name)


def batches_of_entries(root: Path) -> Iterator[tuple[str, list[Found]]]:
    """Name what lies in each folder, some at a time; hidden entries are other programs' business.

    Links are followed, as they are by whatever reads pictures.
    """
    for folder in FOLDERS:
        found: list[Found] = []
        if folder == "thumbnails" and not (root / folder).is_dir():
            return  # each of them is missing, which the rows tell
        with os.scandir(root / folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                found.append(Found(entry.name, is_file_there(entry), entry.is_symlink()))
                if len(found) == BATCH:
                    yield folder, found
                    found = []
        if found:
            yield folder, found
