"""One server for a whole file, emptied before each test: starting one takes longer than most."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.legacy_dumps import empty
from tests.support.running_server import RunningServer, lasting_server


@pytest.fixture(scope="module")
def file_server(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[RunningServer]:
    """A server without a key, with room for all the calls of a file."""
    data = tmp_path_factory.mktemp("migration")
    with lasting_server(data, empty_database, migrate_requests_per_minute=10**6) as running:
        yield running


@pytest.fixture
def server(file_server: RunningServer) -> RunningServer:
    """The same server without images, saves and cookies."""
    empty(file_server)
    return file_server
