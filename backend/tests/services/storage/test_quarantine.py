"""What comes back from quarantine, and what stays there."""

import hashlib
from collections.abc import Collection
from pathlib import Path

import pytest

from app.services.storage import StorageService
from app.services.storage.layout import FOLDERS
from app.services.storage.recovery import restore_quarantined
from tests.services.storage.conftest import StorageFactory

NAMES = [f"Old_Mill_{number}.webp" for number in range(4)]
HASHES = {name: hashlib.sha256(name.encode()).hexdigest() for name in NAMES}


def hashes(names: Collection[str]) -> dict[str, str]:
    return {name: HASHES[name] for name in names if name in HASHES}


@pytest.fixture
def storage(make_storage: StorageFactory) -> StorageService:
    """Four images of rows, in quarantine."""
    made = make_storage()
    for kind in FOLDERS:
        lost = made.quarantine / kind
        lost.mkdir(parents=True)
        for name in NAMES:
            (lost / name).write_bytes(name.encode())
    return made


def found(folder: Path) -> list[str]:
    found = (path for kind in FOLDERS for path in (folder / kind).rglob("*.webp"))
    return sorted(str(path.relative_to(folder)) for path in found)


def test_all_that_rows_know(storage: StorageService) -> None:
    lost = found(storage.quarantine)
    assert restore_quarantined(storage.layout, hashes, "0123456789abcdef") == 4
    assert found(storage.folder) == lost
    assert found(storage.quarantine) == []
    assert restore_quarantined(storage.layout, hashes, "0123456789abcdef") == 0


def test_what_no_row_knows_or_is_damaged_stays(storage: StorageService) -> None:
    (storage.quarantine / "full" / NAMES[0]).write_bytes(b"damaged")
    (storage.quarantine / "full" / "Stray.webp").write_bytes(b"?")
    assert restore_quarantined(storage.layout, hashes, "0123456789abcdef") == 3
    assert found(storage.quarantine) == [
        f"full/{NAMES[0]}",
        "full/Stray.webp",
        f"thumbnails/{NAMES[0]}",
    ]


def test_nothing_that_is_there_is_replaced(storage: StorageService) -> None:
    place = storage.folder / "full" / NAMES[0]
    place.write_bytes(b"there already")
    assert restore_quarantined(storage.layout, hashes, "0123456789abcdef") == 3
    assert place.read_bytes() == b"there already"
