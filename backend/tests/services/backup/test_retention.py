"""Which backups are removed, and what goes with them."""

from datetime import timedelta
from pathlib import Path

import pytest

from app.services.backup.archive import made_at
from app.services.backup.errors import BackupError
from app.services.backup.restore import check_restorable
from app.services.backup.store import BackupStore
from tests.services.backup.conftest import NOON, MakeBackup
from tests.support.backups import Library, execute, flip
from tests.support.small_disk import small_disk


def objects(backups: Path) -> int:
    return sum(path.is_file() for path in (backups / ".objects").rglob("*"))


def test_older_ones_go(back_up: MakeBackup, backups: Path) -> None:
    for day in range(5):
        back_up(day)
    report = back_up(32.5)
    assert report.removed == ["20261123T120000Z", "20261124T120000Z", "20261125T120000Z"]
    assert BackupStore(backups).names() == [
        "20261126T120000Z",
        "20261127T120000Z",
        "20261226T000000Z",
    ]


def test_pictures_that_no_backup_names_go_with_them(
    library: Library, back_up: MakeBackup, backups: Path
) -> None:
    back_up()
    assert objects(backups) == 8
    execute(library.place.database, "DELETE FROM image_assets WHERE id = 1")
    back_up(20)
    assert objects(backups) == 8
    name = back_up(40).name
    assert objects(backups) == 6
    check_restorable(backups / name)


def test_none_is_removed_where_no_new_one_is_made(
    library: Library, back_up: MakeBackup, backups: Path
) -> None:
    back_up()
    (library.place.database).rename(library.place.database.with_name("away"))
    with pytest.raises(BackupError, match="there is no database"):
        back_up(400)
    assert BackupStore(backups).names() == ["20261123T120000Z"]


def test_old_one_that_cannot_be_removed_is_said_and_the_new_one_counts(
    back_up: MakeBackup, backups: Path
) -> None:
    old = back_up().name
    back_up(20)
    with small_disk(backups / old, "1m") as disk:
        (disk / "SHA256SUMS").write_text("a mount that hides the rest")
        report = back_up(40)
    assert "removing backups that are too old failed" in report.problems[-1]
    assert report.removed == []
    check_restorable(backups / report.name)


def test_no_retention_keeps_the_newest(back_up: MakeBackup, backups: Path) -> None:
    back_up()
    assert back_up(1, retention_days=0).removed == ["20261123T120000Z"]
    assert BackupStore(backups).names() == ["20261124T120000Z"]


def test_longest_retention(back_up: MakeBackup) -> None:
    back_up()
    report = back_up(5000, retention_days=10**9)
    assert (report.removed, report.problems) == ([], [])


def test_clock_that_was_ahead_and_is_set_back(back_up: MakeBackup, backups: Path) -> None:
    ahead = back_up(1000).name
    now = back_up(retention_days=0).name
    assert BackupStore(backups).names() == [now, ahead]
    flip(backups / ahead / "game.db.gz", 20)
    assert back_up(1, retention_days=0).removed == [now]
    assert ahead in BackupStore(backups).names()


def test_damaged_newest_does_not_count_as_the_newest_good_one(
    back_up: MakeBackup, backups: Path
) -> None:
    good = back_up().name
    damaged = back_up(1).name
    flip(backups / damaged / "game.db.gz", 20)
    report = back_up(-1, retention_days=0)
    assert report.problems
    assert good in BackupStore(backups).names()
    assert BackupStore(backups).last_good_at(lambda: NOON + timedelta(2)) == made_at(good)


def test_backup_from_the_future_is_no_last_good_one(back_up: MakeBackup, backups: Path) -> None:
    """Otherwise nobody is told for years that no backup is made any more."""
    ahead = back_up(1000).name
    store = BackupStore(backups)
    assert store.last_good_at(lambda: NOON) is None
    now = back_up().name
    assert store.last_good_at(lambda: NOON + timedelta(1)) == made_at(now)
    assert store.last_good_at(lambda: NOON + timedelta(1001)) == made_at(ahead)


class TestClock:
    """Nothing is removed by a clock that disagrees with the backups that are there."""

    def test_set_right_while_something_is_too_old(self, back_up: MakeBackup, backups: Path) -> None:
        first = back_up().name
        back_up(20)
        ahead = back_up(400).name
        report = back_up(40)
        assert report.removed == []
        assert "one of the clocks was wrong" in report.problems[-1]
        for path in (backups / ahead).iterdir():
            path.unlink()
        (backups / ahead).rmdir()
        assert back_up(41).removed == [first]

    def test_a_year_ahead_for_several_runs(self, back_up: MakeBackup, backups: Path) -> None:
        names = [back_up(day).name for day in range(3)]
        reports = [back_up(367 + day) for day in range(4)]
        assert [report.removed for report in reports] == [[]] * 4
        assert [bool(report.problems) for report in reports] == [True, False, False, False]
        assert set(names) <= set(BackupStore(backups).names())

    def test_a_real_pause_is_over_when_new_ones_span_the_retention(
        self, back_up: MakeBackup
    ) -> None:
        first = back_up().name
        assert back_up(200).removed == []
        assert back_up(220).removed == []
        assert first in back_up(231).removed

    def test_seldom_backups_with_a_short_retention(self, back_up: MakeBackup) -> None:
        names = [back_up(day, retention_days=3).name for day in (0, 7)]
        assert back_up(14, retention_days=3).removed == names


class TestForeign:
    """BACKUP_DIR is a folder like any other: what is not of our making stays."""

    @pytest.mark.parametrize("kind", ["file", "link"])
    def test_in_the_folder_of_a_backup_that_is_too_old(
        self, kind: str, back_up: MakeBackup, backups: Path, tmp_path: Path
    ) -> None:
        old = back_up().name
        foreign = put(backups / old / "notes", kind, tmp_path)
        back_up(20)
        report = back_up(40)
        assert report.removed == [old]
        assert "is not of Emberpeak's making" in report.problems[-1]
        assert list((backups / old).iterdir()) == [foreign]
        assert_stays(foreign, kind)
        assert back_up(41).problems == []


def put(path: Path, kind: str, tmp_path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_text("theirs")
    match kind:
        case "file":
            path.write_text("mine")
        case _:
            path.symlink_to(tmp_path / "elsewhere")
    return path


def assert_stays(path: Path, kind: str) -> None:
    match kind:
        case "file":
            assert path.read_text() == "mine"
        case _:
            assert path.is_symlink()


def test_files_and_folders_are_their_owners_alone(back_up: MakeBackup, backups: Path) -> None:
    """They hold what players wrote; what an older version left open is closed."""
    first = back_up().name
    (backups / first).chmod(0o755)
    back_up(1)
    modes = {path: path.stat().st_mode & 0o777 for path in (backups, *backups.rglob("*"))}
    assert {path: mode for path, mode in modes.items() if mode & 0o077} == {}
