"""Small libraries to back up, and what must be true of a restored one."""

import hashlib
import itertools
import random
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

from app.database.engine import Database, sqlite_module
from app.models import Base, LibraryIdentity
from app.services.backup.store import Place
from app.services.storage.layout import FOLDERS, MARKER
from tests.support.rows import CREATED_AT, image_row

_numbers = itertools.count(1)


class Library:
    """A database file and an image folder with pictures that nobody had to paint."""

    def __init__(self, folder: Path, empty_database: Path) -> None:
        folder.mkdir(parents=True)
        self.place = Place(folder / "game.db", folder / "images")
        shutil.copy(empty_database, self.place.database)
        for name in ("full", "thumbnails"):
            (self.place.images / name).mkdir(parents=True)
        self.insert(LibraryIdentity(id=1, library_id="0" * 32))
        (self.place.images / "full" / MARKER).write_text("0" * 32)

    def add(self, count: int = 1, *, size: int = 3000, deleted: bool = False) -> list[str]:
        """Add pictures; gives the names of their files."""
        names = [f"Picture_20261123_120000_{next(_numbers):016x}.webp" for _ in range(count)]
        rows = []
        for name in names:
            full = random.randbytes(size)
            (self.place.images / "full" / name).write_bytes(full)
            (self.place.images / "thumbnails" / name).write_bytes(random.randbytes(100))
            rows.append(
                image_row(
                    storage_path_full=f"images/full/{name}",
                    storage_path_thumbnail=f"images/thumbnails/{name}",
                    content_hash=hashlib.sha256(full).hexdigest(),
                    file_size_bytes=size,
                    deleted_at=CREATED_AT if deleted else None,
                )
            )
        self.insert(*rows)
        return names

    def insert(self, *rows: Base) -> None:
        """Add rows alone."""
        database = Database(f"sqlite:///{self.place.database}")
        with database.unit_of_work() as session:
            session.add_all(rows)
        database.close()

    def full(self, name: str) -> Path:
        """The full file of a picture."""
        return self.place.images / "full" / name


def execute(database: Path, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement, as another program would."""
    with closing(sqlite_module().connect(database)) as connection:
        rows: list[tuple[Any, ...]] = connection.execute(statement).fetchall()
        connection.commit()
    return rows


def files_of(place: Place) -> dict[str, str]:
    """Hash of every picture file."""
    return {
        str(path.relative_to(place.images)): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in FOLDERS
        for path in (place.images / folder).glob("*")
        if path.is_file() and path.name != MARKER
    }


def assert_whole(place: Place) -> int:
    """Every row has its files with their hashes, there is no other file; gives the rows."""
    identity = execute(place.database, "SELECT library_id FROM library_identity")
    assert identity == [((place.images / "full" / MARKER).read_text(),)]
    found = files_of(place)
    rows = execute(
        place.database,
        "SELECT storage_path_full, storage_path_thumbnail, content_hash FROM image_assets",
    )
    for full, _thumbnail, content_hash in rows:
        assert found[full.removeprefix("images/")] == content_hash
    named = {path.removeprefix("images/") for row in rows for path in row[:2]}
    assert set(found) == named
    assert execute(place.database, "PRAGMA integrity_check") == [("ok",)]
    assert execute(place.database, "PRAGMA foreign_key_check") == []
    return len(rows)


def everything_in(folder: Path) -> dict[str, str | None]:
    """All that is in a folder: the hash of each file, None for each folder."""
    if not folder.exists():
        return {}
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file()
        else None
        for path in folder.rglob("*")
    }


def flip(path: Path, position: int) -> None:
    """Turn one bit of one byte; a negative position counts from the end."""
    data = bytearray(path.read_bytes())
    data[position] ^= 1 << (position % 8)
    path.write_bytes(data)
