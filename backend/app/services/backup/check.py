"""Backups read back: one to the last byte, and all of them by a sample each night."""

import gzip
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.database.engine import sqlite_module
from app.services.backup.archive import (
    DATABASE,
    MANIFEST,
    PRIVATE_FOLDER,
    Entry,
    Header,
    Watch,
    check_sums,
    copy_into,
    is_inside,
    opened,
    read_manifest,
    remove_own,
    unwatched,
    written,
)
from app.services.backup.errors import BackupError, DamagedError, shortened
from app.services.backup.snapshot import (
    check_database,
    count_images,
    image_rows,
    opened_snapshot,
    revision_of,
)
from app.services.backup.store import BackupStore, ObjectStore


@dataclass(frozen=True, slots=True)
class CheckedBackup:
    """A backup of which every byte was read and found good."""

    folder: Path
    header: Header
    entries: list[Entry]

    @property
    def lost(self) -> list[Entry]:
        """Files that were damaged or missing before the backup was made."""
        return [entry for entry in self.entries if entry.state != "whole"]


def check_backup(
    folder: Path, objects: ObjectStore, workspace: Path, watch: Watch = unwatched
) -> CheckedBackup:
    """Check the hashes, the database's pages, and that each row has its files.

    Args:
        folder: The backup.
        objects: The images that it shares with others.
        workspace: Folder for the unpacked database; made, and removed again.
        watch: Shown how far it is.

    Raises:
        DamagedError: When anything is not as it was made.
    """
    check_sums(folder)
    header, entries = read_manifest(folder / MANIFEST)
    advance = watch("files checked", len(entries))
    problems = []
    for entry in entries:
        if entry.sha256 is not None and not objects.is_whole(entry.sha256, entry.size):
            problems.append(f"the image {entry.path} is damaged or missing")
        advance(1)
    if problems:
        raise DamagedError(*problems)
    with unpacked(folder, header, workspace) as database, opened_snapshot(database) as connection:
        try:
            check_database(connection)
            _compare(connection, header, entries)
        except sqlite_module().Error as error:
            raise DamagedError(f"the database cannot be read: {error}") from error
        except DamagedError:
            raise
        except BackupError as error:
            raise DamagedError(str(error)) from error
    return CheckedBackup(folder, header, entries)


@contextmanager
def unpacked(folder: Path, header: Header, workspace: Path) -> Iterator[Path]:
    """Unpack the database into a workspace of its own, for as long as the block lasts."""
    target = workspace / "game.db"
    workspace.mkdir(mode=PRIVATE_FOLDER)
    try:
        unpack_database(folder, header, target)
        yield target
    finally:
        remove_own(workspace, [target.name])


def unpack_database(folder: Path, header: Header, target: Path) -> None:
    """Write the database into a new file.

    Raises:
        DamagedError: When it is not the one that the manifest names.
    """
    with written(target) as out:
        try:
            with opened(folder / DATABASE, from_disk=True) as file, gzip.open(file) as plain:
                copy_into(plain, out)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise DamagedError(f"{DATABASE} cannot be unpacked: {error}") from error
        if (out.digest, out.size) != (header.database_sha256, header.database_bytes):
            raise DamagedError(f"{DATABASE} does not hold the database that the manifest names")


def _compare(connection: object, header: Header, entries: list[Entry]) -> None:
    files = {entry.path: entry for entry in entries}
    problems = []
    for row in image_rows(connection):
        problems += [
            f"the manifest lacks {path}, which a row names"
            for path in (row.full, row.thumbnail)
            if is_inside(path) and path not in files
        ]
        full = files.get(row.full)
        if full is not None and full.state == "whole" and full.sha256 != row.content_hash:
            problems.append(f"{row.full} is not the file that its row knows")
    if header.pictures != count_images(connection) or header.revision != revision_of(connection):
        problems.append("the manifest does not fit the database")
    if problems:
        raise DamagedError(*problems)


@dataclass(slots=True)
class Condition:
    """How one older backup is.

    Attributes:
        broken: What is wrong with its own files; nothing can mend that.
        lacking: Images of it that are damaged or missing, by hash.
    """

    broken: str | None = None
    lacking: dict[str, str] = field(default_factory=dict)


class Survey:
    """Checks the shared files and every backup; reads a sample, and what was damaged last time.

    Attributes:
        thumbnails: Thumbnails in the newest backup, by path.
    """

    def __init__(self, store: BackupStore, watch: Watch) -> None:
        self._store = store
        self._conditions: dict[str, Condition] = {}
        self._named: Counter[str] = Counter()
        self.thumbnails: dict[str, Entry] = {}
        objects = store.objects
        self._damaged_before = store.damaged()
        for name in self._damaged_before:
            with suppress(BackupError):
                objects.doubted |= _digests(read_manifest(store.folder / name / MANIFEST)[1])
        there = [digest for digest in objects.digests() if objects.is_read(digest)]
        advance = watch("stored files checked", len(there))
        for digest in there:
            objects.is_whole(digest)
            advance(1)
        for name in store.names():
            self._conditions[name] = self._look_at(store.folder / name)

    def problems(self) -> list[str]:
        """Report what is damaged after the new backup has mended what it could."""
        found = []
        for name, condition in self._conditions.items():
            if condition.broken is not None:
                found.append(
                    f"backup {name} is damaged, and cannot be restored: {condition.broken}"
                )
            if not condition.lacking:
                continue
            still = self._still_lacking(condition)
            what = shortened(sorted(still or condition.lacking.values()))
            end = (
                "the live folder does not have them either, so they cannot be mended"
                if still
                else "mended from the live folder; is the disk failing?"
            )
            found.append(f"backup {name} had damaged or missing images ({what}): {end}")
        return found

    def damaged(self) -> list[str]:
        """Names of the backups that cannot be restored."""
        return [
            name
            for name, condition in self._conditions.items()
            if condition.broken is not None or self._still_lacking(condition)
        ]

    def add(self, name: str, entries: list[Entry]) -> None:
        """Count a new backup in."""
        self._conditions[name] = Condition()
        self._named.update(_digests(entries))

    def remove(self, name: str) -> None:
        """Remove a backup; what only it named is removed with ``remove_unnamed``."""
        with suppress(BackupError):
            self._named.subtract(_digests(read_manifest(self._store.folder / name / MANIFEST)[1]))
        self._store.remove(name)
        del self._conditions[name]

    def remove_unnamed(self) -> None:
        """Remove stored files that no backup names.

        A damaged manifest may hide names: while there is one, everything stays.
        """
        if any(condition.broken is not None for condition in self._conditions.values()):
            return
        for digest in list(self._store.objects.digests()):
            if self._named[digest] <= 0:
                self._store.objects.remove(digest)

    def is_named(self, digest: str) -> bool:
        """Whether a backup needs a stored file."""
        return self._named[digest] > 0

    def _still_lacking(self, condition: Condition) -> list[str]:
        objects = self._store.objects
        return [path for digest, path in condition.lacking.items() if not objects.is_whole(digest)]

    def _look_at(self, folder: Path) -> Condition:
        problem = None
        try:
            must_read = folder.name in self._damaged_before or self._store.is_sampled(folder.name)
            check_sums(folder, with_database=must_read)
        except BackupError as error:
            problem = str(error)
        try:
            entries = read_manifest(folder / MANIFEST)[1]
        except BackupError as error:
            return Condition(problem or str(error))
        self._named.update(_digests(entries))
        self.thumbnails = {
            entry.path: entry
            for entry in entries
            if entry.sha256 is not None and entry.path.startswith("thumbnails/")
        }
        return Condition(problem, self._lacking(entries))

    def _lacking(self, entries: list[Entry]) -> dict[str, str]:
        return {
            entry.sha256: entry.path
            for entry in entries
            if entry.sha256 is not None
            and not self._store.objects.is_whole(entry.sha256, entry.size)
        }


def _digests(entries: list[Entry]) -> set[str]:
    return {entry.sha256 for entry in entries if entry.sha256 is not None}
