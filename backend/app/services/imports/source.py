"""The files to import: those of a folder or of a zip, one after the other."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from app.errors import AppError

LARGEST_FILE = 64 * 2**20
_MOST_FILES = 100_000
_ENDINGS = {".png", ".jpg", ".jpeg", ".webp"}
# What the modules of zips raise for damaged ones, or for ways of packing that they do not know.
_DAMAGED = (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error)


class SourceError(AppError):
    """There is nothing to import, or a file cannot be read."""

    status = 422


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One image file.

    Attributes:
        path: Inside of the folder or zip.
        modified_at: When it was written, as its file system or zip says.
        read: Gives its bytes; raises ``SourceError`` if it is damaged or too large.
    """

    path: PurePosixPath
    modified_at: datetime
    read: Callable[[], bytes]


@contextmanager
def open_source(path: Path) -> Iterator[list[SourceFile]]:
    """Open a folder, a zip or a single image; its image files come in the order of their paths.

    Raises:
        SourceError: When there is no such file, or it is a damaged zip.
    """
    if path.is_dir():
        yield sorted(_of_folder(path), key=lambda file: str(file.path))
    elif not path.exists():
        raise SourceError(f"There is no {path.name}.")
    elif zipfile.is_zipfile(path):
        with _named(path.name):
            opened = zipfile.ZipFile(path)
        with opened:
            yield sorted(_of_zip(opened), key=lambda file: str(file.path))
    else:
        yield [_file(path, PurePosixPath(path.name))]


def _of_folder(folder: Path) -> Iterator[SourceFile]:
    for path in folder.rglob("*"):
        inside = PurePosixPath(path.relative_to(folder).as_posix())
        if _is_image(inside) and path.is_file():
            yield _file(path, inside)


def _file(path: Path, inside: PurePosixPath) -> SourceFile:
    def read() -> bytes:
        with _named(str(inside)), path.open("rb") as file:
            return _bounded(file.read(LARGEST_FILE + 1), str(inside))

    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return SourceFile(inside, modified, read)


def _of_zip(opened: zipfile.ZipFile) -> Iterator[SourceFile]:
    if len(opened.filelist) > _MOST_FILES:
        raise SourceError(f"The zip has more than {_MOST_FILES:,} files: unpack it first.")
    for info in opened.filelist:
        inside = PurePosixPath(info.filename)
        if not info.is_dir() and _is_image(inside):
            yield _member(opened, info, inside)


def _member(opened: zipfile.ZipFile, info: zipfile.ZipInfo, inside: PurePosixPath) -> SourceFile:
    def read() -> bytes:
        with _named(str(inside)), opened.open(info) as file:
            return _bounded(file.read(LARGEST_FILE + 1), str(inside))

    try:
        modified = datetime(*info.date_time, tzinfo=UTC)
    except ValueError:  # a zip may say month 0
        modified = datetime.now(UTC)
    return SourceFile(inside, modified, read)


def _is_image(path: PurePosixPath) -> bool:
    # What macOS puts beside each file, and what a person hides, is no image.
    is_hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return path.suffix.lower() in _ENDINGS and not is_hidden


def _bounded(data: bytes, name: str) -> bytes:
    if len(data) > LARGEST_FILE:
        raise SourceError(f"{name} has more than {LARGEST_FILE // 2**20} MB.")
    return data


@contextmanager
def _named(name: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise SourceError(f"{name} cannot be read: {error}.") from error
