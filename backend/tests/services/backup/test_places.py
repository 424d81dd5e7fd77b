"""Restoring into folders that are mounts of their own, links, or hold what is not ours."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from app.database.engine import sqlite_module
from app.services.backup.errors import BackupError
from app.services.backup.restore import check_restorable, restore, try_out
from app.services.backup.store import Place
from app.services.storage.layout import FOLDERS
from tests.services.backup.conftest import MakeBackup, Restore
from tests.support.backups import Library, assert_whole, everything_in, files_of
from tests.support.small_disk import small_disk

Bind = Callable[[Path, Path], None]


@pytest.fixture
def name(back_up: MakeBackup) -> str:
    return back_up().name


@contextmanager
def bound(source: Path, target: Path) -> Iterator[None]:
    """Mount a folder or a file in another place, as a container does."""
    done = subprocess.run(["mount", "--bind", source, target], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("a folder can be mounted by root only")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", target], check=True)


@pytest.fixture
def bind() -> Iterator[Bind]:
    with ExitStack() as stack:

        def mount(source: Path, target: Path) -> None:
            source.mkdir(parents=True, exist_ok=True)
            target.mkdir(parents=True, exist_ok=True)
            stack.enter_context(bound(source, target))

        yield mount


def pictures(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.webp"))


@pytest.mark.parametrize(
    "mounts", [("", "images"), ("", "images", "images/full"), ("images/full", "images/thumbnails")]
)
def test_bind_mounts_of_one_disk(
    mounts: tuple[str, ...],
    name: str,
    backups: Path,
    elsewhere: Place,
    bind: Bind,
    tmp_path: Path,
) -> None:
    """Their device number is one, and still no rename leads from one to the other."""
    data = elsewhere.database.parent
    for number, mount in enumerate(mounts):
        bind(tmp_path / "disk" / str(number), data / mount)
    try_out(elsewhere, check_restorable(backups / name))
    restore(backups / name, elsewhere, force=False)
    assert assert_whole(elsewhere) == 4
    report = restore(backups / name, elsewhere, force=True)
    assert len([path for path in report.kept if path.is_dir()]) == 2
    for folder in FOLDERS:
        kept = next(path for path in report.kept if folder in str(path) and path.is_dir())
        assert len(pictures(kept)) == 4
        assert len(list((elsewhere.images / folder).glob("*.webp"))) == 4
    assert list(data.rglob("*staged*")) == []


def test_disk_that_is_too_small(
    library: Library, back_up: MakeBackup, bring_back: Restore, elsewhere: Place
) -> None:
    library.add(5, size=1_000_000)
    name = back_up().name
    with (
        small_disk(elsewhere.images, "4m"),
        pytest.raises(BackupError, match=r"has room for \d MB, and the backup needs 5 MB"),
    ):
        bring_back(name)
    assert files_of(elsewhere) == {}
    assert not elsewhere.database.exists()
    assert not list(elsewhere.database.parent.rglob("*staged*"))


def test_database_that_is_a_mount_of_its_own(
    name: str, library: Library, backups: Path, tmp_path: Path
) -> None:
    """It can be replaced by no rename, which the dry run has to know."""
    shutil.copy(library.place.database, tmp_path / "mounted.db")
    with bound(tmp_path / "mounted.db", library.place.database):
        before = everything_in(library.place.database.parent)
        with pytest.raises(BackupError, match="is a mount of its own"):
            try_out(library.place, check_restorable(backups / name))
        assert everything_in(library.place.database.parent) == before


class TestLinks:
    def test_full_that_is_a_link(
        self, name: str, library: Library, backups: Path, tmp_path: Path
    ) -> None:
        """The images stay on the disk that the link leads to, and the link stays."""
        full = library.place.images / "full"
        full.rename(tmp_path / "big")
        full.symlink_to(tmp_path / "big")
        report = restore(backups / name, library.place, force=True)
        assert full.is_symlink()
        assert assert_whole(Place(library.place.database, library.place.images)) == 4
        (kept,) = [path for path in report.kept if path.is_relative_to(tmp_path / "big")]
        assert len(pictures(kept)) == 4

    def test_link_that_leads_nowhere(
        self, name: str, library: Library, backups: Path, tmp_path: Path
    ) -> None:
        full = library.place.images / "full"
        full.rename(tmp_path / "big")
        full.symlink_to(tmp_path / "unmounted")
        for _ in range(2):
            with pytest.raises(BackupError, match="is its disk mounted"):
                restore(backups / name, library.place, force=True)
            with pytest.raises(BackupError, match="is its disk mounted"):
                try_out(library.place, check_restorable(backups / name))
        assert full.is_symlink()

    def test_pictures_that_are_links_still_lead_where_they_led(
        self, name: str, library: Library, backups: Path, tmp_path: Path
    ) -> None:
        path = next((library.place.images / "full").glob("*.webp"))
        (tmp_path / "annex").mkdir()
        path.rename(tmp_path / "annex" / "A")
        path.symlink_to(Path("../../../annex/A"))
        report = restore(backups / name, library.place, force=True)
        (kept,) = [folder / path.name for folder in report.kept if "full" in folder.name]
        assert kept.is_symlink()
        assert kept.exists()


def test_what_is_not_ours_stays_in_its_folder(name: str, library: Library, backups: Path) -> None:
    files, others = [], []
    for folder in (library.place.images / name for name in FOLDERS):
        files += [folder / name for name in ("photo.webp", ".DS_Store", "game.db")]
        others += [folder / "link", folder / "folder"]
        (folder / "link").symlink_to("/etc/hostname")
        (folder / "folder" / "full").mkdir(parents=True)
        files.append(folder / "folder" / "full" / "photo.webp")
    for path in files:
        path.write_text("mine")
    for _ in range(2):
        report = restore(backups / name, library.place, force=True)
        assert {path.read_text() for path in files} == {"mine"}
        assert all(os.path.lexists(path) for path in others)
        assert {len(pictures(kept)) for kept in report.kept if kept.is_dir()} == {4}


class TestDatabaseOfAnotherProgram:
    """It is neither backed up as ours nor put aside for ours, forced or not."""

    @pytest.fixture
    def foreign(self, elsewhere: Place) -> Place:
        (elsewhere.images / "full").mkdir(parents=True)
        with closing(sqlite_module().connect(elsewhere.database)) as other:
            other.execute("CREATE TABLE notes (x)")
        return elsewhere

    def test_not_restored_over(
        self, name: str, foreign: Place, bring_back: Restore, backups: Path
    ) -> None:
        before = foreign.database.read_bytes()
        with pytest.raises(BackupError, match="another program's"):
            bring_back(name, foreign, force=True)
        with pytest.raises(BackupError, match="another program's"):
            try_out(foreign, check_restorable(backups / name))
        assert foreign.database.read_bytes() == before

    def test_damaged_one_may_be_ours(self, name: str, foreign: Place, bring_back: Restore) -> None:
        foreign.database.write_bytes(b"SQLite format 3\0" + b"\xff" * 8000)
        bring_back(name, foreign, force=True)
        assert assert_whole(foreign) == 4
