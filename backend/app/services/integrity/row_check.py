"""Every row and its files: looked at once, and what looks wrong once more before it counts."""

from array import array
from collections.abc import Callable, Sequence

from app.database.engine import Database
from app.errors import AppError
from app.services.integrity.files import FileFault, fault_of_full, fault_of_thumbnail
from app.services.integrity.findings import Finding, Kind, Report
from app.services.integrity.mending import hide, show_again
from app.services.integrity.rows import BATCH, Row, fault_of, file_name, rows_after, rows_of
from app.services.storage import StorageService
from app.services.storage.layout import storage_path

_HIDES = {Kind.BROKEN_ROW, Kind.MISSING_FILE, Kind.DAMAGED_FILE}


class RowCheck:
    """Compares rows with their files, and mends where asked."""

    def __init__(self, database: Database, storage: StorageService) -> None:
        self._database = database
        self._storage = storage

    def suspects(self, report: Report, step: Callable[[int], None]) -> "array[int]":
        """Look at every row; gives the ids of those that something seems wrong with."""
        found: array[int] = array("q")
        last = 0
        while True:
            with self._database.reading() as session:
                rows = rows_after(session, last)
            if not rows:
                return found
            last = rows[-1]["id"]
            for row in rows:
                if self._faults(row):
                    found.append(row["id"])
                elif row["missing_since"] is not None:
                    report.hidden += 1
            report.rows += len(rows)
            step(len(rows))

    def confirm(
        self, suspects: "array[int]", report: Report, step: Callable[[int], None], *, repair: bool
    ) -> None:
        """Look again at the rows as they are now: a purge may have taken some meanwhile."""
        for start in range(0, len(suspects), BATCH):
            step(0)
            with self._database.reading() as session:
                rows = rows_of(session, suspects[start : start + BATCH].tolist())
            faults = [(row, fault) for row in rows for fault in self._faults(row)]
            if repair:
                self._mark(faults)
            for row, fault in faults:
                report.add(self._finding(row, fault, repair=repair))
                report.hidden += repair and fault.kind in _HIDES

    def _faults(self, row: Row) -> list[FileFault]:
        is_hidden = row["missing_since"] is not None
        if (words := fault_of(row)) is not None:
            return [] if is_hidden else [FileFault(Kind.BROKEN_ROW, words)]
        full = fault_of_full(self._storage.folder, row)
        if full is not None:
            return [] if is_hidden and full.kind is Kind.MISSING_FILE else [full]
        thumbnail = fault_of_thumbnail(self._storage.folder, row)
        returned = FileFault(Kind.RETURNED_FILE, "is there again") if is_hidden else None
        return [fault for fault in (thumbnail, returned) if fault is not None]

    def _mark(self, faults: Sequence[tuple[Row, FileFault]]) -> None:
        gone = [row["id"] for row, fault in faults if fault.kind in _HIDES]
        back = [row["id"] for row, fault in faults if fault.kind is Kind.RETURNED_FILE]
        if gone or back:
            with self._database.unit_of_work() as session:
                hide(session, gone)
                show_again(session, back)

    def _finding(self, row: Row, fault: FileFault, *, repair: bool) -> Finding:
        name = file_name(row)
        is_thumbnail = fault.kind in {Kind.MISSING_THUMBNAIL, Kind.DAMAGED_THUMBNAIL}
        path = storage_path("thumbnails" if is_thumbnail else "full", name) if name else None
        words = f"{path} {fault.message}" if path else fault.message
        if fault.kind is Kind.BROKEN_ROW:
            words = f"The row of image {row['id']} is broken: {fault.message}"
        repaired, became = self._mend_file(name, fault) if repair else (False, "")
        return Finding(fault.kind, f"{words}{became}.", row["id"], path, repaired)

    def _mend_file(self, name: str | None, fault: FileFault) -> tuple[bool, str]:
        """Mend what is not in the database; gives whether all is mended, and in words what was."""
        match fault.kind:
            case Kind.MISSING_FILE | Kind.BROKEN_ROW:
                return True, "; the picture is hidden"
            case Kind.RETURNED_FILE:
                return True, "; the picture is shown again"
            case Kind.DAMAGED_FILE if name:
                return self._put_aside(name)
            case Kind.MISSING_THUMBNAIL | Kind.DAMAGED_THUMBNAIL if name:
                return self._renew(name)
            case _:
                return False, "; nothing could be done"

    def _put_aside(self, name: str) -> tuple[bool, str]:
        try:
            place = self._storage.quarantine_file("full", name)
        except OSError as error:
            why = error.strerror or error
            return False, f"; the picture is hidden, but the file could not be moved: {why}"
        return True, f"; the picture is hidden, and the file lies in {place}"

    def _renew(self, name: str) -> tuple[bool, str]:
        try:
            self._storage.renew_thumbnail(name)
        except AppError as error:
            return False, f"; it could not be made again: {error.message.rstrip('.')}"
        return True, "; it was made again"
