"""One byte flipped anywhere: the restore and the next backup both say so."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.services.backup.errors import BackupError, DamagedError
from app.services.backup.store import BackupStore
from tests.services.backup.conftest import MakeBackup, Restore
from tests.support.backups import Library, assert_whole, everything_in, files_of, flip

pytestmark = pytest.mark.thorough

KINDS = ["game.db.gz", "manifest.jsonl.gz", "SHA256SUMS", "full", "thumbnail"]


def file_of_kind(backups: Path, name: str, kind: str) -> Path:
    if kind not in {"full", "thumbnail"}:
        return backups / name / kind
    stored = sorted(
        (path for path in (backups / ".objects").rglob("*") if path.is_file()),
        key=lambda path: path.stat().st_size,
    )
    return stored[-1] if kind == "full" else stored[0]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("kind", KINDS)
def test_flipped_byte_anywhere(
    kind: str,
    back_up: MakeBackup,
    bring_back: Restore,
    backups: Path,
    tmp_path: Path,
    long_run: bool,
) -> None:
    name = back_up().name
    pristine = tmp_path / "pristine"
    shutil.copytree(backups, pristine)
    size = file_of_kind(backups, name, kind).stat().st_size
    every = set(range(size)) if long_run and size < 3000 else {*range(min(size, 12)), size - 1}
    positions = every | set(random.sample(range(size), k=min(size, 200 if long_run else 8)))
    for number, position in enumerate(sorted(positions)):
        flip(file_of_kind(backups, name, kind), position)
        with pytest.raises(DamagedError):
            bring_back(name)
        assert everything_in(tmp_path / "elsewhere") == {}, position
        report = back_up(1)
        assert any(name in problem for problem in report.problems), position
        if number == 0:
            assert bring_back(report.name).lost == []
            shutil.rmtree(tmp_path / "elsewhere")
        shutil.rmtree(backups)
        shutil.copytree(pristine, backups)


class TestNextBackup:
    def test_mends_shared_pictures_from_the_live_folder(
        self, back_up: MakeBackup, bring_back: Restore, backups: Path
    ) -> None:
        name = back_up().name
        flip(file_of_kind(backups, name, "full"), 7)
        file_of_kind(backups, name, "thumbnail").unlink()
        (problem,) = back_up(1).problems
        assert "mended" in problem
        assert BackupStore(backups).damaged() == set()
        assert back_up(2).problems == []
        bring_back(name)

    def test_says_each_time_what_it_cannot_mend(
        self, back_up: MakeBackup, library: Library, backups: Path, bring_back: Restore
    ) -> None:
        name = back_up().name
        stored = file_of_kind(backups, name, "full")
        for path, digest in files_of(library.place).items():
            if digest == stored.name:
                (library.place.images / path).unlink()
        flip(stored, 7)
        for days in (1, 2):
            report = back_up(days)
            assert any("cannot be mended" in problem for problem in report.problems)
            assert any("whole in no backup" in problem for problem in report.problems)
            assert BackupStore(backups).damaged() == {name}
        assert len(bring_back(report.name).lost) == 1

    def test_keeps_shared_pictures_while_a_manifest_cannot_be_read(
        self, back_up: MakeBackup, backups: Path
    ) -> None:
        name = back_up().name
        (backups / name / "manifest.jsonl.gz").write_bytes(b"nothing")
        (backups / name / "SHA256SUMS").unlink()
        before = everything_in(backups / ".objects")
        assert back_up(1).problems
        assert everything_in(backups / ".objects") == before

    @pytest.mark.parametrize("kind", ["game.db.gz", "full", "thumbnail"])
    def test_finds_within_a_week_what_has_its_old_size(
        self, kind: str, back_up: MakeBackup, library: Library, backups: Path
    ) -> None:
        name = back_up(sample_of=7).name
        stored = file_of_kind(backups, name, kind)
        for path, digest in files_of(library.place).items():
            if digest == stored.name:
                (library.place.images / path).unlink()  # so that it cannot be mended
        flip(stored, 30)
        found = []
        for day in range(1, 9):
            back_up(day, sample_of=7)
            found.append(name in BackupStore(backups).damaged())
        assert any(found[:7])
        assert found == sorted(found), "it is not forgotten by a run that reads another part"

    @pytest.mark.parametrize(
        ("kind", "damage"), [("game.db.gz", Path.unlink), ("full", Path.unlink), ("full", cut)]
    )
    def test_finds_at_once_what_is_gone_or_cut(
        self, kind: str, damage: Callable[[Path], None], back_up: MakeBackup, backups: Path
    ) -> None:
        damage(file_of_kind(backups, back_up(sample_of=7).name, kind))
        assert back_up(1, sample_of=7).problems

    def test_is_said_even_where_no_new_one_can_be_made(
        self, back_up: MakeBackup, library: Library, backups: Path
    ) -> None:
        name = back_up().name
        flip(backups / name / "game.db.gz", 30)
        library.place.database.unlink()
        with pytest.raises(BackupError, match=f"backup {name} is damaged") as caught:
            back_up(1)
        assert "there is no database" in str(caught.value)
        assert BackupStore(backups).last_good_at() is None


def test_damaged_backup_leaves_old_data_alone(
    back_up: MakeBackup, bring_back: Restore, library: Library, backups: Path
) -> None:
    name = back_up().name
    flip(file_of_kind(backups, name, "full"), 7)
    with pytest.raises(DamagedError):
        bring_back(name, library.place, force=True)
    assert assert_whole(library.place) == 4
