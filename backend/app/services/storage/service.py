"""StorageService: the one way in and out of the image folder."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from PIL import Image

from app.domain import FileStamp, FolderTrouble, GeneratedImage
from app.errors import NotFoundError
from app.models import ImageAsset
from app.services.coordination.instances import InstanceRegistry
from app.services.provenance.found_marks import FoundMarks, marks_in
from app.services.provenance.mark import Mark
from app.services.provenance.webp import metadata_of, with_metadata
from app.services.storage.atomic_write import (
    SETTLING_SECONDS,
    FreshNames,
    flush_folder,
    write_durably,
)
from app.services.storage.codec import PixelsInFlight, encode_image, encode_thumbnail
from app.services.storage.disk_threads import PATIENCE_SECONDS, DiskThreads, file_stamp
from app.services.storage.errors import StorageUnavailableError, readable_errors
from app.services.storage.inspection import (
    PAID,
    Bounds,
    InvalidImageError,
    open_image,
    unpack,
)
from app.services.storage.layout import (
    FOLDERS,
    MARKER,
    ORIGINALS,
    folder_trouble,
    free_bytes,
    is_file_name,
    is_made_here,
    layout_of,
    new_file_name,
    storage_path,
)
from app.services.storage.purge_lock import PurgeLock
from app.services.storage.recovery import move_to_quarantine

if TYPE_CHECKING:
    from app.services.provenance.signer import ManifestSigner

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image that is safely on disk; paths as rows name them, hashes are SHA-256 in hex."""

    path_full: str
    path_thumbnail: str
    file_size_bytes: int
    width: int
    height: int
    content_hash: str
    source_hash: str
    preview: str
    found: FoundMarks


class StorageService:
    """Checks, encodes, writes, reads and removes the files of images.

    Args:
        folder: Image folder; ``full/`` and ``thumbnails/`` are made in it, and everything else
            that belongs to the library, see ``Layout``.
        executor: Threads that decode and encode.
        quality: WebP quality from 0 to 100.
        thumbnail_side: Longest side of a thumbnail in pixels.
        max_bytes: Largest upload that is accepted; an image that was made has no such limit.
        embed_prompt: Whether the files of images that are made carry their prompt.
        signer: Signs the full files of images that are made; without one they are marked only.

    Attributes:
        library_id: What the folder's marker file must hold; None if nobody compares it, such as
            with a database in memory.
    """

    def __init__(
        self,
        folder: Path,
        executor: Executor,
        *,
        quality: int,
        thumbnail_side: int,
        max_bytes: int,
        embed_prompt: bool = False,
        signer: ManifestSigner | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self.layout = layout_of(folder)
        self.folder = self.layout.images
        self.disk = DiskThreads([self.folder / name for name in FOLDERS], patience)
        self.purge_lock = PurgeLock(self.folder)
        self.quarantine = self.layout.quarantine
        self._executor = executor
        self._quality = quality
        self._thumbnail_side = thumbnail_side
        self._embed_prompt = embed_prompt
        self._signer = signer
        self._uploads = Bounds(max_bytes=max_bytes)
        self._pixels = PixelsInFlight()
        for name in FOLDERS:
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # on a read-only disk the registry does without, too
            self.layout.make_own()
        self.instances = InstanceRegistry(self.layout.instances)
        self._fresh = FreshNames()
        self.library_id: str | None = None

    def close(self) -> None:
        """Leave the folder to the other instances."""
        self.disk.close()
        self.instances.close()

    async def store(
        self, image: GeneratedImage, subject: str, created_at: datetime, prompt: str
    ) -> StoredImage:
        """Encode and write an image that was made, off the event loop.

        It is kept whenever it can be decoded, also beyond the limits for uploads.

        Raises:
            InvalidImageError: When the bytes are no image at all.
            DiskFullError: When there is no room; nothing is left behind.
            StorageUnavailableError: When the folder cannot be written.
        """
        return await asyncio.get_running_loop().run_in_executor(
            self._executor, self.store_now, image, subject, created_at, prompt
        )

    def store_now(
        self, image: GeneratedImage, subject: str, created_at: datetime, prompt: str
    ) -> StoredImage:
        """Do the same on this thread."""
        mark = Mark(None, None, created_at)
        if image.source_type is not None:
            written = prompt if self._embed_prompt else None
            mark = Mark(image.source_type, image.model, created_at, written)
        refusals = []
        for data in (image.data, *image.others):
            try:
                return self._keep(data, PAID, subject, created_at, mark, lossless=image.lossless)
            except InvalidImageError as error:
                refusals.append(error)
        raise refusals[0]

    def store_upload(self, data: bytes, subject: str, created_at: datetime) -> StoredImage:
        """Check, encode and write an image that somebody sent; raises what ``store`` does."""
        mark = Mark(None, None, created_at)
        return self._keep(data, self._uploads, subject, created_at, mark, lossless=False)

    def _keep(
        self,
        data: bytes,
        bounds: Bounds,
        subject: str,
        created_at: datetime,
        mark: Mark,
        *,
        lossless: bool,
    ) -> StoredImage:
        with self._unpacked(data, bounds) as image:
            encoded = encode_image(
                image,
                quality=self._quality,
                thumbnail_side=self._thumbnail_side,
                lossless=lossless,
                mark=mark,
            )
        full = encoded.full
        if self._signer is not None and mark.source_type is not None:
            full = self._signer.sign(full, mark.source_type, data)
        name = new_file_name(subject, created_at, full)
        files = {
            self.folder / "full" / name: full,
            self.folder / "thumbnails" / name: encoded.thumbnail,
        }
        self._fresh.add(name)
        with readable_errors():
            write_durably(files, self.instances.instance_id)
        return StoredImage(
            path_full=storage_path("full", name),
            path_thumbnail=storage_path("thumbnails", name),
            file_size_bytes=len(full),
            width=encoded.width,
            height=encoded.height,
            content_hash=hashlib.sha256(full).hexdigest(),
            source_hash=hashlib.sha256(data).hexdigest(),
            preview=encoded.preview,
            found=marks_in(data),
        )

    def place(self, files: Mapping[str, bytes]) -> None:
        """Write files under the paths that rows will name them by: all of them, or none.

        For files that were images of a library before, and were checked.

        Raises:
            DiskFullError: When there is no room.
            StorageUnavailableError: When the folder cannot be written.
        """
        for path in files:
            self._fresh.add(_parts(path)[1])
        with readable_errors():
            write_durably(
                {self.folder.joinpath(*_parts(path)): data for path, data in files.items()},
                self.instances.instance_id,
            )

    @contextmanager
    def _unpacked(self, data: bytes, bounds: Bounds) -> Iterator[Image.Image]:
        """Hold an image's pixels in memory, once there is room for them."""
        opened = open_image(data, bounds)
        with self._pixels.held(opened.width * opened.height):
            image = unpack(opened, bounds)
            del opened  # if it was converted, this is another copy of all pixels
            yield image

    def check(self, data: bytes) -> None:
        """Make sure that an upload could be stored, and store nothing."""
        with self._unpacked(data, self._uploads):
            pass

    def has_files(self, image: ImageAsset) -> bool:
        """Whether both files of a row are there, the full one with all its bytes."""
        full, thumbnail = (
            self.folder / path.removeprefix("images/")
            for path in (image.storage_path_full, image.storage_path_thumbnail)
        )
        try:
            return full.stat().st_size == image.file_size_bytes and thumbnail.is_file()
        except FileNotFoundError:
            return False

    def holds(self, path: str) -> bool:
        """Whether a file that a row names is there."""
        return os.path.exists(f"{self.folder}/{path.removeprefix('images/')}")  # noqa: PTH110 - Path takes four times as long

    async def stamp(self, path: str) -> FileStamp | None:
        """Size and time of the file that a row or an address names; see ``DiskThreads.stamp``."""
        return await self.disk.stamp(f"{self.folder}/{path.removeprefix('images/')}")

    def has(self, folder: str, name: str) -> bool:
        """Whether ``read`` would find a file; reads nothing of it."""
        return _is_ours(folder, name) and self.holds(storage_path(folder, name))

    def is_writable(self) -> bool:
        """Whether the system lets us write there; says nothing about room."""
        return all(os.access(self.folder / name, os.W_OK | os.X_OK) for name in FOLDERS)

    def check_writable(self) -> None:
        """Make sure of it before an image is paid for."""
        if not self.is_writable():
            raise StorageUnavailableError("The image folder cannot be written just now.")

    def may_get_a_row(self, folder: str, name: str) -> bool:
        """Whether a living process may have just written a file, so that its row is to come."""
        if name in self._fresh:
            return True
        written_at = (self.folder / folder / name).stat().st_mtime
        return time.time() - written_at < SETTLING_SECONDS and bool(self.instances.neighbours())

    def quarantine_file(self, folder: str, name: str) -> Path:
        """Move a file into quarantine; gives its new place."""
        return move_to_quarantine(self.folder / folder / name, self.quarantine / folder)

    def quarantine_image(self, stored: StoredImage) -> None:
        """Move both files of an image into quarantine."""
        for path in (stored.path_full, stored.path_thumbnail):
            self.quarantine_file(*_parts(path))

    def renew_thumbnail(self, name: str) -> None:
        """Make a thumbnail again from the full image.

        Raises:
            InvalidImageError: When the full image cannot be decoded.
            DiskFullError: When there is no room.
            StorageUnavailableError: When a file cannot be read or written.
        """
        full = self.read("full", name)
        with self._unpacked(full, PAID) as image:
            data = encode_thumbnail(image, quality=self._quality, side=self._thumbnail_side)
        data = with_metadata(data, **metadata_of(full))
        with readable_errors():
            (self.folder / "thumbnails").mkdir(exist_ok=True)
            write_durably({self.folder / "thumbnails" / name: data}, self.instances.instance_id)

    def read(self, folder: str, name: str) -> bytes:
        """Read one file.

        Raises:
            NotFoundError: When there is no such file, or the name could never be one of ours.
        """
        with readable_errors():
            try:
                if _is_ours(folder, name):
                    return (self.folder / folder / name).read_bytes()
            except FileNotFoundError:
                pass
        raise NotFoundError("There is no such image file.")

    def read_with_stamp(self, folder: str, name: str) -> tuple[bytes, FileStamp | None]:
        """Read one file, and its stamp from before that; raises what ``read`` does."""
        stamp = file_stamp(f"{self.folder}/{folder}/{name}") if _is_ours(folder, name) else None
        return self.read(folder, name), stamp

    def read_path(self, path: str) -> bytes:
        """Read the file that a row names, such as ``images/full/Name.webp``."""
        return self.read(*_parts(path))

    def remove(self, paths: Iterable[str]) -> set[str]:
        """Delete files whose rows are gone, for good also in a power cut; gone already is fine.

        Returns:
            The paths of those that could not be deleted now; one of them stops no other.
        """
        left: set[str] = set()
        touched: set[Path] = set()
        for path in paths:
            folder, name = _parts(path)
            if not _is_ours(folder, name):
                continue
            try:
                (self.folder / folder / name).unlink()
                touched.add(self.folder / folder)
            except FileNotFoundError:
                continue
            except OSError as error:
                left.add(path)
                log.warning("a file could not be deleted", path=path, reason=str(error))
        for parent in touched:
            flush_folder(parent)
        return left

    def trouble(self) -> FolderTrouble | None:
        """Why the image folder is not this library's, if it is not.

        Raises:
            StorageUnavailableError: When it cannot be read.
        """
        with readable_errors():
            return folder_trouble(self.folder, self.library_id)

    def mark(self) -> None:
        """Write the library's id into the folder.

        Raises:
            DiskFullError: When there is no room.
            StorageUnavailableError: When the folder cannot be written.
        """
        assert self.library_id is not None  # noqa: S101 - `join` set it
        marker = self.folder / ORIGINALS / MARKER
        with readable_errors():
            write_durably({marker: self.library_id.encode()}, self.instances.instance_id)

    def holds_images(self) -> bool:
        """Whether there is any original of our making."""
        with readable_errors(), os.scandir(self.folder / ORIGINALS) as entries:
            return any(is_made_here(entry.name) for entry in entries)

    def free_bytes(self) -> int | None:
        """Room left on the disk that holds the images; None if the disk does not say.

        Raises:
            OSError: When the folder is gone.
        """
        return free_bytes(self.folder)


def _parts(path: str) -> tuple[str, str]:
    """Folder and name of a path as rows have it, such as ``images/full/Name.webp``."""
    folder, _, name = path.removeprefix("images/").partition("/")
    return folder, name


def _is_ours(folder: str, name: str) -> bool:
    return folder in FOLDERS and is_file_name(name)
