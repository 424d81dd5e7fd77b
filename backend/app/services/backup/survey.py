"""The backups that are there already, read again by each run."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.services.backup.errors import BackupError, shortened
from app.services.backup.manifest import Entry, read_manifest
from app.services.backup.progress import Watch
from app.services.backup.store import BackupStore
from app.services.backup.sums import MANIFEST, check_sums


@dataclass(slots=True)
class Condition:
    """How one older backup is.

    Attributes:
        broken: What is wrong with its own files; nothing can mend that.
        lacking: Pictures of it that are damaged or missing, by hash.
    """

    broken: str | None = None
    lacking: dict[str, str] = field(default_factory=dict)


class Survey:
    """Reads every shared picture once, and the own files of every backup.

    Attributes:
        thumbnails: Hashes of the thumbnails in the newest backup, by path.
    """

    def __init__(self, store: BackupStore, watch: Watch) -> None:
        self._store = store
        self._conditions: dict[str, Condition] = {}
        self._named: Counter[str] = Counter()
        self.thumbnails: dict[str, str] = {}
        objects = store.objects
        there = list(objects.digests())
        advance = watch("stored files checked", len(there))
        for digest in there:
            objects.is_whole(digest)
            advance(1)
        for name in store.names():
            self._conditions[name] = self._look_at(store.folder / name)

    def problems(self) -> list[str]:
        """What is damaged, once the new backup has mended what it could."""
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
            found.append(f"backup {name} had damaged or missing pictures ({what}): {end}")
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

        What a backup with damaged files of its own names cannot be known for certain; while
        there is one, everything stays.
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
            check_sums(folder)
        except BackupError as error:
            problem = str(error)
        try:
            entries = read_manifest(folder / MANIFEST)[1]
        except BackupError as error:
            return Condition(problem or str(error))
        self._named.update(_digests(entries))
        self.thumbnails = {
            entry.path: entry.sha256
            for entry in entries
            if entry.sha256 is not None and entry.path.startswith("thumbnails/")
        }
        return Condition(problem, self._lacking(entries))

    def _lacking(self, entries: list[Entry]) -> dict[str, str]:
        return {
            entry.sha256: entry.path
            for entry in entries
            if entry.sha256 is not None and not self._store.objects.is_whole(entry.sha256)
        }


def _digests(entries: list[Entry]) -> set[str]:
    return {entry.sha256 for entry in entries if entry.sha256 is not None}
