"""What lies in the image folder and is not of our making, and links in it."""

import os
from pathlib import Path

import pytest

from tests.services.integrity.conftest import Library, found


@pytest.mark.parametrize(
    ("kind", "path_inside"),
    [
        ("file", "full/game.db"),
        ("folder", "full/photo.webp"),
        ("link", "thumbnails/photo.webp"),
        ("file", "thumbnails/caf\udce9.webp"),
    ],
)
def test_foreign_things_are_told_and_stay(kind: str, path_inside: str, library: Library) -> None:
    """The database may lie there: moved away from its log, it would be lost."""
    path = library.storage.folder / path_inside
    match kind:
        case "file":
            path.write_bytes(b"mine")
        case "folder":
            path.mkdir()
        case _:
            path.symlink_to("/etc/hostname")
    for repair in (False, True):
        report = library.verification.run(repair=repair, force=True)
        assert found(report) == {"foreign_file": 1}
        assert report.is_clean
        report.findings[0].message.encode()
    assert path.is_symlink() == (kind == "link")
    assert path.is_dir() == (kind == "folder")
    assert os.path.lexists(path)
    assert library.lost() == []


def test_link_to_a_picture_of_a_row_is_followed(library: Library, tmp_path: Path) -> None:
    """As git-annex keeps them."""
    row = library.add()
    for path in (library.full(row), library.thumbnail(row)):
        kept = tmp_path / f"annex-{path.parent.name}"
        path.rename(kept)
        path.symlink_to(kept)
    assert library.check() == {}
    assert library.repair().files == 2


def test_link_to_itself_is_told_and_stops_nothing(library: Library) -> None:
    library.add()
    path = library.full(library.add())
    path.unlink()
    path.symlink_to(path.name)
    assert library.check() == {"unreadable_file": 1}


def test_damaged_picture_behind_a_link_stays_where_it_is(library: Library, tmp_path: Path) -> None:
    library.add()
    path = library.full(library.add())
    (tmp_path / "annex").write_bytes(b"damaged")
    path.unlink()
    path.symlink_to("../../annex")
    report = library.verification.run(repair=True)
    assert "it is a link, which is left where it is" in report.findings[0].message
    assert path.read_bytes() == b"damaged"
