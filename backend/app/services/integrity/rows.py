"""Each row and its files are checked; what looks wrong is checked again before it counts."""

import hashlib
import re
from array import array
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    RowMapping,
    Text,
    inspect,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from app.clock import utc_now
from app.database.engine import Database
from app.domain import AspectRatio, FindingKind, SubjectType
from app.errors import AppError
from app.models import ImageAsset
from app.models.base import UtcDateTime
from app.services.integrity.findings import Finding, Report
from app.services.library.images import has_featured
from app.services.storage import StorageService
from app.services.storage.layout import (
    is_file_name,
    storage_path,
)

Row = RowMapping

_COLUMNS = list(inspect(ImageAsset).columns)
# Without types: a garbled date would otherwise fail the whole batch, and hide the rest.
_RAW = select(*(type_coerce(column, NullType()).label(column.name) for column in _COLUMNS))
_HASH = re.compile(r"[0-9a-f]{64}")
_ONE_OF = {
    "subject_type": frozenset(map(str, SubjectType)),
    "aspect_ratio": frozenset(map(str, AspectRatio)),
}
_POSITIVE = ("file_size_bytes", "width", "height")


def _file_name(row: Row) -> str | None:
    """The name of a row's file, or None if the path could never be one of ours."""
    path = row["storage_path_full"]
    name = path.rpartition("/")[2] if isinstance(path, str) else ""
    return name if is_file_name(name) and path == storage_path("full", name) else None


def _fault_of(row: Row) -> str | None:
    """What is wrong with a row in itself, in words; None if nothing is."""
    for column in _COLUMNS:
        if not _fits(column, row[column.name]):
            return f"{column.name} is {str(row[column.name])[:50]!r}"
    name = _file_name(row)
    if name is None:
        return f"storage_path_full is {row['storage_path_full'][:250]!r}"
    if row["storage_path_thumbnail"] != storage_path("thumbnails", name):
        return f"storage_path_thumbnail is {row['storage_path_thumbnail'][:250]!r}"
    if not _HASH.fullmatch(row["content_hash"]):
        return "content_hash is no SHA-256"
    for column_name, allowed in _ONE_OF.items():
        if row[column_name] not in allowed:
            return f"{column_name} is {row[column_name][:50]!r}"
    for column_name in _POSITIVE:
        if row[column_name] <= 0:
            return f"{column_name} is {row[column_name]}"
    return None


def _fits(column: Column[Any], value: Any) -> bool:
    if value is None:
        return bool(column.nullable)
    match column.type:
        case UtcDateTime():
            try:
                return bool(datetime.fromisoformat(value))
            except (TypeError, ValueError):
                return False
        case Text():
            return isinstance(value, str)
        case Boolean():
            return value in {0, 1}
        case kind:
            return not isinstance(kind, Integer) or isinstance(value, int)


_HIDES = {FindingKind.BROKEN_ROW, FindingKind.MISSING_FILE, FindingKind.DAMAGED_FILE}
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong with a file of a row."""

    kind: FindingKind
    message: str


def _fault_of_full(root: Path, row: Row) -> _Fault | None:
    """Compare the full file with its row: size first, then every byte."""
    path = root / "full" / (_file_name(row) or "")
    try:
        size = path.stat().st_size
        if size != row["file_size_bytes"]:
            return _Fault(
                FindingKind.DAMAGED_FILE, f"has {size} bytes instead of {row['file_size_bytes']}"
            )
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return _Fault(FindingKind.MISSING_FILE, "is missing")
    except OSError as error:
        return _Fault(FindingKind.UNREADABLE_FILE, f"cannot be read: {error.strerror}")
    if digest != row["content_hash"]:
        return _Fault(FindingKind.DAMAGED_FILE, "has another hash than its row")
    return None


def _fault_of_thumbnail(root: Path, row: Row) -> _Fault | None:
    """Decode the thumbnail; no row knows its hash."""
    path = root / "thumbnails" / (_file_name(row) or "")
    try:
        with Image.open(path, formats=["WEBP"]) as image:
            image.load()
    except FileNotFoundError:
        return _Fault(FindingKind.MISSING_THUMBNAIL, "is missing")
    except _BROKEN:
        return _Fault(FindingKind.DAMAGED_THUMBNAIL, "cannot be decoded")
    return None


def _show_again(session: Session, image_ids: Collection[int]) -> None:
    """Take the mark away; a star stays unless another image of the subject has it now."""
    for image in session.scalars(select(ImageAsset).where(ImageAsset.id.in_(image_ids))):
        if image.is_featured and image.deleted_at is None and has_featured(session, image):
            image.is_featured = False
        image.missing_since = None
        session.flush()


class RowCheck:
    """Compares rows with their files, and repairs on request."""

    def __init__(self, database: Database, storage: StorageService, batch: int) -> None:
        self._database = database
        self._storage = storage
        self._batch = batch

    def suspects(self, report: Report, step: Callable[[int], None]) -> "array[int]":
        """Look at every row; gives the ids of those that something seems wrong with."""
        found: array[int] = array("q")
        last = 0
        while True:
            after = _RAW.where(ImageAsset.id > last).order_by(ImageAsset.id).limit(self._batch)
            with self._database.reading() as session:
                rows = session.execute(after).mappings().all()
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
        for start in range(0, len(suspects), self._batch):
            step(0)
            ids = suspects[start : start + self._batch].tolist()
            with self._database.reading() as session:
                rows = session.execute(_RAW.where(ImageAsset.id.in_(ids))).mappings().all()
            faults = [(row, fault) for row in rows for fault in self._faults(row)]
            if repair:
                self._mark(faults)
            for row, fault in faults:
                report.add(self._finding(row, fault, repair=repair))
                report.hidden += repair and fault.kind in _HIDES

    def _faults(self, row: Row) -> list[_Fault]:
        is_hidden = row["missing_since"] is not None
        if (words := _fault_of(row)) is not None:
            return [] if is_hidden else [_Fault(FindingKind.BROKEN_ROW, words)]
        full = _fault_of_full(self._storage.folder, row)
        if full is not None:
            return [] if is_hidden and full.kind is FindingKind.MISSING_FILE else [full]
        thumbnail = _fault_of_thumbnail(self._storage.folder, row)
        returned = _Fault(FindingKind.RETURNED_FILE, "is there again") if is_hidden else None
        return [fault for fault in (thumbnail, returned) if fault is not None]

    def _mark(self, faults: Sequence[tuple[Row, _Fault]]) -> None:
        gone = [row["id"] for row, fault in faults if fault.kind in _HIDES]
        back = [row["id"] for row, fault in faults if fault.kind is FindingKind.RETURNED_FILE]
        if gone or back:
            with self._database.unit_of_work() as session:
                session.execute(
                    update(ImageAsset)
                    .where(ImageAsset.id.in_(gone), ImageAsset.missing_since.is_(None))
                    .values(missing_since=utc_now())
                )
                _show_again(session, back)

    def _finding(self, row: Row, fault: _Fault, *, repair: bool) -> Finding:
        name = _file_name(row)
        is_thumbnail = fault.kind in {FindingKind.MISSING_THUMBNAIL, FindingKind.DAMAGED_THUMBNAIL}
        path = storage_path("thumbnails" if is_thumbnail else "full", name) if name else None
        words = f"{path} {fault.message}" if path else fault.message
        if fault.kind is FindingKind.BROKEN_ROW:
            words = f"The row of image {row['id']} is broken: {fault.message}"
        repaired, became = self._repair_file(name, fault) if repair else (False, "")
        return Finding(fault.kind, f"{words}{became}.", row["id"], path, repaired)

    def _repair_file(self, name: str | None, fault: _Fault) -> tuple[bool, str]:
        """Repair a file; gives whether all is repaired, and in words what was done."""
        try:
            match fault.kind:
                case FindingKind.MISSING_FILE | FindingKind.BROKEN_ROW:
                    return True, "; the image is hidden"
                case FindingKind.RETURNED_FILE:
                    return True, "; the image is shown again"
                case FindingKind.DAMAGED_FILE if name:
                    place = self._storage.quarantine_file("full", name)
                    return True, f"; the image is hidden, and the file lies in {place}"
                case FindingKind.MISSING_THUMBNAIL | FindingKind.DAMAGED_THUMBNAIL if name:
                    self._storage.renew_thumbnail(name)
                    return True, "; it was made again"
        except OSError as error:
            why = error.strerror or error
            return False, f"; the image is hidden, but the file could not be moved: {why}"
        except AppError as error:
            return False, f"; it could not be made again: {error.message.rstrip('.')}"
        return False, "; nothing could be done"
