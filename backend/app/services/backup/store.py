"""``BACKUP_DIR``: one entry for each backup, and everything else hidden."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from app.clock import utc_now
from app.concurrency.file_lock import FileLockedError, file_lock
from app.services.backup.errors import BackupError
from app.services.backup.files import PRIVATE_FILE, PRIVATE_FOLDER, remove_own, written
from app.services.backup.names import made_at, set_name
from app.services.backup.objects import ObjectStore
from app.services.backup.sums import DATABASE, MANIFEST, SUMS
from app.services.storage.atomic_write import flush_folder

_PARTIAL = ".partial-"
_REMOVED = "removed-"
_FILES = (SUMS, MANIFEST, DATABASE)
_UNFINISHED = (*_FILES, "game.db", "game.db-journal", "incoming")


class BackupStore:
    """The backups in one folder, and the pictures that they share.

    Attributes:
        folder: ``BACKUP_DIR``.
        objects: The shared pictures.
        left: Folders of ours that could not be removed, because somebody else's files lie there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.objects = ObjectStore(self.folder / ".objects")
        self.left: list[Path] = []
        self._damaged = self.folder / ".damaged"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder alone, as the making of a backup does; makes it where it is not there.

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

        Names from the future, of a clock that was ahead, do not count: for as long as they lie
        there nobody would be told that no backup is made any more.
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

    def note_damaged(self, names: list[str]) -> None:
        """Remember which backups are damaged."""
        partial = self.partial("damaged")
        with written(partial) as out:
            out.write("".join(f"{name}\n" for name in names).encode())
        partial.replace(self._damaged)

    def partial(self, name: str) -> Path:
        """Where something is made that has no final name yet, or no longer."""
        return self.folder / f"{_PARTIAL}{name}"

    def clear_leftovers(self) -> None:
        """Remove what a killed run left; only while the folder is locked."""
        self.partial("damaged").unlink(missing_ok=True)
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

        Somebody else's files in its folder stay where they are, and with them the folder.
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
