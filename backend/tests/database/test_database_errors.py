"""Who watches the database learns of its trouble without writing."""

import stat
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from app.database.errors import PATIENCE_SECONDS, WriteTrouble, why_not_writable
from tests.support.read_only_file import read_only_file


class LockedError(Exception):
    """As SQLite's driver says it."""

    sqlite_errorname = "SQLITE_BUSY"


LOCKED = OperationalError("BEGIN IMMEDIATE", {}, LockedError("database is locked"))


class TestFile:
    def test_that_is_well(self, tmp_path: Path) -> None:
        path = tmp_path / "game.db"
        path.touch()
        assert why_not_writable(path) is None
        assert [entry.name for entry in tmp_path.iterdir()] == ["game.db"]

    def test_that_is_gone(self, tmp_path: Path) -> None:
        assert why_not_writable(tmp_path / "game.db") == "there is no such file"

    def test_that_is_read_only(self, tmp_path: Path) -> None:
        path = tmp_path / "game.db"
        path.touch()
        before = stat.S_IMODE(path.stat().st_mode)
        with read_only_file(path):
            assert why_not_writable(path) == "the file is read-only"
        assert stat.S_IMODE(path.stat().st_mode) == before


class TestLastWrites:
    def test_is_patient(self) -> None:
        seconds = [100.0]
        trouble = WriteTrouble(lambda: seconds[0])
        for _ in range(3):
            trouble.ended(LOCKED)
            seconds[0] += PATIENCE_SECONDS / 4
            assert trouble.why() is None
        seconds[0] += PATIENCE_SECONDS / 4
        assert trouble.why() == "database is locked"
        trouble.ended(None)
        assert trouble.why() is None

    @pytest.mark.parametrize("reason", ["UNIQUE constraint failed: image_assets.id"])
    def test_mistakes_are_no_trouble(self, reason: str) -> None:
        seconds = [0.0]
        trouble = WriteTrouble(lambda: seconds[0])
        trouble.ended(IntegrityError("INSERT", {}, Exception(reason)))
        seconds[0] += 2 * PATIENCE_SECONDS
        assert trouble.why() is None
