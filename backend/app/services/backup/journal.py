"""The renames that put a restored library in its place, so that a cut-off restore can be ended.

Several renames cannot be one step. They are written down first. From then on the restore counts as
done: the next restore or start of the server ends what is left of them.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from app.concurrency.file_lock import FileLockedError, file_lock
from app.services.backup.archive import remove_own, written
from app.services.backup.errors import BackupError, UnfinishedError, in_words, plain_errors
from app.services.backup.store import Place
from app.services.storage.atomic_write import flush_folder
from app.services.storage.layout import FOLDERS, MARKER, is_made_here, layout_of


def remove_staged(path: Path) -> None:
    """Remove a staged database or folder; other files stay, and so does their folder."""
    if path.is_symlink():
        return
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    for folder in (*(path / name for name in FOLDERS), path):
        if folder.is_dir() and not folder.is_symlink():
            names = [entry.name for entry in folder.iterdir()]
            remove_own(folder, [name for name in names if is_made_here(name) or name == MARKER])


class Move(BaseModel):
    """One rename; ``aside`` if something old makes room."""

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
def restore_lock(place: Place, *, shared: bool = False) -> Iterator[None]:
    """Keep other restores, and servers that are about to start, away from a place.

    Raises:
        BackupError: When a restore is at work there, or the folder cannot be used.
    """
    layout = layout_of(place.images)
    with ExitStack() as stack:
        try:
            layout.images.mkdir(parents=True, exist_ok=True)
            layout.make_own()
            stack.enter_context(file_lock(layout.restore_lock, shared=shared))
        except FileLockedError:
            raise BackupError(
                f"a restore into {place.database.parent} is at work; wait until it is done"
            ) from None
        except OSError as error:
            raise BackupError(
                f"the data in {place.images} cannot be used: {in_words(error)}; was it made by "
                "another user, or is its disk read-only?"
            ) from error
        yield


def commit(place: Place, journal: Journal) -> None:
    """Write the renames down: from here on the restore will be completed."""
    path = _beside(place, "journal")
    nascent = _beside(place, "journal-nascent")
    nascent.unlink(missing_ok=True)
    with written(nascent) as out:
        out.write(journal.model_dump_json().encode())
    nascent.replace(path)
    flush_folder(path.parent)


def exchange(place: Place, journal: Journal) -> None:
    """Do the renames, all of them or none.

    Raises:
        BackupError: When one fails, such as that of a folder where a disk is mounted.
        UnfinishedError: When those before it cannot be taken back either.
    """
    commit(place, journal)
    try:
        _follow(place, journal)
    except OSError as error:
        try:
            _undo(place, journal)
        except OSError:
            raise _unfinished(error) from error
        raise BackupError(
            f"restoring into {place.database.parent} failed: {in_words(error)}; everything is as "
            "it was before"
        ) from error


def finish(place: Place) -> str | None:
    """End a restore that was cut off; gives the name of its backup, or None if there is none.

    Only while ``restore_lock`` is held. Doing it twice is harmless.

    Raises:
        UnfinishedError: When it cannot be ended.
    """
    path = _beside(place, "journal")
    try:
        if not os.path.lexists(path):
            return None
        journal = Journal.model_validate_json(path.read_bytes())
        if foreign := _elsewhere(place, journal):
            raise UnfinishedError(
                f"{path} is about {foreign}, which is not in this place: was the data copied from "
                "elsewhere in the middle of a restore? Restore once more there, then copy it"
            )
        _follow(place, journal)
    except ValidationError as error:
        raise UnfinishedError(f"{path} is damaged: move what it names by hand") from error
    except OSError as error:
        raise _unfinished(error) from error
    return journal.backup


def _elsewhere(place: Place, journal: Journal) -> Path | None:
    """A path outside the place that a journal names; that of a copied folder names some."""
    named = [end for move in journal.moves for end in (move.source, move.target)]
    folders = [place.images, *((place.images / name).resolve() for name in FOLDERS)]
    for path in (*named, *journal.staged):
        is_database = path.parent == place.database.parent and path.name.startswith(
            place.database.name
        )
        if ".." in path.parts or not (is_database or any(map(path.is_relative_to, folders))):
            return path
    return None


def _follow(place: Place, journal: Journal) -> None:
    for move in journal.moves:
        _do(move)
    _flush(journal)
    _remove_staged(journal)
    _forget(place)


def _undo(place: Place, journal: Journal) -> None:
    """Undo renames; a kill in the middle leaves a restore that was cut off."""
    for move in reversed(journal.moves):
        if os.path.lexists(move.target) and not os.path.lexists(move.source):
            move.target.rename(move.source)
    for move in journal.moves:
        if move.aside:
            with suppress(OSError):  # not empty: more than this restore's
                move.target.parent.rmdir()
    _flush(journal)
    _forget(place)  # first: without what was staged nobody may follow it any more
    _remove_staged(journal)


def _unfinished(error: OSError) -> UnfinishedError:
    return UnfinishedError(
        f"a restore was begun and could not be ended: {in_words(error)}. What was there before "
        "is kept under dated names. When that is mended, run restore.sh again or start the "
        "server: either ends it"
    )


def _flush(journal: Journal) -> None:
    for folder in {end.parent for move in journal.moves for end in (move.source, move.target)}:
        if folder.is_dir():
            flush_folder(folder)


def _remove_staged(journal: Journal) -> None:
    for staged in journal.staged:
        remove_staged(staged)


def _forget(place: Place) -> None:
    path = _beside(place, "journal")
    path.unlink()
    flush_folder(path.parent)


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
    journal = _beside(place, "journal")
    with plain_errors(f"looking at {place.database.parent}"):
        if not layout_of(place.images).restore_lock.exists():
            return journal.exists()
    # Shared: servers that start together do not keep each other out.
    with restore_lock(place, shared=True):
        return journal.exists()
