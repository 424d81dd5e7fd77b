"""The making of one backup: look at the older ones, make it, remove what is too old."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.clock import utc_now
from app.services.backup.errors import BackupError, told_plainly
from app.services.backup.names import set_name
from app.services.backup.place import Place, refuse_overlap
from app.services.backup.progress import Watch, unwatched
from app.services.backup.retention import Retention, remove_old
from app.services.backup.run import BackupRun
from app.services.backup.store import BackupStore
from app.services.backup.survey import Survey


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
        run = BackupRun(place, store, _free_name(store, now), survey, watch)
        made = run.make_or_undo()
        survey.add(run.name, made.entries)
        # It has its name: what fails from here on takes nothing from it.
        removed: list[str] = []
        trouble: list[str] = []
        own_bytes = 0
        try:
            own_bytes = run.own_bytes()
            with told_plainly("removing backups that are too old"):
                retention = Retention(retention_days, now())
                removed, doubt = remove_old(survey, store, run.name, retention)
                trouble += [doubt] if doubt else []
                store.note_damaged(survey.damaged())
        except (BackupError, OSError) as error:
            trouble.append(str(error))
        return BackupReport(
            name=run.name,
            pictures=made.header.pictures,
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
