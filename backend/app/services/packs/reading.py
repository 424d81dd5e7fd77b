"""Reads packs, as a folder or a zip, and checks every file of them."""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from PIL import Image

from app.services.packs.manifest import NAME, ImageEntry, PackError, read_manifest
from app.services.storage import InvalidImageError
from app.services.storage.inspection import MAX_PAID_PIXELS, Bounds, open_image, unpack

# What the modules of zips raise for damaged ones, or for ways of packing that they do not know.
_DAMAGED = (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error)
_WEBP = Bounds(max_pixels=MAX_PAID_PIXELS, formats=("WEBP",))
_LARGEST_THUMBNAIL = 4 * 2**20
_LARGEST_MANIFEST = 64 * 2**20  # of an original, by C2PA


class _Opener(Protocol):
    def __call__(self, name: str) -> BinaryIO:
        """Open one file of a pack."""


def is_pack(path: Path) -> bool:
    """Whether there is a manifest in a folder or a zip; whether it is a good one is not asked."""
    try:
        with _opened(path) as opener, opener(NAME):
            return True
    except PackError:
        return False


class Pack:
    """A pack that is open for reading; every method raises ``PackError`` if it is damaged."""

    def __init__(self, opener: _Opener) -> None:
        self._opener = opener

    def entries(self) -> Iterator[ImageEntry]:
        """The images in the order of their files, as the manifest tells."""
        before = ""
        with _damage_named(NAME), self._opener(NAME) as manifest:
            for entry in read_manifest(manifest):
                if entry.file <= before:
                    raise PackError(f"{NAME}: {entry.file} comes twice, or out of order.")
                if entry.thumbnail != f"images/thumbnails/{entry.stem}.webp":
                    raise PackError(f"{NAME}: {entry.file} has another's thumbnail.")
                before = entry.file
                yield entry

    def files_of(self, entry: ImageEntry) -> dict[str, bytes]:
        """Both files of an image, by their paths, with the bytes that the manifest promises."""
        full = self._read(entry.file, entry.size_bytes, entry.sha256)
        return {
            entry.file: full,
            entry.thumbnail: self._read(
                entry.thumbnail, _LARGEST_THUMBNAIL, entry.thumbnail_sha256
            ),
        }

    def original_manifest(self, entry: ImageEntry) -> bytes | None:
        """The C2PA manifest of the file that was received, if it had one."""
        original = entry.papers.original
        if original.manifest is None or original.manifest_sha256 is None:
            return None
        return self._read(original.manifest, _LARGEST_MANIFEST, original.manifest_sha256)

    def check(self, entry: ImageEntry) -> None:
        """Read everything of an image, and decode both files."""
        for path, data in self.files_of(entry).items():
            image = _decoded(path, data)
            if path == entry.file and image.size != (entry.width, entry.height):
                raise PackError(f"{path} has not the size that {NAME} says.")
        self.original_manifest(entry)

    def _read(self, name: str, limit: int, sha256: str) -> bytes:
        with _damage_named(name), self._opener(name) as file:
            data = file.read(limit + 1)
        if len(data) > limit or hashlib.sha256(data).hexdigest() != sha256:
            raise PackError(f"{name} is damaged: it has not the bytes that {NAME} says.")
        return data


@contextmanager
def open_pack(path: Path) -> Iterator[Pack]:
    """Open a folder or a zip.

    Raises:
        PackError: When it is none, or has no manifest.
    """
    with _opened(path) as opener:
        yield Pack(opener)


@contextmanager
def _opened(path: Path) -> Iterator[_Opener]:
    if path.is_dir():

        def open_file(name: str) -> BinaryIO:
            with _damage_named(name):
                return (path / name).open("rb")

        yield open_file
        return
    if not path.exists():
        raise PackError(f"There is no {path.name}.")
    with _damage_named(path.name):
        opened = zipfile.ZipFile(path)
    with opened:
        # Packed again by hand, a pack often lies in a folder of the zip.
        names = (one.filename for one in opened.filelist)
        top = min((name for name in names if name.endswith(f"/{NAME}")), key=len, default="")
        before = "" if NAME in opened.NameToInfo else top.removesuffix(NAME)

        def open_member(name: str) -> BinaryIO:
            with _damage_named(name):
                return cast("BinaryIO", opened.open(before + name))

        yield open_member


@contextmanager
def _damage_named(name: str) -> Iterator[None]:
    try:
        yield
    except (KeyError, FileNotFoundError) as error:
        raise PackError(f"{name} is not in the pack.") from error
    except _DAMAGED as error:
        raise PackError(f"{name} is damaged: {error}.") from error


def _decoded(path: str, data: bytes) -> Image.Image:
    try:
        return unpack(open_image(data, _WEBP), _WEBP)
    except InvalidImageError as error:
        raise PackError(f"{path} is damaged: {error.message}") from error
