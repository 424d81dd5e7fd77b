"""The making of one backup, from the snapshot to the final name."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from app import __version__
from app.clock import utc_now
from app.services.backup.check import CheckedBackup, check_backup
from app.services.backup.collect import Collector
from app.services.backup.errors import BackupError, DamagedError, shortened, told_plainly
from app.services.backup.files import compressed, copy_into, opened, written
from app.services.backup.manifest import FORMAT, Entry, Header, write_manifest
from app.services.backup.names import made_at, set_name
from app.services.backup.place import Place, refuse_overlap
from app.services.backup.progress import Watch, unwatched
from app.services.backup.snapshot import (
    count_pictures,
    opened_snapshot,
    picture_rows,
    revision_of,
    take_snapshot,
)
from app.services.backup.store import BackupStore
from app.services.backup.sums import DATABASE, MANIFEST, write_sums
from app.services.backup.survey import Survey
from app.services.storage.purge_lock import PurgeLock

_PURGE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a run did.

    Attributes:
        name: Name of the new backup.
        pictures: Pictures in it, those in the trash included.
        added_files: Files that no earlier backup had.
        added_bytes: What the run added to ``BACKUP_DIR``, the database included.
        removed: Backups removed for their age.
        problems: What is wrong all the same, with the live data or with older backups.
    """

    name: str
    pictures: int
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
) -> BackupReport:
    """Make a backup beside a running server, prove it, and remove those that are too old.

    Raises:
        BackupError: When there is no new backup; the older ones are as they were.
    """
    refuse_overlap(place, backup_dir)
    store = BackupStore(backup_dir)
    with told_plainly(f"making a backup in {backup_dir}"), store.locked():
        store.clear_leftovers()
        survey = Survey(store, watch)
        survey.remove_unnamed()
        run = _Run(place, store, _free_name(store, now), survey, watch)
        made = run.make_or_undo()
        survey.add(run.name, made.entries)
        removed = _remove_old(survey, store, run.name, retention_days, now())
        store.note_damaged(survey.damaged())
        return BackupReport(
            name=run.name,
            pictures=made.header.pictures,
            added_files=len(store.objects.added),
            added_bytes=store.objects.added_bytes + run.own_bytes(),
            removed=removed,
            problems=[*survey.problems(), *run.problems()],
        )


class _Run:
    def __init__(
        self, place: Place, store: BackupStore, name: str, survey: Survey, watch: Watch
    ) -> None:
        self.name = name
        self._place = place
        self._store = store
        self._survey = survey
        self._watch = watch
        self._partial = store.partial(name)
        self._collector = Collector(
            place.images, store.objects, self._partial / "incoming", survey.thumbnails
        )

    def make_or_undo(self) -> CheckedBackup:
        """Make it, or leave nothing of it; either way say what the older ones are like."""
        try:
            with told_plainly(f"making a backup in {self._store.folder}"):
                return self._make()
        except BaseException as error:
            self._undo()
            with suppress(OSError):
                self._store.note_damaged(self._survey.damaged())
            if isinstance(error, BackupError):
                raise BackupError("\n".join([str(error), *self._survey.problems()])) from error
            raise

    def _make(self) -> CheckedBackup:
        """Make it under a hidden name, read it back, and only then give it its own."""
        self._partial.mkdir()
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
            pictures=self._pictures,
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
        """Take away what has no final name; pictures mended for older backups stay."""
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
        """What is wrong with the live files."""
        found = []
        if self._collector.lost:
            found.append(
                "damaged or missing in the live folder, and whole in no backup: "
                + shortened(self._collector.lost)
            )
        if self._collector.saved:
            found.append(
                "damaged or missing in the live folder, but whole in this backup: "
                + shortened(self._collector.saved)
            )
        return found

    def _collect(self, database: Path) -> tuple[str, list[Entry]]:
        entries: list[Entry] = []
        with opened_snapshot(database) as connection:
            revision = revision_of(connection)
            self._pictures = count_pictures(connection)
            advance = self._watch("pictures collected", self._pictures)
            for row in picture_rows(connection):
                entries += self._collector.take(row)
                advance(1)
        if self._collector.is_bare:
            raise BackupError(
                f"the database knows {self._pictures} pictures, and not one is in "
                f"{self._place.images}: is its disk mounted? No backup was made"
            )
        return revision, entries


def _pack(database: Path, target: Path) -> tuple[str, str]:
    """Compress the snapshot; gives the hashes of the plain and of the packed file."""
    with opened(database) as source, written(target) as out:
        with compressed(out) as plain:
            copy_into(source, plain)
        return plain.digest, out.digest


def _free_name(store: BackupStore, now: Callable[[], datetime]) -> str:
    name = set_name(now())
    if (store.folder / name).exists():
        time.sleep(1)  # names count whole seconds
        name = set_name(now())
    if (store.folder / name).exists():
        raise BackupError(f"there is a backup {name} already: is the clock standing still?")
    return name


def _remove_old(
    survey: Survey, store: BackupStore, new: str, retention_days: int, now: datetime
) -> list[str]:
    """Remove backups that are too old, but never the newest good one."""
    damaged = survey.damaged()
    names = store.names()
    # Two names where the clock was set back.
    kept = {new, max(name for name in names if name not in damaged)}
    old = [
        name
        for name in names
        if name not in kept
        and (made := made_at(name)) is not None
        and (now - made) / timedelta(days=1) > retention_days
    ]
    for name in old:
        survey.remove(name)
    survey.remove_unnamed()
    return old
