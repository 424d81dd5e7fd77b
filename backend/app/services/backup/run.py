"""From the snapshot to the final name."""

from contextlib import suppress
from pathlib import Path

from app import __version__
from app.database.schema import SchemaError, refuse_other_programs
from app.services.backup.check import CheckedBackup, check_backup
from app.services.backup.collect import Collector
from app.services.backup.errors import BackupError, DamagedError, shortened, told_plainly
from app.services.backup.files import PRIVATE_FOLDER, compressed, copy_into, opened, written
from app.services.backup.manifest import FORMAT, Entry, Header, write_manifest
from app.services.backup.place import Place
from app.services.backup.progress import Watch
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


class BackupRun:
    """One try: what it makes is proven and named, or is gone again."""

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
                f"{self._place.images}: is its disk mounted?"
            )
        return revision, entries


def _pack(database: Path, target: Path) -> tuple[str, str]:
    """Compress the snapshot; gives the hashes of the plain and of the packed file."""
    with opened(database) as source, written(target) as out:
        with compressed(out) as plain:
            copy_into(source, plain)
        return plain.digest, out.digest
