"""One backup, read back to the last byte, and the snapshot of the database in it."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.database.engine import file_address, sqlite_module
from app.services.backup.archive import (
    DATABASE,
    MANIFEST,
    PRIVATE_FOLDER,
    Entry,
    Header,
    Watch,
    check_sums,
    copy_into,
    is_inside,
    opened,
    read_manifest,
    remove_own,
    unwatched,
    written,
)
from app.services.backup.errors import BackupError, DamagedError
from app.services.backup.store import ObjectStore

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


@dataclass(frozen=True, slots=True)
class CheckedBackup:
    """A backup of which every byte was read and found good."""

    folder: Path
    header: Header
    entries: list[Entry]

    @property
    def lost(self) -> list[Entry]:
        """Files that were damaged or missing before the backup was made."""
        return [entry for entry in self.entries if entry.state != "whole"]


def check_backup(
    folder: Path, objects: ObjectStore, workspace: Path, watch: Watch = unwatched
) -> CheckedBackup:
    """Check the hashes, the database's pages, and that each row has its files.

    Args:
        folder: The backup.
        objects: The images that it shares with others.
        workspace: Folder for the unpacked database; made, and removed again.
        watch: Shown how far it is.

    Raises:
        DamagedError: When anything is not as it was made.
    """
    check_sums(folder)
    header, entries = read_manifest(folder / MANIFEST)
    advance = watch("files checked", len(entries))
    problems = []
    for entry in entries:
        if entry.sha256 is not None and not objects.is_whole(entry.sha256, entry.size):
            problems.append(f"the picture {entry.path} is damaged or missing")
        advance(1)
    if problems:
        raise DamagedError(*problems)
    with unpacked(folder, header, workspace) as database, opened_snapshot(database) as connection:
        try:
            check_database(connection)
            _compare(connection, header, entries)
        except sqlite_module().Error as error:
            raise DamagedError(f"the database cannot be read: {error}") from error
        except DamagedError:
            raise
        except BackupError as error:
            raise DamagedError(str(error)) from error
    return CheckedBackup(folder, header, entries)


@contextmanager
def unpacked(folder: Path, header: Header, workspace: Path) -> Iterator[Path]:
    """Unpack the database into a workspace of its own, for as long as the block lasts."""
    target = workspace / "game.db"
    workspace.mkdir(mode=PRIVATE_FOLDER)
    try:
        unpack_database(folder, header, target)
        yield target
    finally:
        remove_own(workspace, [target.name])


def unpack_database(folder: Path, header: Header, target: Path) -> None:
    """Write the database into a new file.

    Raises:
        DamagedError: When it is not the one that the manifest names.
    """
    with written(target) as out:
        try:
            with opened(folder / DATABASE, from_disk=True) as file, gzip.open(file) as plain:
                copy_into(plain, out)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise DamagedError(f"{DATABASE} cannot be unpacked: {error}") from error
        if (out.digest, out.size) != (header.database_sha256, header.database_bytes):
            raise DamagedError(f"{DATABASE} does not hold the database that the manifest names")


def _compare(connection: object, header: Header, entries: list[Entry]) -> None:
    files = {entry.path: entry for entry in entries}
    problems = []
    for row in image_rows(connection):
        problems += [
            f"the manifest lacks {path}, which a row names"
            for path in (row.full, row.thumbnail)
            if is_inside(path) and path not in files
        ]
        full = files.get(row.full)
        if full is not None and full.state == "whole" and full.sha256 != row.content_hash:
            problems.append(f"{row.full} is not the file that its row knows")
    if header.pictures != count_images(connection) or header.revision != revision_of(connection):
        problems.append("the manifest does not fit the database")
    if problems:
        raise DamagedError(*problems)
