"""The files of one backup: hashes, sums and manifest, written and read back.

Links to images in the live folder are followed, as the server follows them; in backups none is.
"""

import errno
import gzip
import hashlib
import io
import os
import re
import stat
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from app.services.backup.errors import BackupError, DamagedError
from app.services.storage.atomic_write import flush
from app.services.storage.layout import FOLDERS, is_file_name

Advance = Callable[[int], None]
Watch = Callable[[str, int], Advance]
_FORMAT = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"\d{8}T\d{6}Z")
# A backup holds what players wrote, and the ledger.
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
_CHUNK = 2**20
DATABASE = "game.db.gz"
MANIFEST = "manifest.jsonl.gz"
SUMS = "SHA256SUMS"
_SUMS_TEXT = re.compile(rf"[0-9a-f]{{64}}  {DATABASE}\n[0-9a-f]{{64}}  {MANIFEST}\n".encode())
FORMAT = 1
_DIGEST = r"^[0-9a-f]{64}$"


def unwatched(_doing: str, _total: int) -> Advance:
    """Show nothing."""
    return lambda _count: None


def set_name(moment: datetime) -> str:
    """Name of the backup that is made at a moment, such as ``20261123T031500Z``."""
    return moment.astimezone(UTC).strftime(_FORMAT)


def made_at(name: str) -> datetime | None:
    """When the backup of that name was made; None if it is no such name."""
    if _NAME.fullmatch(name) is None:
        return None
    try:
        return datetime.strptime(name, _FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None


@contextmanager
def opened(
    path: Path, *, from_disk: bool = False, follow: bool = False
) -> Iterator[BufferedReader]:
    """Open a file for reading.

    Args:
        path: The file.
        from_disk: Past the system's cache.
        follow: Also behind a link.

    Raises:
        DamagedError: When it is not there, or no plain file.
    """
    try:
        # Not blocking: a pipe in its place would be waited for.
        flags = os.O_RDONLY | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
        descriptor = os.open(path, flags)
    except OSError as error:
        raise DamagedError(f"{path.name} cannot be read ({error.strerror})") from error
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise DamagedError(f"{path.name} is no plain file")
        if from_disk and hasattr(os, "posix_fadvise"):
            # What was just written would otherwise be read from memory, which proves nothing.
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        yield file


def read_file(path: Path, *, follow: bool = False) -> bytes:
    """Read a small file whole, and follow a link if ``follow`` is set.

    Raises:
        DamagedError: When it cannot be read.
    """
    with _readable(path), opened(path, follow=follow) as file:
        return file.read()


def digest_of(path: Path) -> str:
    """SHA-256 of a file as the disk has it, in hexadecimal.

    Raises:
        DamagedError: When it cannot be read.
    """
    with _readable(path), opened(path, from_disk=True) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DamagedError(f"{path.name} cannot be read ({error.strerror})") from error


class HashingWriter:
    """Passes bytes on to a file, and knows their SHA-256 and number."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def digest(self) -> str:
        """SHA-256 so far, in hexadecimal."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> int:
        """Write, and take note."""
        self._hash.update(data)
        self.size += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        """Flush the file below."""
        self._file.flush()


@contextmanager
def written(path: Path, *, mode: int = PRIVATE_FILE) -> Iterator[HashingWriter]:
    """Write a new file that survives a power cut once the block has ended."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as file:
        yield HashingWriter(file)
        file.flush()
        flush(file.fileno(), path)


@contextmanager
def compressed(out: HashingWriter) -> Iterator[HashingWriter]:
    """Write compressed bytes into ``out``; what is given knows the hash of the plain ones."""
    # Without a time and a name, so that the same content gives the same file.
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, compresslevel=6, mtime=0) as file:
        yield HashingWriter(file)


def copy_into(source: io.BufferedIOBase, out: HashingWriter) -> None:
    """Copy all that is left, a piece at a time."""
    while piece := source.read(_CHUNK):
        out.write(piece)


def remove_own(folder: Path, names: Collection[str]) -> bool:
    """Remove files of ours from a folder, then the folder if nothing else is in it.

    Returns:
        Whether the folder is gone. Other files stay, and so does the folder that holds them. Links,
        folders, and what is behind a link are never removed.
    """
    if folder.is_symlink():
        return False
    for name in names:
        path = folder / name
        if path.is_file() and not path.is_symlink():
            with suppress(FileNotFoundError, NotADirectoryError):
                path.unlink()
    try:
        folder.rmdir()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
            raise
    return not os.path.lexists(folder)


def write_sums(folder: Path, database: str, manifest: str) -> None:
    """Write down the two hashes."""
    with written(folder / SUMS) as out:
        out.write(f"{database}  {DATABASE}\n{manifest}  {MANIFEST}\n".encode())


def check_sums(folder: Path, *, with_database: bool = True) -> None:
    """Compare the list, the manifest, and the database unless it is not to be read.

    Raises:
        DamagedError: When anything differs.
    """
    problems = []
    listed = read_file(folder / SUMS)
    if _SUMS_TEXT.fullmatch(listed) is None:
        problems.append(f"{SUMS} is damaged")
    for name in (DATABASE, MANIFEST):
        try:
            if name == DATABASE and not with_database:
                with opened(folder / name):
                    continue
            line = f"{digest_of(folder / name)}  {name}\n".encode()
        except DamagedError as error:
            problems.append(str(error))
        else:
            if line not in listed:
                problems.append(f"{name} does not have the hash that {SUMS} names")
    if problems:
        raise DamagedError(*problems)


class _Format(BaseModel):
    format: int


class Header(BaseModel):
    """The whole of a backup; hash and size are those of the database before compression."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: int
    made_at: str
    program: str
    revision: str
    database_sha256: str = Field(pattern=_DIGEST)
    database_bytes: int = Field(ge=0)
    pictures: int = Field(ge=0)
    files: int = Field(ge=0)


class Entry(BaseModel):
    """One file that a row names, relative to the image folder.

    ``damaged`` and ``missing`` say how the live file was when nothing better was to be had.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    sha256: str | None = Field(None, pattern=_DIGEST)
    size: int = Field(0, ge=0)
    state: Literal["whole", "damaged", "missing"] = "whole"

    @field_validator("path")
    @classmethod
    def _stay_inside(cls, path: str) -> str:
        if not is_inside(path):
            raise ValueError("no path of an image")
        return path

    @model_validator(mode="after")
    def _fit_state(self) -> Self:
        if (self.sha256 is None) != (self.state == "missing"):
            raise ValueError("a hash for what is there, and none for what is not")
        return self


def is_inside(path: str) -> bool:
    """Whether a path is one of ours, such as ``full/Old_Mill_....webp``, and leads nowhere else."""
    folder, _, name = path.partition("/")
    return folder in FOLDERS and is_file_name(name)


def write_manifest(path: Path, header: Header, entries: Iterable[Entry]) -> str:
    """Write the compressed manifest; gives the hash of the file."""
    with written(path) as out:
        with compressed(out) as plain:
            plain.write(header.model_dump_json().encode() + b"\n")
            for entry in entries:
                plain.write(entry.model_dump_json(exclude_defaults=True).encode() + b"\n")
        return out.digest


def read_manifest(path: Path) -> tuple[Header, list[Entry]]:
    """Read a manifest.

    Raises:
        DamagedError: When it cannot be read, names a file twice, or one outside the folder.
        BackupError: When a newer version of the program wrote it.
    """
    try:
        with opened(path) as file, gzip.open(file) as plain:
            lines = iter(io.BufferedReader(plain))
            header = _header(next(lines, b""))
            entries = list(_entries(lines))
    except (OSError, EOFError, zlib.error) as error:
        raise DamagedError(f"{path.name} cannot be read: {error}") from error
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise DamagedError(
            f"{path.name} holds what no backup has: {problem['msg']}: {problem['input']!r:.200}"
        ) from error
    if len(entries) != header.files or len({entry.path for entry in entries}) != header.files:
        raise DamagedError(f"{path.name} does not hold the files that it counts")
    return header, entries


def _header(line: bytes) -> Header:
    # First of all: another format may have other fields.
    number = _Format.model_validate_json(line).format
    if number != FORMAT:
        raise BackupError(
            f"the backup has format {number}, which another version of Emberpeak wrote: "
            "update the program"
        )
    return Header.model_validate_json(line)


def _entries(lines: Iterator[bytes]) -> Iterator[Entry]:
    for line in lines:
        yield Entry.model_validate_json(line)
