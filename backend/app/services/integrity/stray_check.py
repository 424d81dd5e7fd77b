"""Files that no row knows: told, or moved into quarantine, and never deleted."""

import os
from collections.abc import Callable, Sequence

from app.database.engine import Database
from app.services.integrity.files import Found, batches_of_entries
from app.services.integrity.findings import Finding, Kind, Report
from app.services.library.known_files import known_names
from app.services.storage import StorageService
from app.services.storage.layout import is_file_name, storage_path


class StrayCheck:
    """Looks for files without rows."""

    def __init__(self, database: Database, storage: StorageService) -> None:
        self._database = database
        self._storage = storage

    def suspects(self, report: Report, step: Callable[[int], None]) -> list[tuple[str, str]]:
        """Go through the folders; gives folder and name of what no row seems to know.

        What is not of our making is told at once, and never touched.
        """
        strays: list[tuple[str, str]] = []
        for folder, entries in batches_of_entries(self._storage.folder):
            step(0)
            report.files += sum(entry.is_file for entry in entries)
            unknown = set(self._unknown([entry.name for entry in entries]))
            for entry in entries:
                if entry.name not in unknown:
                    continue
                if entry.is_made_here:
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
        with self._database.reading() as session:
            # Others no row can have, and some of them no database takes.
            known = known_names(session, [name for name in names if is_file_name(name)])
        return [name for name in names if name not in known]

    def _finding(self, folder: str, name: str, *, repair: bool) -> Finding | None:
        if self._storage.has_just_written(name):
            return None
        path = storage_path(folder, name)
        file = self._storage.folder / folder / name
        words, repaired = f"{path} is known to no row", False
        try:
            is_young = self._storage.may_be_a_neighbours(file)
            if repair and is_young:
                words += "; it is so new that its row may yet come, so it was left"
            elif repair:
                words += f"; it lies in {self._storage.quarantine_file(folder, name)}"
                repaired = True
        except FileNotFoundError:
            return None
        except OSError as error:
            words += f"; it could not be moved: {error.strerror}"
        return Finding(Kind.STRAY_FILE, f"{words}.", path=path, repaired=repaired)


def _foreign(folder: str, entry: Found) -> Finding:
    what = "a link" if entry.is_link else "a file" if entry.is_file else "no file"
    path = storage_path(folder, os.fsencode(entry.name).decode("utf-8", "backslashreplace"))
    words = f"{path} is {what} that is not of Emberpeak's making; it stays where it is."
    return Finding(Kind.FOREIGN_FILE, words, path=path)
