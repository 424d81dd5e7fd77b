"""Rows as they lie in the database, without believing that a value is what it should be."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Integer, RowMapping, Text, inspect, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from app.domain import AspectRatio, SubjectType
from app.models import ImageAsset
from app.models.base import UtcDateTime
from app.services.storage.layout import is_file_name, storage_path

BATCH = 200

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


def rows_after(session: Session, image_id: int) -> Sequence[Row]:
    """The next batch of rows by id."""
    statement = _RAW.where(ImageAsset.id > image_id).order_by(ImageAsset.id).limit(BATCH)
    return session.execute(statement).mappings().all()


def rows_of(session: Session, image_ids: Sequence[int]) -> Sequence[Row]:
    """Those of some rows that are still there."""
    return session.execute(_RAW.where(ImageAsset.id.in_(image_ids))).mappings().all()


def file_name(row: Row) -> str | None:
    """The name of a row's file, or None where the path could never be one of ours."""
    path = row["storage_path_full"]
    name = path.rpartition("/")[2] if isinstance(path, str) else ""
    return name if is_file_name(name) and path == storage_path("full", name) else None


def fault_of(row: Row) -> str | None:
    """What is wrong with a row in itself, in words; None where nothing is."""
    for column in _COLUMNS:
        if not _fits(column, row[column.name]):
            return f"{column.name} is {str(row[column.name])[:50]!r}"
    name = file_name(row)
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
    if isinstance(column.type, UtcDateTime):
        return _is_time(value)
    if isinstance(column.type, Text):
        return isinstance(value, str)
    if isinstance(column.type, Boolean):
        return value in {0, 1}
    return not isinstance(column.type, Integer) or isinstance(value, int)


def _is_time(value: Any) -> bool:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True
