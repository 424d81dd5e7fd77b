"""Which backups are removed, and what goes with them."""

from datetime import timedelta
from pathlib import Path

import pytest

from app.services.backup.errors import BackupError
from app.services.backup.names import made_at
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
    assert back_up(5000, retention_days=10**9).removed == []


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
