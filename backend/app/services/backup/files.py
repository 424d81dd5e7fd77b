"""Plain files, read and written with their hashes.

Links to pictures in the live folder are followed, as the server follows them; in backups none is.
"""

import errno
import gzip
import hashlib
import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Protocol

from app.services.backup.errors import DamagedError
from app.services.storage.atomic_write import flush

# A backup holds what players wrote, and the ledger.
PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
_CHUNK = 2**20


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
    """Read a small file whole, also behind a link where ``follow`` asks for it.

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


class _Sink(Protocol):
    def write(self, data: bytes, /) -> int: ...
    def flush(self) -> object: ...


class _Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class HashingWriter:
    """Passes bytes on to a file, and knows their SHA-256 and number."""

    def __init__(self, file: _Sink) -> None:
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

    def flush(self) -> object:
        """Flush the file below."""
        return self._file.flush()


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


def copy_into(source: _Source, out: HashingWriter) -> None:
    """Copy all that is left, a piece at a time."""
    while piece := source.read(_CHUNK):
        out.write(piece)


def remove_own(folder: Path, names: Collection[str]) -> bool:
    """Remove files of ours from a folder, then the folder if nothing else is in it.

    Returns:
        Whether the folder is gone; what is not of our making is left, with the folder. Links,
        folders and what lies behind a link never are.
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
