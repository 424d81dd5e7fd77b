"""What the tests of the paid side share: a real database file."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.database import Database
from tests.support.registries import close_registries


@pytest.fixture
def database(tmp_path: Path, empty_database: Path) -> Iterator[Database]:
    """A database with the newest schema, and nothing in it."""
    path = tmp_path / "game.db"
    shutil.copy(empty_database, path)
    database = Database(f"sqlite:///{path}")
    yield database
    close_registries()
    database.close()
