"""Who watches the database learns of its trouble without writing."""

from pathlib import Path

from sqlalchemy.exc import IntegrityError, OperationalError

from app.database.errors import PATIENCE_SECONDS, WriteTrouble, why_not_writable
from tests.support.read_only_file import read_only_file


class LockedError(Exception):
    """As SQLite's driver says it."""

    sqlite_errorname = "SQLITE_BUSY"


def test_file(tmp_path: Path) -> None:
    path = tmp_path / "game.db"
    assert why_not_writable(path) == "there is no such file"
    path.touch()
    assert why_not_writable(path) is None
    with read_only_file(path):
        assert why_not_writable(path) == "the file is read-only"


def test_last_writes() -> None:
    seconds = [100.0]
    trouble = WriteTrouble(lambda: seconds[0])
    trouble.ended(IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed")))
    seconds[0] += 2 * PATIENCE_SECONDS
    assert trouble.why() is None, "a mistake of the caller's"
    locked = OperationalError("BEGIN IMMEDIATE", {}, LockedError("database is locked"))
    for _ in range(3):
        trouble.ended(locked)
        seconds[0] += PATIENCE_SECONDS / 4
        assert trouble.why() is None
    seconds[0] += PATIENCE_SECONDS / 4
    assert trouble.why() == "database is locked"
    trouble.ended(None)
    assert trouble.why() is None
