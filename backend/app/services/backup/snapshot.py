"""The snapshot of the database in a backup: taken, checked and read."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.database.engine import file_address, sqlite_module
from app.services.backup.errors import BackupError, DamagedError

_BUSY_SECONDS = 60

_MARKED_ROWS = """
    SELECT storage_path_full, storage_path_thumbnail, content_hash, file_size_bytes,
        missing_since IS NOT NULL
    FROM image_assets ORDER BY id
"""
_UNMARKED_ROWS = _MARKED_ROWS.replace("missing_since IS NOT NULL", "0")


@dataclass(frozen=True, slots=True)
class ImageRow:
    """The files of one row; paths are relative to the image folder.

    ``is_marked``: the self-check has found them missing, and the operator knows.
    """

    full: str
    thumbnail: str
    content_hash: str
    size: int
    is_marked: bool


def take_snapshot(database: Path, target: Path) -> None:
    """Copy the live database in one step, while it is written to.

    Copying the files by hand gives broken databases, and copying in several steps begins anew
    with each foreign write; the one step neither waits for the writer nor holds it up.
    """
    with (
        closing(_connect(database, "ro")) as source,
        closing(sqlite_module().connect(target)) as copy,
    ):
        source.execute("PRAGMA query_only=ON")
        copy.execute("PRAGMA journal_mode=OFF")  # a half-made copy is thrown away, not repaired
        source.backup(copy, pages=-1)


@contextmanager
def opened_snapshot(path: Path) -> Iterator[Any]:
    """Open a copy that is not written to; SQLite makes no file beside it."""
    with closing(_connect(path, "ro&immutable=1")) as connection:
        yield connection


def check_database(connection: Any) -> None:
    """Let SQLite check every page and every reference.

    Raises:
        DamagedError: When it finds something wrong.
    """
    try:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        loose = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite_module().Error as error:
        raise DamagedError(f"the database cannot be read: {error}") from error
    if found != ["ok"]:
        raise DamagedError(*(f"the database is damaged: {problem}" for problem in found))
    if loose is not None:
        raise DamagedError(f"the database is damaged: a row of {loose[0]} points to nothing")


def revision_of(connection: Any) -> str:
    """Version of the schema.

    Raises:
        BackupError: When it is no database of this program.
    """
    try:
        rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except sqlite_module().Error:
        rows = []
    if len(rows) != 1:
        raise BackupError("the database has no schema of Emberpeak; start the server once first")
    return str(rows[0][0])


def library_of(connection: Any) -> str | None:
    """The id that the image folder's marker must hold; None in a database of an earlier version."""
    try:
        row = connection.execute("SELECT library_id FROM library_identity").fetchone()
    except sqlite_module().Error:
        return None
    return str(row[0]) if row else None


def image_rows(connection: Any) -> Iterator[ImageRow]:
    """Every image, those in the trash too: a deleted one can still be restored."""
    columns = {row[1] for row in connection.execute("PRAGMA table_info(image_assets)")}
    # Backups of an older schema do not have the mark.
    statement = _MARKED_ROWS if "missing_since" in columns else _UNMARKED_ROWS
    for full, thumbnail, content_hash, size, is_marked in connection.execute(statement):
        yield ImageRow(
            str(full).removeprefix("images/"),
            str(thumbnail).removeprefix("images/"),
            str(content_hash),
            int(size),
            bool(is_marked),
        )


def count_images(connection: Any) -> int:
    """Rows of images."""
    return int(connection.execute("SELECT count(*) FROM image_assets").fetchone()[0])


def _connect(path: Path, mode: str) -> Any:
    return sqlite_module().connect(file_address(path, mode), uri=True, timeout=_BUSY_SECONDS)
