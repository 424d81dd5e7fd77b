"""The folders: the live place, and ``BACKUP_DIR`` with backups and the files they share."""

import hashlib
import os
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.clock import utc_now
from app.concurrency.file_lock import FileLockedError, file_lock
from app.config import Settings
from app.services.backup.archive import (
    DATABASE,
    MANIFEST,
    PRIVATE_FILE,
    PRIVATE_FOLDER,
    SUMS,
    digest_of,
    made_at,
    opened,
    remove_own,
    set_name,
    written,
)
from app.services.backup.errors import BackupError, DamagedError
from app.services.storage.atomic_write import flush_folder

DIGEST = re.compile(r"[0-9a-f]{64}")
_PARTIAL = ".partial-"
_REMOVED = "removed-"
_FILES = (SUMS, MANIFEST, DATABASE)
_UNFINISHED = (*_FILES, "game.db", "game.db-journal", "incoming")


@dataclass(frozen=True, slots=True)
class Place:
    """A database file and an image folder, both as absolute paths without links."""

    database: Path
    images: Path


def place_of(settings: Settings) -> Place:
    """Find the live data.

    Raises:
        BackupError: When the database is in memory, where nothing can be kept.
    """
    database = settings.database_file
    if database is None:
        raise BackupError(
            "DATABASE_URL is a database in memory, which only its own server can see: "
            "there is nothing to back up or to restore into"
        )
    # Behind links: what is renamed and kept lies beside the files, not beside the links.
    # By os.path, which takes a link to itself as it is: opening it then says what is wrong.
    return Place(
        Path(os.path.realpath(database)), Path(os.path.realpath(settings.image_storage_dir))
    )


def refuse_overlap(place: Place, backup_dir: Path) -> None:
    """Keep backups and live data out of each other.

    Raises:
        BackupError: When one lies within the other.
    """
    backups, images = backup_dir.resolve(), place.images.resolve()
    if backups.is_relative_to(images):
        raise BackupError(f"BACKUP_DIR ({backup_dir}) lies within the image folder ({images})")
    for live in (images, place.database.resolve()):
        if live.is_relative_to(backups):
            raise BackupError(f"BACKUP_DIR ({backup_dir}) holds live data ({live})")


class ObjectStore:
    """``.objects/<first two digits>/<SHA-256>``; nothing in it is linked with the live folder.

    Attributes:
        added: Digests that this run wrote.
        added_bytes: Size of what this run wrote.
        sample: The part of the files that is read, such as (2, 7) for the third seventh; of the
            others the size is compared.
        doubted: Digests that are read all the same.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.added: set[str] = set()
        self.added_bytes = 0
        self.sample = (0, 1)
        self.doubted: set[str] = set()
        self._whole: dict[str, bool] = {}
        self._touched: set[Path] = set()

    def path(self, digest: str) -> Path:
        """The path of the file with that hash."""
        return self.folder / digest[:2] / digest

    def digests(self) -> Iterator[str]:
        """Everything that is there, by name."""
        if not self.folder.is_dir():
            return
        for folder in sorted(self.folder.iterdir()):
            if len(folder.name) == 2 and folder.is_dir() and not folder.is_symlink():
                yield from sorted(
                    entry.name
                    for entry in folder.iterdir()
                    if DIGEST.fullmatch(entry.name)
                    and entry.name.startswith(folder.name)
                    and entry.is_file()
                    and not entry.is_symlink()
                )

    def is_read(self, digest: str) -> bool:
        """Whether this run reads the file, and not only its size."""
        part, parts = self.sample
        is_sampled = int(digest[:8], 16) % parts == part
        return is_sampled or digest in self.added or digest in self.doubted

    def is_whole(self, digest: str, size: int | None = None) -> bool:
        """Whether the file is there and has its hash, or its size; checked once in a run."""
        known = self._whole.get(digest)
        if known is None:
            try:
                known = self._check(digest, size)
            except DamagedError:
                known = False
            self._whole[digest] = known
        return known

    def _check(self, digest: str, size: int | None) -> bool:
        path = self.path(digest)
        if self.is_read(digest):
            return digest_of(path) == digest
        with opened(path) as file:
            return size is None or os.fstat(file.fileno()).st_size == size

    def add(self, data: bytes, incoming: Path) -> str:
        """Store a file unless it is there and whole; return its hash.

        Args:
            data: The file's content.
            incoming: Name on the same disk under which it is written first.
        """
        digest = hashlib.sha256(data).hexdigest()
        if self.is_whole(digest, len(data)):
            return digest
        path = self.path(digest)
        for folder in (self.folder, path.parent):
            folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        with written(incoming) as out:
            out.write(data)
        incoming.replace(path)
        self._touched.add(path.parent)
        self._whole.pop(digest)  # to be read back
        self.added.add(digest)
        self.added_bytes += len(data)
        return digest

    def remove(self, digest: str) -> None:
        """Forget a file."""
        self._whole.pop(digest, None)
        self.path(digest).unlink(missing_ok=True)

    def flush(self) -> None:
        """Make what was added survive a power cut."""
        for folder in self._touched:
            flush_folder(folder)
        if self._touched:
            flush_folder(self.folder)
        self._touched.clear()


class BackupStore:
    """The backups in one folder, and the images that they share.

    Attributes:
        folder: ``BACKUP_DIR``.
        objects: The shared images.
        left: Backups that could not be removed, because foreign files are in their folders.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.objects = ObjectStore(self.folder / ".objects")
        self.left: list[Path] = []
        self._damaged = self.folder / ".damaged"
        self._sampled = self.folder / ".sampled"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder alone, as the making of a backup does; make it if it does not exist.

        Raises:
            BackupError: When another backup or a restore is at work there.
        """
        if not self.folder.is_dir():
            self.folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        if self.objects.folder.is_symlink():
            raise BackupError(f"{self.objects.folder} is a link, which is not followed")
        with _locked(self.folder / ".lock", shared=False):
            self._make_private()
            yield

    @contextmanager
    def read_locked(self) -> Iterator[None]:
        """Keep backups from being made or removed here; a folder that was copied has no lock.

        Raises:
            BackupError: When a backup is being made.
        """
        lock = self.folder / ".lock"
        if not lock.is_file():
            yield
            return
        with _locked(lock, shared=True):
            yield

    def _make_private(self) -> None:
        """Close what an older version left open to everybody."""
        for folder in (self.objects.folder, *(self.folder / name for name in self.names())):
            with suppress(OSError):  # not there, another user's, or a disk that keeps no modes
                if folder.stat().st_mode & 0o077:
                    folder.chmod(PRIVATE_FOLDER)

    def names(self) -> list[str]:
        """The backups that are there, oldest first."""
        try:
            entries = list(self.folder.iterdir())
        except FileNotFoundError:
            return []
        return sorted(
            entry.name
            for entry in entries
            if made_at(entry.name) is not None
            and entry.is_dir()
            and not entry.is_symlink()
            and any((entry / own).exists() for own in _FILES)
        )

    def last_good_at(self, now: Callable[[], datetime] = utc_now) -> datetime | None:
        """When the newest backup was made that is not known to be damaged.

        Names in the future, made by a clock that was ahead, do not count: they would hide that no
        backup is made any more.
        """
        damaged = self.damaged()
        latest = set_name(now())
        good = [name for name in self.names() if name not in damaged and name <= latest]
        return made_at(good[-1]) if good else None

    def damaged(self) -> set[str]:
        """The backups that the last run found damaged and could not mend."""
        try:
            return set(self._damaged.read_text("utf-8", errors="replace").split())
        except FileNotFoundError:
            return set()

    def choose_sample(self, parts: int) -> None:
        """Read another part of the stored files than the last run did."""
        try:
            last = int(self._sampled.read_text("ascii"))
        except (FileNotFoundError, ValueError):
            last = -1
        self.objects.sample = ((last + 1) % parts, parts)

    def is_sampled(self, name: str) -> bool:
        """Whether this run reads a backup's database."""
        part, parts = self.objects.sample
        return zlib.crc32(name.encode()) % parts == part

    def note_check(self, damaged: list[str]) -> None:
        """Remember which part was read, and which backups are damaged."""
        self._note(self._damaged, "".join(f"{name}\n" for name in damaged))
        self._note(self._sampled, f"{self.objects.sample[0]}\n")

    def _note(self, path: Path, text: str) -> None:
        partial = self.partial(path.name.removeprefix("."))
        try:
            with written(partial) as out:
                out.write(text.encode())
            partial.replace(path)
        except OSError:
            partial.unlink(missing_ok=True)
            raise

    def partial(self, name: str) -> Path:
        """The path of something that has no final name yet, or no longer."""
        return self.folder / f"{_PARTIAL}{name}"

    def clear_leftovers(self) -> None:
        """Remove what a killed run left; only while the folder is locked."""
        for note in ("damaged", "sampled"):
            self.partial(note).unlink(missing_ok=True)
        for entry in sorted(self.folder.glob(f"{_PARTIAL}*")):
            name = entry.name.removeprefix(_PARTIAL).removeprefix(_REMOVED)
            if made_at(name) is None or entry.is_symlink() or not entry.is_dir():
                continue
            remove_own(entry / "check", ["game.db"])
            if not remove_own(entry, _UNFINISHED):
                self._note_left(entry)

    def finish(self, partial: Path, name: str) -> None:
        """Give a backup its final name."""
        flush_folder(partial)
        partial.rename(self.folder / name)
        flush_folder(self.folder)

    def remove(self, name: str) -> None:
        """Remove a backup; a kill in the middle leaves no half of it under its name.

        Foreign files in its folder stay, and so does the folder.
        """
        folder = self.folder / name
        if {entry.name for entry in folder.iterdir()} <= set(_FILES):
            folder = self.partial(f"{_REMOVED}{name}")
            (self.folder / name).rename(folder)
        if not remove_own(folder, _FILES):
            self._note_left(folder)

    def _note_left(self, folder: Path) -> None:
        if folder not in self.left:
            self.left.append(folder)


@contextmanager
def _locked(path: Path, *, shared: bool) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            stack.enter_context(file_lock(path, shared=shared, mode=PRIVATE_FILE))
        except FileLockedError:
            raise BackupError(
                f"another backup or restore is at work in {path.parent}; nothing was done"
            ) from None
        yield
