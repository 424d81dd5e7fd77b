"""One server for a whole file, emptied before each test: starting one takes longer than most."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import Settings
from tests.support.legacy_dumps import empty
from tests.support.running_server import RunningServer, running_server


@pytest.fixture(scope="module")
def lasting_server(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[RunningServer]:
    """A server without a key, with room for all the calls of a file."""
    data = tmp_path_factory.mktemp("migration")
    shutil.copy(empty_database, data / "game.db")
    with pytest.MonkeyPatch.context() as environment:
        for name in Settings.model_fields:
            environment.delenv(name.upper(), raising=False)
        settings = Settings(
            _env_file=None,
            database_url=f"sqlite:///{data / 'game.db'}",
            image_storage_dir=data / "images",
            migrate_requests_per_minute=10**6,
        )
    with running_server(settings) as running:
        yield running


@pytest.fixture
def server(lasting_server: RunningServer) -> RunningServer:
    """The same server without pictures, saves and cookies."""
    empty(lasting_server)
    return lasting_server
