"""Whether image folder and database belong together, and who gets a marker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.database.engine import Database
from app.database.schema import upgrade_schema
from app.models import ImageAsset, LibraryIdentity
from app.services.library.identity import join
from app.services.storage import StorageService, StorageUnavailableError
from app.services.storage.layout import MARKER
from tests.support.rows import image_row

NAMES = [f"Old_Mill_20261123_040506_{number:016x}.webp" for number in range(4)]


@pytest.fixture
def storage(images: Path) -> Iterator[StorageService]:
    opened = StorageService(images, None, quality=85, thumbnail_side=200, max_bytes=2**20)  # type: ignore[arg-type]
    yield opened
    opened.close()


@pytest.fixture
def marker(images: Path) -> Path:
    return images / "full" / MARKER


def fill(database: Database, images: Path, rows: int, files: int) -> None:
    with database.unit_of_work() as session:
        session.add_all(image_row(storage_path_full=f"images/full/{n}") for n in NAMES[:rows])
    for name in NAMES[:files]:
        (images / "full" / name).touch()


def identity(database: Database) -> str:
    with database.reading() as session:
        found = session.get(LibraryIdentity, 1)
    assert found is not None
    return found.library_id


@pytest.mark.parametrize(
    ("rows", "files", "is_marked"),
    [(0, 0, True), (4, 4, True), (4, 3, True), (4, 2, False), (4, 0, False), (0, 1, False)],
)
def test_a_folder_is_marked_where_rows_and_files_agree(
    rows: int,
    files: int,
    is_marked: bool,
    database: Database,
    storage: StorageService,
    images: Path,
    marker: Path,
) -> None:
    fill(database, images, rows, files)
    assert join(database, storage) == (None if is_marked else "image_folder_empty")
    assert marker.exists() == is_marked
    if is_marked:
        assert marker.read_text() == identity(database)
        for name in NAMES:  # from here on the marker counts, not what is there
            (images / "full" / name).unlink(missing_ok=True)
        assert join(database, storage) is None


def test_rows_without_their_file_that_are_known_do_not_count(
    database: Database, storage: StorageService, images: Path
) -> None:
    fill(database, images, 4, 1)
    with database.unit_of_work() as session:
        for row in session.query(ImageAsset).where(ImageAsset.id > 1):
            row.missing_since = row.created_at
    assert join(database, storage) is None


def test_another_librarys_folder_stays_marked_as_such(
    database: Database, storage: StorageService, images: Path, marker: Path
) -> None:
    marker.write_text("another's")
    fill(database, images, 4, 4)
    assert join(database, storage) == "image_folder_foreign"
    assert marker.read_text() == "another's"


def test_a_database_in_memory_has_no_marker(storage: StorageService, marker: Path) -> None:
    database = Database("sqlite://")
    upgrade_schema(database.writer)
    marker.write_text("another's")
    assert join(database, storage) is None
    database.close()


def test_a_marker_that_cannot_be_read(
    database: Database, storage: StorageService, marker: Path
) -> None:
    marker.symlink_to(MARKER)  # a circle, also for root
    with pytest.raises(StorageUnavailableError):
        join(database, storage)


def test_a_folder_that_cannot_be_marked_is_used(
    database: Database, storage: StorageService, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise StorageUnavailableError from PermissionError("read-only")

    monkeypatch.setattr(storage, "mark", refuse)
    assert join(database, storage) is None
    assert storage.trouble() is None
    assert list((images / "full").iterdir()) == []
