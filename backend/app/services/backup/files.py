"""Plain files, read and written with their hashes; symbolic links are never followed."""

import gzip
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Protocol

from app.services.backup.errors import DamagedError
from app.services.storage.durable_write import flush

_CHUNK = 2**20


@contextmanager
def opened(path: Path, *, from_disk: bool = False) -> Iterator[BufferedReader]:
    """Open a file for reading, past the system's cache where ``from_disk`` asks for it.

    Raises:
        DamagedError: When it is not there, or no plain file.
    """
    try:
        # Not blocking: a pipe in its place would be waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise DamagedError(f"{path.name} cannot be read ({error.strerror})") from error
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise DamagedError(f"{path.name} is no plain file")
        if from_disk and hasattr(os, "posix_fadvise"):
            # What was just written would otherwise be read from memory, which proves nothing.
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        yield file


def read_file(path: Path) -> bytes:
    """Read a small file whole.

    Raises:
        DamagedError: When it cannot be read.
    """
    with _readable(path), opened(path) as file:
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
def written(path: Path) -> Iterator[HashingWriter]:
    """Write a new file that survives a power cut once the block has ended."""
    with path.open("xb") as file:
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


def remove_tree(folder: Path) -> None:
    """Remove a folder with all that is in it, or a file or link of that name."""
    if folder.is_dir() and not folder.is_symlink():
        for entry in list(folder.iterdir()):
            remove_tree(entry)
        folder.rmdir()
    else:
        with suppress(FileNotFoundError):
            folder.unlink()
