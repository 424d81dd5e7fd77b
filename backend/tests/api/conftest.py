"""What the tests of the API share: a server for a whole file, and one in its own process."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from tests.conftest import ServerFactory, SettingsFactory
from tests.support.running_server import RunningServer, running_server
from tests.support.server_process import ServerProcess, server_process

ADMIN_TOKEN = "operator-token-never-shown"

Restart = Callable[..., AbstractContextManager[RunningServer]]


@pytest.fixture(scope="module")
def shared_server(share_server: ServerFactory) -> RunningServer:
    """One server without a key for all tests of a file that do not care what is stored."""
    return share_server(max_images_per_item=10**6)


@pytest.fixture(scope="module")
def own_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """`python -m app` with JSON logs and an admin token, for all tests of a file."""
    with server_process(tmp_path_factory.mktemp("process"), ADMIN_TOKEN=ADMIN_TOKEN) as running:
        yield running


@pytest.fixture
def open_server(make_settings: SettingsFactory) -> Restart:
    """Start a server that ends with a ``with`` block, so that the next finds its files."""
    return lambda **overrides: running_server(make_settings(**overrides))
