"""Restoring: where to, over what, and from which backups not."""

import gzip
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from app.services.backup.archive import Advance, unwatched, write_sums
from app.services.backup.errors import BackupError, DamagedError, UnfinishedError
from app.services.backup.journal import commit, finish_interrupted, restore_lock
from app.services.backup.restore import (
    check_restorable,
    find_backup,
    is_served,
    restore,
)
from app.services.backup.store import BackupStore, Place
from app.services.backup.swap import Swap
from app.services.coordination.instances import InstanceRegistry
from app.services.storage.layout import FOLDERS
from tests.services.backup.conftest import NOON, MakeBackup, Restore
from tests.support.backups import Library, assert_whole, everything_in, execute, files_of

OLD = "Old_Mill_20261123_040506_0123456789abcdef.webp"


@pytest.fixture
def name(back_up: MakeBackup) -> str:
    return back_up().name


class TestOverData:
    @pytest.mark.parametrize("leftover", ["game.db", "game.db-wal", f"images/full/{OLD}"])
    def test_any_part_of_it_counts(
        self, leftover: str, name: str, bring_back: Restore, elsewhere: Place
    ) -> None:
        path = elsewhere.database.parent / leftover
        path.parent.mkdir(parents=True)
        path.write_bytes(b"old")
        with pytest.raises(BackupError, match="there is data already"):
            bring_back(name)
        bring_back(name, force=True)
        assert assert_whole(elsewhere) == 4
        kept = [found for found in elsewhere.database.parent.rglob("*") if found.is_file()]
        assert b"old" in [found.read_bytes() for found in kept if "before-" in str(found)]

    def test_old_is_kept_whole(self, name: str, library: Library, backups: Path) -> None:
        library.add(2)
        old = files_of(library.place)
        report = restore(backups / name, library.place, force=True, now=NOON)
        assert assert_whole(library.place) == 4
        data = library.place.database.parent
        stamp = "before-20261123T120000Z"
        kept = Place(data / f"game.db.{stamp}", data / "kept")
        folders = [library.place.images / f"{name}.{stamp}" for name in FOLDERS]
        assert {kept.database, *folders} <= set(report.kept)
        for name, folder in zip(FOLDERS, folders, strict=True):
            shutil.copytree(folder, kept.images / name)
        assert assert_whole(kept) == 6
        assert files_of(kept) == old

    def test_twice_within_a_second(self, name: str, library: Library, backups: Path) -> None:
        for _ in range(3):
            restore(backups / name, library.place, force=True, now=NOON)
        data = library.place.database.parent
        kept = {path.name for path in data.glob("game.db.before-*") if path.name[-1] not in "lm"}
        first = "game.db.before-20261123T120000Z"
        assert kept == {first, f"{first}-2", f"{first}-3"}


class TestBusy:
    def test_running_server(self, name: str, library: Library, bring_back: Restore) -> None:
        registry = InstanceRegistry(library.place.images.joinpath(".emberpeak", "instances"))
        with pytest.raises(BackupError, match="a server is running"):
            bring_back(name, library.place, force=True)
        assert is_served(library.place)
        registry.close()
        assert not is_served(library.place)
        bring_back(name, library.place, force=True)

    def test_another_restore(self, name: str, bring_back: Restore, elsewhere: Place) -> None:
        elsewhere.database.parent.mkdir()
        with restore_lock(elsewhere):
            with pytest.raises(BackupError, match=r"a restore into .* is at work"):
                bring_back(name)
            with pytest.raises(BackupError, match=r"a restore into .* is at work"):
                finish_interrupted(elsewhere)
        bring_back(name)

    def test_backup_that_is_being_made(
        self, name: str, bring_back: Restore, backups: Path, elsewhere: Place
    ) -> None:
        with BackupStore(backups).locked(), pytest.raises(BackupError, match="at work"):
            bring_back(name)
        assert not elsewhere.database.exists()

    def test_backup_waits_until_all_is_copied(
        self, name: str, backups: Path, elsewhere: Place
    ) -> None:
        """It could remove, for its age, what is being restored."""
        watched = []

        def watch(doing: str, _total: int) -> Advance:
            with pytest.raises(BackupError, match="at work"), BackupStore(backups).locked():
                pass
            watched.append(doing)
            return lambda _count: None

        restore(backups / name, elsewhere, force=False, watch=watch)
        assert watched == ["files checked", "files restored"]


def test_another_backup_after_a_restore_that_was_cut_off(
    library: Library, back_up: MakeBackup, backups: Path, elsewhere: Place
) -> None:
    first = back_up(-1).name
    library.add(2)
    second = back_up().name
    elsewhere.images.mkdir(parents=True)
    swap = Swap(elsewhere, "20261123T120000Z", check_restorable(backups / first))
    swap.stage(unwatched)
    commit(elsewhere, swap.journal())
    report = restore(backups / second, elsewhere, force=True)
    assert (report.backup, report.finished) == (second, False)
    assert assert_whole(elsewhere) == 6


class TestFind:
    def test_by_name_or_path(self, name: str, backups: Path, tmp_path: Path) -> None:
        for text in (name, f"{name}/", f"backups/{name}", f"./backups/{name}/"):
            assert find_backup(text, backups, tmp_path) == backups / name
        assert find_backup(str(backups / name), tmp_path, tmp_path / "x") == backups / name

    @pytest.mark.parametrize("text", ["20200101T000000Z", "nothing", "backups/SHA256SUMS"])
    def test_nothing_there(self, text: str, name: str, backups: Path, tmp_path: Path) -> None:
        assert name
        with pytest.raises(BackupError, match="there is no backup"):
            find_backup(text, backups, tmp_path)

    def test_link(self, name: str, backups: Path, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(backups / name)
        with pytest.raises(BackupError, match="is a link"):
            find_backup("link", backups, tmp_path)

    def test_copy_of_the_whole_folder(
        self, name: str, backups: Path, tmp_path: Path, elsewhere: Place
    ) -> None:
        copy = tmp_path / "usb"
        shutil.copytree(backups, copy)
        shutil.rmtree(backups)
        (copy / ".lock").unlink()
        restore(copy / name, elsewhere, force=False)
        assert assert_whole(elsewhere) == 4


def rewrite_manifest(folder: Path, change: dict[str, object], line: int) -> None:
    """Make a manifest with other content and right hashes, as a hostile hand could."""
    path = folder / "manifest.jsonl.gz"
    lines = gzip.decompress(path.read_bytes()).splitlines()
    lines[line] = json.dumps({**json.loads(lines[line]), **change}).encode()
    sums = (folder / "SHA256SUMS").read_text().split()
    path.write_bytes(gzip.compress(b"\n".join(lines) + b"\n"))
    digest = subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True).stdout
    (folder / "SHA256SUMS").unlink()
    write_sums(folder, sums[0], digest.split()[0])


class TestHostile:
    @pytest.mark.parametrize(
        "path",
        ["../game.db", "full//etc/passwd", "other/A.webp"],
    )
    def test_path_that_leads_away(
        self, path: str, name: str, bring_back: Restore, backups: Path, elsewhere: Place
    ) -> None:
        rewrite_manifest(backups / name, {"path": path}, 1)
        with pytest.raises(DamagedError, match="no path of an image"):
            bring_back(name)
        assert not elsewhere.database.parent.exists()

    @pytest.mark.parametrize(
        ("line", "change"),
        [
            (1, {"sha256": "../../../../etc/passwd"}),
            (1, {"sha256": None}),
            (1, {"state": "missing"}),
            (0, {"files": 7}),
            (0, {"images": 5}),
            (0, {"database_sha256": "0" * 64}),
            (0, {"revision": "0000"}),
        ],
    )
    def test_manifest_that_does_not_fit(
        self, line: int, change: dict[str, object], name: str, bring_back: Restore, backups: Path
    ) -> None:
        rewrite_manifest(backups / name, change, line)
        with pytest.raises(DamagedError):
            bring_back(name)

    def test_newer_format(self, name: str, bring_back: Restore, backups: Path) -> None:
        rewrite_manifest(backups / name, {"format": 2, "key": "new"}, 0)
        with pytest.raises(BackupError, match="update the program") as raised:
            bring_back(name)
        assert not isinstance(raised.value, DamagedError)


class TestSchema:
    def test_newer(
        self, library: Library, back_up: MakeBackup, bring_back: Restore, elsewhere: Place
    ) -> None:
        execute(library.place.database, "UPDATE alembic_version SET version_num = '2099_0001'")
        name = back_up().name
        with pytest.raises(BackupError, match="2099_0001, which a newer version"):
            bring_back(name)
        assert not elsewhere.database.parent.exists()


def folder_in_the_way(library: Library, name: str) -> Path:
    """A folder with the name of an image, which no rename replaces; thumbnails come last."""
    path = library.place.images / "thumbnails" / name
    path.unlink()
    path.mkdir()
    return path


def test_rename_that_fails_takes_those_before_it_back(
    name: str, library: Library, backups: Path
) -> None:
    library.add(1)
    first = min(path.name for path in (library.place.images / "full").glob("*.webp"))
    folder_in_the_way(library, first)
    before = everything_in(library.place.database.parent)
    with pytest.raises(BackupError, match=r"Is a directory: .*; everything is as it was"):
        restore(backups / name, library.place, force=True)
    after = everything_in(library.place.database.parent)
    after.pop("images/.emberpeak/restore-lock")
    assert after == before


def test_cut_off_restore_that_cannot_be_ended_says_so(
    name: str, library: Library, backups: Path
) -> None:
    first = min(path.name for path in (library.place.images / "full").glob("*.webp"))
    folder_in_the_way(library, first)
    swap = Swap(library.place, "20261123T120000Z", check_restorable(backups / name))
    swap.stage(unwatched)
    commit(library.place, swap.journal())
    for _ in range(2):
        with pytest.raises(UnfinishedError, match="Is a directory: "):
            finish_interrupted(library.place)


def test_copy_of_a_place_in_the_middle_of_a_restore(
    name: str, library: Library, backups: Path, tmp_path: Path
) -> None:
    """Its journal names the files of the original, which are not the copy's to rename."""
    swap = Swap(library.place, "20261123T120000Z", check_restorable(backups / name))
    swap.stage(unwatched)
    commit(library.place, swap.journal())
    shutil.copytree(library.place.database.parent, tmp_path / "copy")
    before = everything_in(library.place.database.parent)
    copy = Place(tmp_path / "copy" / "game.db", tmp_path / "copy" / "images")
    with pytest.raises(UnfinishedError, match="not in this place"):
        finish_interrupted(copy)
    assert everything_in(library.place.database.parent) == before
    assert finish_interrupted(library.place) == name
