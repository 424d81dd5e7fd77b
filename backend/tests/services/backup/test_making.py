"""What a backup holds, what it costs, and what it says."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from app.config import Settings
from app.services.backup.errors import BackupError
from app.services.backup.make import make_backup
from app.services.backup.store import BackupStore, Place, place_of
from app.services.storage.purge_lock import PurgeLock, PurgeLockTimeoutError
from tests.services.backup.conftest import MakeBackup, Restore
from tests.support.backups import Library, assert_whole, execute, files_of, flip
from tests.support.rows import image_row

COLUMNS = "PRAGMA table_info(image_assets)"


def visible(backups: Path) -> list[str]:
    return sorted(path.name for path in backups.iterdir() if not path.name.startswith("."))


def objects(backups: Path) -> list[Path]:
    return [path for path in (backups / ".objects").rglob("*") if path.is_file()]


def size_of(backups: Path) -> int:
    return sum(path.stat().st_size for path in backups.rglob("*") if path.is_file())


class TestContent:
    def test_comes_back_with_what_is_in_the_trash(
        self, library: Library, back_up: MakeBackup, bring_back: Restore, elsewhere: Place
    ) -> None:
        report = back_up()
        assert (report.name, report.images, report.problems) == ("20261123T120000Z", 4, [])
        bring_back(report.name)
        assert assert_whole(elsewhere) == 4
        assert files_of(elsewhere) == files_of(library.place)
        everything = "SELECT * FROM image_assets ORDER BY id"
        assert execute(elsewhere.database, everything) == execute(
            library.place.database, everything
        )

    def test_a_stray_file_is_left_out(self, library: Library, back_up: MakeBackup) -> None:
        library.full("Stray.webp").write_bytes(b"no row knows it")
        assert back_up().added_files == 8

    def test_its_own_files_pass_sha256sum(self, back_up: MakeBackup, backups: Path) -> None:
        folder = backups / back_up().name
        done = subprocess.run(
            ["sha256sum", "--check", "--strict", "SHA256SUMS"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout == "game.db.gz: OK\nmanifest.jsonl.gz: OK\n"
        assert {path.name for path in folder.iterdir()} == {
            "SHA256SUMS",
            "game.db.gz",
            "manifest.jsonl.gz",
        }

    def test_a_day_costs_what_changed(
        self, library: Library, back_up: MakeBackup, backups: Path
    ) -> None:
        library.add(20, size=100_000)
        back_up()
        first = size_of(backups)
        library.add(1, size=100_000)
        report = back_up(1)
        second = size_of(backups) - first
        assert report.added_files == 2
        assert 100_000 < second < 120_000 < first / 10
        assert second == pytest.approx(report.added_bytes, abs=100)
        back_up(2)
        assert size_of(backups) - first - second < 20_000

    def test_a_second_within_the_same_second_gets_a_name_of_its_own(
        self, library: Library, backups: Path
    ) -> None:
        names = [make_backup(library.place, backups, 30).name for _ in range(2)]
        assert visible(backups) == sorted(set(names))
        assert len(set(names)) == 2


class TestLiveDamage:
    def test_file_lost_before_the_first_backup(
        self, library: Library, back_up: MakeBackup, bring_back: Restore, elsewhere: Place
    ) -> None:
        (lost,) = library.add(1)
        library.full(lost).unlink()
        report = back_up()
        (problem,) = report.problems
        assert f"full/{lost}" in problem
        assert "whole in no backup" in problem
        assert bring_back(report.name).lost == [f"full/{lost}"]
        assert len(files_of(elsewhere)) == 9

    @pytest.mark.parametrize("how", ["gone", "cut", "link"])
    def test_file_lost_afterwards_is_still_in_the_next(
        self,
        how: str,
        library: Library,
        back_up: MakeBackup,
        bring_back: Restore,
        elsewhere: Place,
    ) -> None:
        (name,) = library.add(1)
        back_up()
        content = library.full(name).read_bytes()
        library.full(name).unlink()
        if how == "cut":
            library.full(name).write_bytes(content[:10])
        if how == "link":
            library.full(name).symlink_to("/etc/hostname")
        report = back_up(1)
        (problem,) = report.problems
        assert f"full/{name}" in problem
        assert "whole in this backup" in problem
        assert bring_back(report.name).lost == []
        assert (elsewhere.images / "full" / name).read_bytes() == content

    def test_damaged_file_is_kept_as_it_is(
        self, library: Library, back_up: MakeBackup, bring_back: Restore, elsewhere: Place
    ) -> None:
        (name,) = library.add(1)
        flip(library.full(name), 5)
        report = back_up()
        assert f"full/{name}" in report.problems[0]
        assert bring_back(report.name).lost == [f"full/{name}"]
        assert files_of(elsewhere) == files_of(library.place)

    def test_lost_thumbnail_comes_from_the_backup_before(
        self, library: Library, back_up: MakeBackup, bring_back: Restore, elsewhere: Place
    ) -> None:
        (name,) = library.add(1)
        back_up()
        before = files_of(library.place)
        (library.place.images / "thumbnails" / name).unlink()
        report = back_up(1)
        assert f"thumbnails/{name}" in report.problems[0]
        assert "whole in this backup" in report.problems[0]
        bring_back(report.name)
        assert files_of(elsewhere) == before

    def test_what_the_self_check_has_marked_is_not_said_again(
        self, library: Library, back_up: MakeBackup, bring_back: Restore
    ) -> None:
        database = library.place.database
        if "missing_since" not in {row[1] for row in execute(database, COLUMNS)}:
            execute(database, "ALTER TABLE image_assets ADD COLUMN missing_since DATETIME")
        (lost,) = library.add(1)
        library.full(lost).unlink()
        path = f"images/full/{lost}"
        execute(
            database,
            "UPDATE image_assets SET missing_since = '2026-11-23 12:00:00' "
            f"WHERE storage_path_full = '{path}'",
        )
        report = back_up()
        assert report.problems == []
        assert bring_back(report.name).lost == [f"full/{lost}"]

    @pytest.mark.parametrize("backed_up_before", [False, True])
    def test_image_folder_that_is_not_mounted(
        self, backed_up_before: bool, library: Library, back_up: MakeBackup, backups: Path
    ) -> None:
        images = library.place.images
        names = [back_up().name] if backed_up_before else []
        images.rename(images.with_name("elsewhere"))
        images.mkdir()
        with pytest.raises(BackupError, match="is its disk mounted"):
            back_up(400)
        assert visible(backups) == names

    def test_row_that_names_a_file_elsewhere(
        self, library: Library, back_up: MakeBackup, backups: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "secret").write_text("not yours")
        library.insert(
            image_row(
                storage_path_full="images/../../secret", content_hash=hashlib.sha256().hexdigest()
            )
        )
        report = back_up()
        assert "../../secret" in report.problems[0]
        assert all(path.read_bytes() != b"not yours" for path in objects(backups))

    def test_damaged_database(self, library: Library, back_up: MakeBackup, backups: Path) -> None:
        back_up()
        library.add(200)
        size = library.place.database.stat().st_size
        data = bytearray(library.place.database.read_bytes())
        data[size // 2 : size // 2 + 8192] = b"\xff" * 8192
        library.place.database.write_bytes(data)
        with pytest.raises(BackupError, match="database"):
            back_up(1)
        assert visible(backups) == ["20261123T120000Z"]


class TestRefused:
    def test_somebody_elses_database(self, library: Library, back_up: MakeBackup) -> None:
        execute(library.place.database, "DROP TABLE alembic_version")
        with pytest.raises(BackupError, match="another program's"):
            back_up()

    def test_database_in_memory(self) -> None:
        with pytest.raises(BackupError, match="in memory"):
            place_of(Settings(_env_file=None, database_url="sqlite://"))

    @pytest.mark.parametrize("where", ["images", "images/backups", "."])
    def test_backups_within_live_data_or_around_it(self, where: str, library: Library) -> None:
        before = files_of(library.place)
        with pytest.raises(BackupError, match="BACKUP_DIR"):
            make_backup(library.place, library.place.database.parent / where, 30)
        assert files_of(library.place) == before

    def test_two_at_once(self, back_up: MakeBackup, backups: Path) -> None:
        with BackupStore(backups).locked(), pytest.raises(BackupError, match="at work"):
            back_up()
        assert back_up().problems == []


class TestPurge:
    def test_waits_while_files_are_collected(self, library: Library, backups: Path) -> None:
        seen = []

        def watch(doing: str, _total: int) -> object:
            if doing == "images collected":
                with (
                    pytest.raises(PurgeLockTimeoutError),
                    PurgeLock(library.place.images).exclusive(0),
                ):
                    pass
                seen.append(doing)
            return lambda _count: None

        make_backup(library.place, backups, 30, watch=watch)  # type: ignore[arg-type]
        assert seen == ["images collected"]
        with PurgeLock(library.place.images).exclusive(0):
            pass


class TestLeftovers:
    def test_of_killed_runs_are_cleared(self, back_up: MakeBackup, backups: Path) -> None:
        back_up()
        partial = backups / ".partial-20261123T110000Z"
        (partial / "check").mkdir(parents=True)
        (partial / "game.db").write_bytes(b"half")
        unnamed = backups / ".objects" / "ab" / ("ab" * 32)
        unnamed.parent.mkdir(exist_ok=True)
        unnamed.write_bytes(b"of no backup")
        assert back_up(1).problems == []
        assert not partial.exists()
        assert not unnamed.exists()
        assert any((backups / ".objects").iterdir())
