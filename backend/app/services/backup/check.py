"""One backup, read back to the last byte."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.database.engine import sqlite_module
from app.services.backup.errors import BackupError, DamagedError
from app.services.backup.files import PRIVATE_FOLDER, copy_into, opened, remove_own, written
from app.services.backup.manifest import Entry, Header, is_inside, read_manifest
from app.services.backup.objects import ObjectStore
from app.services.backup.progress import Watch, unwatched
from app.services.backup.snapshot import (
    check_database,
    count_pictures,
    opened_snapshot,
    picture_rows,
    revision_of,
)
from app.services.backup.sums import DATABASE, MANIFEST, check_sums


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
    """Check every hash, the database's pages, and that each row has its files.

    Args:
        folder: The backup.
        objects: The pictures that it shares with others.
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
        if entry.sha256 is not None and not objects.is_whole(entry.sha256):
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
    for row in picture_rows(connection):
        problems += [
            f"the manifest lacks {path}, which a row names"
            for path in (row.full, row.thumbnail)
            if is_inside(path) and path not in files
        ]
        full = files.get(row.full)
        if full is not None and full.state == "whole" and full.sha256 != row.content_hash:
            problems.append(f"{row.full} is not the file that its row knows")
    if header.pictures != count_pictures(connection) or header.revision != revision_of(connection):
        problems.append("the manifest does not fit the database")
    if problems:
        raise DamagedError(*problems)
