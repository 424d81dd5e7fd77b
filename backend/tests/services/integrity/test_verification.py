"""Each thing that can be wrong: found, left alone by a check, mended by a repair."""

import os
import shutil
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.database.engine import sqlite_module
from app.errors import ConflictError
from app.services.storage import StorageUnavailableError
from app.services.storage.layout import MARKER
from app.services.storage.purge_lock import PurgeLockTimeoutError
from tests.services.conftest import Neighbour
from tests.services.integrity.conftest import Library, OpenLibrary, found, sha256

STRAY = "Old_Mill_20261123_040506_0123456789abcdef.webp"


def everything(library: Library) -> dict[str, str]:
    """Every file with its hash."""
    root = library.storage.folder.parent
    return {str(path): sha256(path) for path in root.glob("images*/**/*.*") if path.is_file()}


class TestClean:
    def test_what_the_program_writes(self, library: Library) -> None:
        row = library.add(is_featured=True)
        library.add(deleted_at=row.created_at)
        library.show(row)
        report = library.verification.run()
        assert (report.rows, report.files, found(report)) == (2, 4, {})
        assert report.is_clean

    def test_more_than_one_batch(self, open_library: OpenLibrary) -> None:
        library = open_library(batch=2)
        rows = [library.add() for _ in range(5)]
        for row in rows[1:]:
            library.full(row).unlink()
        steps: list[tuple[int, int]] = []
        report = library.verification.run(progress=lambda *step: steps.append(step))
        assert (report.rows, report.files) == (5, 6)
        assert found(report) == {"missing_file": 4}
        assert steps == [(2, 5), (2, 5), (1, 5)]


class TestMissingFile:
    def test_check_changes_nothing(self, library: Library) -> None:
        row = library.add()
        library.full(row).unlink()
        before = everything(library)
        assert library.check() == {"missing_file": 1}
        assert library.check() == {"missing_file": 1}
        assert library.row(row).missing_since is None
        assert everything(library) == before

    def test_hidden_and_back_with_its_file(self, library: Library, tmp_path: Path) -> None:
        row, _other = library.add(is_featured=True), library.add()
        library.show(row)
        kept = shutil.move(library.full(row), tmp_path / "kept.webp")
        report = library.repair()
        assert (report.repaired, report.hidden) == (1, 1)
        assert library.row(row).missing_since is not None
        assert library.shown() is None
        shutil.move(kept, library.full(row))
        assert library.check() == {"returned_file": 1}
        library.repair()
        back = library.row(row)
        assert (back.missing_since, back.is_featured) == (None, True)
        assert library.shown() == row.id

    def test_its_star_went_to_another_meanwhile(self, library: Library) -> None:
        row, _third = library.add(is_featured=True), library.add()
        data = library.full(row).read_bytes()
        library.full(row).unlink()
        library.repair()
        other = library.add(is_featured=True)
        library.full(row).write_bytes(data)
        library.repair()
        assert not library.row(row).is_featured
        assert library.row(other).is_featured

    def test_back_from_lost_and_found(self, library: Library) -> None:
        """Where a start beside another database has put it."""
        rows = [library.add(), library.add()]
        before = everything(library)
        for row in rows:
            for kind in ("full", "thumbnails"):
                library.storage.quarantine_file(kind, library.full(row).name)
        assert library.repair().counts.total() == 0
        assert library.lost() == []
        assert everything(library) == before


@pytest.mark.parametrize("how", ["flipped", "cut"])
def test_damaged_file_is_put_aside_whole(how: str, library: Library) -> None:
    row = library.add()
    path = library.full(row)
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    contents = {"flipped": data, "cut": data[:50]}
    for number, damaged in enumerate((bytes(contents[how]), b"again"), 1):
        path.write_bytes(damaged)
        assert library.check() == {"damaged_file": 1}
        library.repair()
        name = path.name if number == 1 else f"{path.stem}.2.webp"
        assert (library.storage.quarantine / "full" / name).read_bytes() == damaged
        assert library.row(row).missing_since is not None
    assert library.lost() == [f"full/{path.stem}.2.webp", f"full/{path.name}"]


@pytest.mark.parametrize("content", [None, b"no image", "cut", "no folder"])
def test_thumbnail_is_made_again(content: Any, library: Library) -> None:
    row = library.add()
    path = library.thumbnail(row)
    good = path.read_bytes()
    kind = "damaged_thumbnail"
    if content is None:
        kind = "missing_thumbnail"
        path.unlink()
    elif content == "no folder":
        kind = "missing_thumbnail"
        shutil.rmtree(path.parent)
    else:
        path.write_bytes(good[: len(good) // 2] if content == "cut" else content)
    assert library.check() == {kind: 1}
    assert found(library.repair()) == {kind: 1}
    assert path.stat().st_size > 0
    assert library.row(row).missing_since is None


class TestStray:
    @pytest.mark.parametrize("folder", ["full", "thumbnails"])
    def test_moved_and_not_deleted(self, folder: str, library: Library) -> None:
        library.add()
        (library.storage.folder / folder / STRAY).write_bytes(b"whatever")
        assert library.check() == {"stray_file": 1}
        library.repair()
        assert library.lost() == [f"{folder}/{STRAY}"]

    def test_written_a_moment_ago_by_us(self, library: Library) -> None:
        """An image whose row is about to be committed is no stray."""
        row = library.add()
        library.execute("DELETE FROM image_assets")
        report = library.verification.run(repair=True)
        assert found(report) == {}
        assert library.full(row).exists()

    def test_new_beside_a_living_neighbour(self, library: Library, tmp_path: Path) -> None:
        path = library.storage.folder / "full" / STRAY
        path.write_bytes(b"whatever")
        neighbour = Neighbour(tmp_path / "images" / ".emberpeak" / "instances")
        try:
            assert library.verification.run(repair=True).repaired == 0
            assert path.exists()
        finally:
            neighbour.leave()
        assert library.repair().repaired == 1

    def test_about_to_be_deleted_by_a_purge(self, open_library: OpenLibrary) -> None:
        library = open_library()
        row = library.add()
        library.execute(
            "INSERT INTO purged_files SELECT storage_path_full, storage_path_thumbnail, "
            "created_at FROM image_assets"
        )
        library.execute("DELETE FROM image_assets")
        for path in (library.full(row), library.thumbnail(row)):
            os.utime(path, (0, 0))  # not young
        assert open_library().repair().files == 2  # as one that did not write them itself
        assert library.full(row).exists()

    def test_backup_that_is_running(self, open_library: OpenLibrary) -> None:
        library = open_library(patience_seconds=0.1)
        stray = library.storage.folder / "full" / STRAY
        stray.write_bytes(b"whatever")
        with library.storage.purge_lock.shared():
            with pytest.raises(PurgeLockTimeoutError, match="no file was touched"):
                library.verification.run(repair=True)
            assert library.check() == {"stray_file": 1}
            assert stray.exists()
        library.repair()

    def test_row_that_comes_meanwhile(self, library: Library) -> None:
        """The file is there before its row: what was unknown is asked for again."""
        row = library.add()
        library.execute("UPDATE image_assets SET storage_path_full = 'images/full/Other.webp'")

        def commit_meanwhile(_rows: int, _total: int) -> None:
            library.execute(
                "UPDATE image_assets SET storage_path_full = :path", path=row.storage_path_full
            )

        report = library.verification.run(repair=True, progress=commit_meanwhile)
        assert found(report) == {}


class TestRow:
    @pytest.mark.parametrize(
        "change",
        [
            "storage_path_full = '../../etc/passwd'",
            "storage_path_thumbnail = 'images/thumbnails/Other.webp'",
            "content_hash = 'none'",
            "subject_type = 'nothing'",
            "aspect_ratio = '2:1'",
            "file_size_bytes = 0",
            "created_at = 'yesterday'",
            "alt_text = x'00ff'",
        ],
    )
    def test_broken_is_hidden(self, change: str, library: Library) -> None:
        good, row = library.add(), library.add()
        before = everything(library)
        library.execute(f"UPDATE image_assets SET {change} WHERE id = {row.id}")
        assert library.check() == {"broken_row": 1}
        library.verification.run(repair=True)
        with library.database.reading() as session:
            hidden = "SELECT id FROM image_assets WHERE missing_since IS NOT NULL"
            assert [i for (i,) in session.connection().exec_driver_sql(hidden)] == [row.id]
        assert library.row(good).missing_since is None
        assert everything(library) == before  # known names were written a moment ago


class TestLinks:
    @pytest.mark.parametrize(
        "broken",
        [
            "UPDATE scene_cache SET image_id = 99",
            "UPDATE scene_cache SET cache_key = 'a|day|clear'",
        ],
    )
    def test_scene_entry_that_leads_nowhere_goes(self, broken: str, library: Library) -> None:
        row = library.add()
        library.show(row)
        library.execute(broken)
        assert library.check() == {"broken_link": 1}
        assert found(library.repair()) == {"broken_link": 1}
        assert library.shown() is None

    def test_ledger_keeps_its_row(self, library: Library) -> None:
        library.execute(
            "INSERT INTO ledger (created_at, day, owner, model, key, client, outcome, image_id) "
            "VALUES ('2026-11-23 00:00:00.000000', '2026-11-23', 'o', 'm', 'k', 'c', 'ok', 99)"
        )
        assert found(library.repair()) == {"broken_link": 1}
        with library.database.reading() as session:
            rows = session.connection().exec_driver_sql("SELECT image_id FROM ledger").all()
        assert rows == [(None,)]

    def test_of_several_featured_the_newest_stays(self, library: Library) -> None:
        rows = [library.add() for _ in range(3)]
        library.execute("DROP INDEX idx_featured")
        library.execute("UPDATE image_assets SET is_featured = 1")
        assert library.check() == {"several_featured": 1}
        library.repair()
        assert [library.row(row).is_featured for row in rows] == [False, False, True]


class TestDatabase:
    def test_damaged_index(self, open_library: OpenLibrary, tmp_path: Path) -> None:
        library = open_library()
        library.add()
        library.database.close()
        path = tmp_path / "game.db"
        with closing(sqlite_module().connect(path)) as connection:
            ((root,),) = connection.execute(
                "SELECT rootpage FROM sqlite_master WHERE name = 'idx_active'"
            )
            ((size,),) = connection.execute("PRAGMA page_size")
        with path.open("r+b") as file:
            file.seek((root - 1) * size + 3)
            file.write(b"\x00\x00")  # the number of its entries
        report = open_library().verification.run(repair=True)
        assert found(report)["database"] >= 1
        assert (report.repaired, report.is_clean) == (0, False)


class TestSafety:
    @pytest.mark.parametrize(
        ("marker", "reason"),
        [(None, "image_folder_empty"), ("another's", "image_folder_foreign")],
    )
    def test_folder_that_is_not_the_librarys(
        self, marker: str | None, reason: str, library: Library
    ) -> None:
        row = library.add()
        library.full(row).unlink()
        path = library.storage.folder / "full" / MARKER
        path.unlink()
        if marker is not None:
            path.write_text(marker)
        (library.storage.folder / "full" / STRAY).write_bytes(b"whatever")
        before = everything(library)
        assert library.check() == {"image_folder": 1, "missing_file": 1, "stray_file": 1}
        with pytest.raises(ConflictError) as refused:
            library.verification.run(repair=True)
        assert refused.value.detail == {"reason": reason, "rows": 1}
        assert library.row(row).missing_since is None
        assert everything(library) == before
        assert library.repair(force=True).repaired == 3
        assert library.row(row).missing_since is not None

    def test_folder_that_is_gone(self, library: Library) -> None:
        library.add()
        library.storage.folder.rename(library.storage.folder.with_name("elsewhere"))
        for repair in (False, True):
            with pytest.raises(StorageUnavailableError):
                library.verification.run(repair=repair, force=True)

    def test_row_that_a_purge_takes_meanwhile(self, library: Library) -> None:
        library.add()
        library.full(library.add()).unlink()

        def purge_meanwhile(_rows: int, _total: int) -> None:
            library.execute("DELETE FROM image_assets WHERE id = 2")

        report = library.verification.run(progress=purge_meanwhile)
        assert "missing_file" not in found(report)

    def test_one_run_at_a_time(self, library: Library) -> None:
        library.add()
        reached, leave = threading.Event(), threading.Event()

        def hold(_rows: int, _total: int) -> None:
            reached.set()
            assert leave.wait(60)

        first = threading.Thread(target=library.verification.run, kwargs={"progress": hold})
        first.start()
        assert reached.wait(60)
        with pytest.raises(ConflictError, match="under way"):
            library.verification.run()
        leave.set()
        first.join()
        assert library.check() == {}
