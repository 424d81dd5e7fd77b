"""The making of one backup: collect, pack, read back, name, and remove what is too old."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app import __version__
from app.clock import utc_now
from app.database.schema import SchemaError, refuse_other_programs
from app.services.backup.archive import (
    DATABASE,
    FORMAT,
    MANIFEST,
    PRIVATE_FOLDER,
    Entry,
    Header,
    Watch,
    compressed,
    copy_into,
    is_inside,
    opened,
    read_file,
    set_name,
    unwatched,
    write_manifest,
    write_sums,
    written,
)
from app.services.backup.check import CheckedBackup, Survey, check_backup
from app.services.backup.errors import BackupError, DamagedError, plain_errors, shortened
from app.services.backup.retention import remove_old
from app.services.backup.snapshot import (
    ImageRow,
    count_images,
    image_rows,
    library_of,
    opened_snapshot,
    revision_of,
    take_snapshot,
)
from app.services.backup.store import DIGEST, BackupStore, Place, refuse_overlap
from app.services.storage.layout import TROUBLES, folder_trouble
from app.services.storage.purge_lock import PurgeLock

_PURGE_SECONDS = 600.0


class BackupRun:
    """One run: it makes a backup that is proven and named, or leaves nothing."""

    def __init__(
        self, place: Place, store: BackupStore, name: str, survey: Survey, watch: Watch
    ) -> None:
        self.name = name
        self._place = place
        self._store = store
        self._survey = survey
        self._watch = watch
        self._partial = store.partial(name)
        self._incoming = self._partial / "incoming"
        self._seen: set[str] = set()
        # Damaged or missing in the live folder: whole in no backup, and whole in one.
        self._lost: list[str] = []
        self._saved: list[str] = []

    def make_or_undo(self) -> CheckedBackup:
        """Make it, or leave nothing of it; report damage to older ones in both cases."""
        try:
            with plain_errors(f"making a backup in {self._store.folder}"):
                return self._make()
        except BaseException as error:
            self._undo()
            with suppress(OSError):
                self._store.note_check(self._survey.damaged())
            if isinstance(error, BackupError):
                raise BackupError("\n".join([str(error), *self._survey.problems()])) from error
            raise

    def _make(self) -> CheckedBackup:
        """Make it under a hidden name, read it back, and only then give it its own."""
        if not self._place.database.is_file():
            raise BackupError(f"there is no database at {self._place.database}")
        try:
            refuse_other_programs(self._place.database)
        except SchemaError as error:
            raise BackupError(str(error)) from None
        self._partial.mkdir(mode=PRIVATE_FOLDER)
        database = self._partial / "game.db"
        # From before the rows are read until their files are here: a purge would take them away.
        with PurgeLock(self._place.images).shared(_PURGE_SECONDS):
            take_snapshot(self._place.database, database)
            revision, entries = self._collect(database)
        plain, packed = _pack(database, self._partial / DATABASE)
        header = Header(
            format=FORMAT,
            made_at=self.name,
            program=__version__,
            revision=revision,
            database_sha256=plain,
            database_bytes=database.stat().st_size,
            pictures=self._count,
            files=len(entries),
        )
        database.unlink()
        manifest = write_manifest(self._partial / MANIFEST, header, entries)
        write_sums(self._partial, packed, manifest)
        self._store.objects.flush()
        try:
            made = check_backup(
                self._partial, self._store.objects, self._partial / "check", self._watch
            )
        except DamagedError as error:
            raise BackupError(
                f"the new backup does not read back and was not kept: {error}"
            ) from error
        self._store.finish(self._partial, self.name)
        return made

    def _undo(self) -> None:
        """Take away what has no final name; images mended for older backups stay."""
        self._store.clear_leftovers()
        if (self._store.folder / self.name).exists():
            return  # it was stopped after the last step
        for digest in self._store.objects.added:
            if not self._survey.is_named(digest):
                self._store.objects.remove(digest)

    def own_bytes(self) -> int:
        """Size of the files that belong to this backup alone."""
        return sum(path.stat().st_size for path in (self._store.folder / self.name).iterdir())

    def problems(self) -> list[str]:
        """Report what is wrong with the live files."""
        found = []
        if self._lost:
            found.append(
                "damaged or missing in the live folder, and whole in no backup: "
                + shortened(self._lost)
            )
        if self._saved:
            found.append(
                "damaged or missing in the live folder, but whole in this backup: "
                + shortened(self._saved)
            )
        return found

    def _collect(self, database: Path) -> tuple[str, list[Entry]]:
        entries: list[Entry] = []
        with opened_snapshot(database) as connection:
            revision = revision_of(connection)
            trouble = folder_trouble(self._place.images, library_of(connection))
            if trouble is not None:
                raise BackupError(f"{self._place.images}: {TROUBLES[trouble]}")
            self._count = count_images(connection)
            advance = self._watch("images collected", self._count)
            for row in image_rows(connection):
                entries += self._take(row)
                advance(1)
        return revision, entries

    def _take(self, row: ImageRow) -> Iterator[Entry]:
        """Copy what is new of both files of a row, and note what is wrong with the live ones."""
        lost, saved = len(self._lost), len(self._saved)
        entries = [self._full(row), self._thumbnail(row.thumbnail)]
        if row.is_marked:  # said before, by the self-check
            del self._lost[lost:], self._saved[saved:]
        for entry in entries:
            if entry is not None and entry.path not in self._seen:
                self._seen.add(entry.path)
                yield entry

    def _full(self, row: ImageRow) -> Entry | None:
        if not self._is_ours(row.full):
            return None
        known = DIGEST.fullmatch(row.content_hash) is not None
        if known and self._store.objects.is_whole(row.content_hash, row.size):
            # Not read again: that is what makes a daily backup cheap. Its size costs nothing.
            if self._size(row.full) != row.size:
                self._saved.append(row.full)
            return Entry(path=row.full, sha256=row.content_hash, size=row.size)
        data = self._read(row.full)
        if data is None:
            self._lost.append(row.full)
            return Entry(path=row.full, state="missing")
        digest = self._store.objects.add(data, self._incoming)
        if digest == row.content_hash:
            return Entry(path=row.full, sha256=digest, size=len(data))
        self._lost.append(row.full)
        return Entry(path=row.full, sha256=digest, size=len(data), state="damaged")

    def _thumbnail(self, path: str) -> Entry | None:
        if not self._is_ours(path):
            return None
        data = self._read(path)
        if data is not None:
            return Entry(
                path=path, sha256=self._store.objects.add(data, self._incoming), size=len(data)
            )
        earlier = self._survey.thumbnails.get(path)  # a row does not know its hash
        if earlier is not None and self._store.objects.is_whole(earlier.sha256 or "", earlier.size):
            self._saved.append(path)
            return earlier
        self._lost.append(path)
        return Entry(path=path, state="missing")

    def _is_ours(self, path: str) -> bool:
        if is_inside(path):
            return True
        self._lost.append(path)
        return False

    def _size(self, path: str) -> int | None:
        try:
            found = (self._place.images / path).stat()
        except OSError:
            return None
        return found.st_size

    def _read(self, path: str) -> bytes | None:
        try:
            return read_file(self._place.images / path, follow=True)
        except DamagedError:
            return None


def _pack(database: Path, target: Path) -> tuple[str, str]:
    """Compress the snapshot; gives the hashes of the plain and of the packed file."""
    with opened(database) as source, written(target) as out:
        with compressed(out) as plain:
            copy_into(source, plain)
        return plain.digest, out.digest


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a run did.

    Attributes:
        name: Name of the new backup.
        images: Images in it, those in the trash included.
        added_files: Files that no earlier backup had.
        added_bytes: What the run added to ``BACKUP_DIR``, the database included.
        removed: Backups removed for their age.
        problems: What is wrong all the same, with the live data or with older backups.
    """

    name: str
    images: int
    added_files: int
    added_bytes: int
    removed: list[str]
    problems: list[str]


def make_backup(
    place: Place,
    backup_dir: Path,
    retention_days: int,
    *,
    watch: Watch = unwatched,
    now: Callable[[], datetime] = utc_now,
    sample_of: int = 7,
) -> BackupReport:
    """Make a backup beside a running server, prove it, and remove those that are too old.

    Args:
        place: The live data.
        backup_dir: Where backups lie.
        retention_days: Backups older than that are removed.
        watch: Shown how far it is.
        now: The present moment.
        sample_of: The stored files are read again in so many runs, a part in each.

    Raises:
        BackupError: When there is no new backup; the older ones are as they were.
    """
    refuse_overlap(place, backup_dir)
    store = BackupStore(backup_dir)
    with plain_errors(f"making a backup in {backup_dir}"), store.locked():
        store.clear_leftovers()
        store.choose_sample(sample_of)
        survey = Survey(store, watch)
        survey.remove_unnamed()
        run = BackupRun(place, store, _free_name(store, now), survey, watch)
        made = run.make_or_undo()
        survey.add(run.name, made.entries)
        # The backup has its name: an error from here on does not undo it.
        removed: list[str] = []
        trouble: list[str] = []
        own_bytes = 0
        try:
            own_bytes = run.own_bytes()
            with plain_errors("removing backups that are too old"):
                removed, doubt = remove_old(survey, store, run.name, retention_days, now())
                trouble += [doubt] if doubt else []
                store.note_check(survey.damaged())
        except (BackupError, OSError) as error:
            trouble.append(str(error))
        return BackupReport(
            name=run.name,
            images=made.header.pictures,
            added_files=len(store.objects.added),
            added_bytes=store.objects.added_bytes + own_bytes,
            removed=removed,
            problems=[*survey.problems(), *run.problems(), *_left(store), *trouble],
        )


def _left(store: BackupStore) -> list[str]:
    return [
        f"{folder} holds what is not of Emberpeak's making, and stays: remove it by hand"
        for folder in store.left
    ]


def _free_name(store: BackupStore, now: Callable[[], datetime]) -> str:
    name = set_name(now())
    if (store.folder / name).exists():
        time.sleep(1)  # names count whole seconds
        name = set_name(now())
    if (store.folder / name).exists():
        raise BackupError(f"there is a backup {name} already: is the clock standing still?")
    return name
