"""The renames that put a restored library in its place, so that a cut-off restore can be ended.

Several renames cannot be one step. They are written down first; from then on the restore counts
as done, and whoever comes next, a restore or a starting server, ends what is left of them.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from app.services.backup.errors import BackupError
from app.services.backup.files import remove_tree, written
from app.services.backup.place import Place
from app.services.storage.durable_write import flush_folder


class Move(BaseModel):
    """One rename; ``aside`` where something old makes room."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Path
    target: Path
    aside: bool


class Journal(BaseModel):
    """All renames of one restore, in their order, and the staging folders to clear away."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    backup: str
    moves: list[Move]
    staged: list[Path]


def _beside(place: Place, kind: str) -> Path:
    return place.database.with_name(f"{place.database.name}.restore-{kind}")


@contextmanager
def restore_lock(place: Place, kind: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Keep other restores, and servers that are about to start, away from a place.

    Raises:
        BackupError: When a restore is at work there.
    """
    path = _beside(place, "lock")
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o644)
    try:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(
                f"a restore into {place.database.parent} is at work; wait until it is done"
            ) from error
        yield
    finally:
        os.close(descriptor)


def commit(place: Place, journal: Journal) -> None:
    """Write the renames down: from here on the restore is ended, whatever happens."""
    path = _beside(place, "journal")
    nascent = _beside(place, "journal-nascent")
    nascent.unlink(missing_ok=True)
    with written(nascent) as out:
        out.write(journal.model_dump_json().encode())
    nascent.replace(path)
    flush_folder(path.parent)


def finish(place: Place) -> str | None:
    """End a restore that was cut off; gives the name of its backup, or None where there is none.

    Only while ``restore_lock`` is held. Doing it twice is harmless.

    Raises:
        BackupError: When the journal cannot be read.
    """
    path = _beside(place, "journal")
    try:
        journal = Journal.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise BackupError(f"{path} is damaged: move what it names by hand") from error
    for move in journal.moves:
        _do(move)
    for folder in {end.parent for move in journal.moves for end in (move.source, move.target)}:
        if folder.is_dir():
            flush_folder(folder)
    for staged in journal.staged:
        remove_tree(staged)
    path.unlink()
    flush_folder(path.parent)
    return journal.backup


def _do(move: Move) -> None:
    done = not os.path.lexists(move.source) or (move.aside and os.path.lexists(move.target))
    if not done:
        move.target.parent.mkdir(parents=True, exist_ok=True)
        move.source.rename(move.target)


def finish_interrupted(place: Place) -> str | None:
    """End what a killed restore left, before a server opens the place.

    Raises:
        BackupError: When a restore is at work there just now.
    """
    if not is_restoring(place):
        return None
    with restore_lock(place):
        return finish(place)


def is_restoring(place: Place) -> bool:
    """Whether a restore was cut off and is still to be ended.

    Raises:
        BackupError: When a restore is at work there just now.
    """
    if not _beside(place, "lock").exists():
        return False
    # Shared: servers that start together do not keep each other out.
    with restore_lock(place, fcntl.LOCK_SH):
        return _beside(place, "journal").exists()
