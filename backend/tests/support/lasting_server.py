"""One server for many tests, with its data in a folder of its own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.config import Settings
from tests.support.running_server import ROOM_IN_EACH_MINUTE, RunningServer, running_server


@contextmanager
def lasting_server(data: Path, empty_database: Path, **values: Any) -> Iterator[RunningServer]:
    """Run a server without a key on a fresh database; a developer's own settings stay out.

    Args:
        data: An empty folder.
        empty_database: A database with the newest schema, which is copied.
        values: Further settings.
    """
    shutil.copy(empty_database, data / "game.db")
    with pytest.MonkeyPatch.context() as environment:
        for name in Settings.model_fields:
            environment.delenv(name.upper(), raising=False)
        settings = Settings(
            _env_file=None,
            database_url=f"sqlite:///{data / 'game.db'}",
            image_storage_dir=data / "images",
            **{**ROOM_IN_EACH_MINUTE, **values},
        )
    with running_server(settings) as running:
        yield running
