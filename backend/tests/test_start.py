"""A server that cannot start says why in one line, and touches nothing."""

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.database import sqlite_module
from tests.support.read_only_file import read_only_file
from tests.support.server_process import server_process


@pytest.mark.parametrize("content", ["garbled", "newer"])
def test_says_why(content: str, tmp_path: Path, empty_database: Path) -> None:
    path = tmp_path / "game.db"
    shutil.copy(empty_database, path)
    if content == "garbled":
        path.write_bytes(b"this is no database " * 5000)
    else:
        with closing(sqlite_module().connect(path)) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
            connection.commit()
    before = path.read_bytes()
    with pytest.raises(RuntimeError) as failed, server_process(tmp_path) as _:
        pass
    log = str(failed.value)
    assert "cannot start" in log
    assert {"garbled": "file is not a database", "newer": "newer version"}[content] in log
    assert "Traceback" not in log
    assert path.read_bytes() == before


def test_database_of_another_user(tmp_path: Path, empty_database: Path) -> None:
    """Such as after a restore by root: a server that can only read would keep nothing."""
    path = tmp_path / "game.db"
    shutil.copy(empty_database, path)
    with (
        read_only_file(path),
        pytest.raises(RuntimeError) as failed,
        server_process(tmp_path) as _,
    ):
        pass
    log = str(failed.value)
    assert "cannot start" in log
    assert "attempt to write a readonly database" in log
    assert "Traceback" not in log


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("IMAGE_STORAGE_DIR", "Not a directory"),
        ("DATABASE_URL", "Not a directory"),
    ],
)
def test_says_which_folder(name: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    place = str(tmp_path / "file" / "x" / "y")
    where: Any = {name: f"sqlite:///{place}" if name == "DATABASE_URL" else place}
    with pytest.raises(RuntimeError) as failed, server_process(tmp_path, **where) as _:
        pass
    log = str(failed.value)
    assert "cannot start" in log
    assert f"{reason}: {tmp_path / 'file'}" in log
    assert "Traceback" not in log
