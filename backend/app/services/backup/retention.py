"""The backups that are there already: checked again, and removed when they are too old."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median_low

from app.services.backup.archive import MANIFEST, Entry, Watch, check_sums, made_at, read_manifest
from app.services.backup.errors import BackupError, shortened
from app.services.backup.store import BackupStore

_DAY = timedelta(days=1)


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


def _doubt(moments: Sequence[datetime], days: int, now: datetime) -> str | None:
    """Why the clock cannot be believed; empty if an earlier run has reported it.

    A clock that is ahead for one run would make everything look too old. So nothing is removed
    across a gap between backups that is longer than the retention, and than two of the usual
    gaps, until the backups after it span the retention themselves.

    Args:
        moments: When the backups were made, the new one included, oldest first.
        days: How long backups are kept; with 0 only the newest is, by no clock.
        now: The present moment.
    """
    if days == 0:
        return None
    past = [moment for moment in moments if moment <= now]
    gaps = [later - earlier for earlier, later in pairwise(past)]
    usual = median_low([gap / _DAY for gap in gaps]) if len(gaps) > 1 else 0.0
    longest = timedelta(days=min(max(days + 1, 2 * usual), 10**6))
    if moments and moments[-1] - now > longest:
        return (
            f"the newest backup is of {moments[-1]:%Y-%m-%d}, and today is said to be "
            f"{now:%Y-%m-%d}: one of the clocks was wrong. No old backup is removed "
            "until the wrong one is (rm -r its folder)"
        )
    wide = [number for number, gap in enumerate(gaps) if gap > longest]
    if not wide or (now - past[wide[-1] + 1]) / _DAY > days:
        return None
    if wide[-1] < len(gaps) - 1:
        return ""
    return (
        f"the backup before this one is of {past[-2]:%Y-%m-%d}, and today is said to be "
        f"{now:%Y-%m-%d}: is the clock right? No old backup was removed, and none will "
        f"be until new ones have been made for {days} days"
    )


def remove_old(
    survey: Survey, store: BackupStore, new: str, days: int, now: datetime
) -> tuple[list[str], str | None]:
    """Remove backups that are too old, but never the newest good one.

    Returns:
        Their names, and why those that seem too old were kept, if they were.
    """
    damaged = survey.damaged()
    made = {name: moment for name in store.names() if (moment := made_at(name)) is not None}
    # Two names if the clock was set back.
    kept = {new, max(name for name in made if name not in damaged)}
    old = [
        name for name, moment in made.items() if name not in kept and (now - moment) / _DAY > days
    ]
    doubt = _doubt(list(made.values()), days, now) if old else None
    if doubt is None:
        for name in old:
            survey.remove(name)
    survey.remove_unnamed()
    return (old if doubt is None else []), doubt or None
