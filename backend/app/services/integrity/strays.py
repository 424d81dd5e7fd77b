"""Files that no row knows: reported, or moved into quarantine, and never deleted."""

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from app.database.engine import Database
from app.domain import FindingKind
from app.services.integrity.findings import Finding, Report
from app.services.library.recovery import known_names
from app.services.storage import StorageService
from app.services.storage.layout import (
    FOLDERS,
    is_file_name,
    is_file_there,
    is_made_here,
    storage_path,
)


def _batches_of_entries(root: Path, size: int) -> Iterator[tuple[str, list[os.DirEntry[str]]]]:
    """What lies in each folder, some at a time; hidden entries are other programs' business."""
    for folder in FOLDERS:
        if folder == "thumbnails" and not (root / folder).is_dir():
            return  # each of them is missing; the rows report that
        with os.scandir(root / folder) as entries:
            visible = (entry for entry in entries if not entry.name.startswith("."))
            while batch := list(itertools.islice(visible, size)):
                yield folder, batch


class StrayCheck:
    """Looks for files without rows."""

    def __init__(self, database: Database, storage: StorageService, batch: int) -> None:
        self._database = database
        self._storage = storage
        self._batch = batch

    def suspects(self, report: Report, step: Callable[[int], None]) -> list[tuple[str, str]]:
        """Go through the folders; gives folder and name of what no row seems to know.

        What is not of our making is reported at once, and never touched.
        """
        strays: list[tuple[str, str]] = []
        for folder, entries in _batches_of_entries(self._storage.folder, self._batch):
            step(0)
            report.files += sum(map(is_file_there, entries))  # links are followed, as in reading
            unknown = set(self._unknown([entry.name for entry in entries]))
            for entry in entries:
                if entry.name not in unknown:
                    continue
                if entry.is_file(follow_symlinks=False) and is_made_here(entry.name):
                    strays.append((folder, entry.name))
                else:
                    report.add(_foreign(folder, entry))
        return strays

    def confirm(
        self,
        suspects: Sequence[tuple[str, str]],
        report: Report,
        step: Callable[[int], None],
        *,
        repair: bool,
    ) -> None:
        """Ask again, since a row follows its file: what is known now was being written before."""
        for folder, name in suspects:
            step(0)
            if self._unknown([name]) and (finding := self._finding(folder, name, repair=repair)):
                report.add(finding)

    def _unknown(self, names: Sequence[str]) -> list[str]:
        # Others no row can have, and some of them no database takes.
        known = known_names(self._database, [name for name in names if is_file_name(name)])
        return [name for name in names if name not in known]

    def _finding(self, folder: str, name: str, *, repair: bool) -> Finding | None:
        path = storage_path(folder, name)
        words, repaired = f"{path} is known to no row", False
        try:
            if self._storage.may_get_a_row(folder, name):
                return None
            if repair:
                words += f"; it lies in {self._storage.quarantine_file(folder, name)}"
                repaired = True
        except FileNotFoundError:
            return None
        except OSError as error:
            words += f"; it could not be moved: {error.strerror}"
        return Finding(FindingKind.STRAY_FILE, f"{words}.", path=path, repaired=repaired)


def _foreign(folder: str, entry: os.DirEntry[str]) -> Finding:
    what = "a link" if entry.is_symlink() else "a file" if entry.is_file() else "no file"
    path = storage_path(folder, os.fsencode(entry.name).decode("utf-8", "backslashreplace"))
    words = f"{path} is {what} that is not of Emberpeak's making; it stays where it is."
    return Finding(FindingKind.FOREIGN_FILE, words, path=path)
