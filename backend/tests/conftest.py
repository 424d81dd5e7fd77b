"""What all tests share: settings in a temporary folder, a real server, a stand-in Gemini."""

import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import hypothesis
import pytest
import structlog

from app.config import Settings
from app.database.engine import create_writer
from app.database.schema import upgrade_schema
from app.server.limits import HTTP_LIMITS, HttpLimits
from tests.support.browser import browser, browser_context, playwright  # noqa: F401 - fixtures
from tests.support.gemini_standin import GeminiStandin
from tests.support.running_server import (
    RunningServer,
    lasting_server,
    running_server,
    settings_in,
)

GEMINI_KEY = "test-key-never-shown"
_THOROUGH_FOLDERS = {"attacks", "deploy"}

SettingsFactory = Callable[..., Settings]
ServerFactory = Callable[..., RunningServer]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the full counts of kills and cases")


def pytest_configure() -> None:
    """Send log lines to pytest, which shows those of failed tests only; limit no example's time.

    structlog's own default prints them, also between two tests, where nothing is captured.
    """
    # A busy machine is no failure.
    hypothesis.settings.register_profile("patient", deadline=None)
    hypothesis.settings.load_profile("patient")
    logging.getLogger().addHandler(logging.NullHandler())
    structlog.configure(
        processors=[
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave whole folders to ``scripts/test.sh --all``; other tests say so by the marker."""
    if _THOROUGH_FOLDERS.intersection(item.path.parts):
        item.add_marker("thorough")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the groups of pytest-xdist count: it writes them where pytest 9.2 no longer looks."""
    for item in items:
        named = vars(item).get("_nodeid")
        if named is not None:
            item._id = item._id.parse(named)


@pytest.fixture(scope="session")
def long_run(pytestconfig: pytest.Config) -> bool:
    """Whether the counts that the promises name are run, rather than reduced ones."""
    return bool(pytestconfig.getoption("--long"))


@pytest.fixture(scope="session", autouse=True)
def _own_environment() -> Iterator[None]:
    """Keep a developer's key and settings away from the tests."""
    with pytest.MonkeyPatch.context() as environment:
        for name in (*Settings.model_fields, "google_api_key", "google_gemini_base_url"):
            environment.delenv(name.upper(), raising=False)
        yield


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("schema") / "game.db"
    writer = create_writer(f"sqlite:///{path}")
    upgrade_schema(writer)
    writer.dispose()
    return path


@pytest.fixture
def make_settings(tmp_path: Path, empty_database: Path) -> SettingsFactory:
    """Make settings whose data lies in the test's own folder."""

    def make(**overrides: Any) -> Settings:
        return settings_in(tmp_path / "data", empty_database, **overrides)

    return make


@pytest.fixture
def make_server(make_settings: SettingsFactory) -> Iterator[ServerFactory]:
    """Start servers; all are stopped when the test ends."""
    with ExitStack() as stack:

        def start(*, limits: HttpLimits = HTTP_LIMITS, **overrides: Any) -> RunningServer:
            settings = make_settings(**overrides)
            return stack.enter_context(running_server(settings, limits=limits))

        yield start


@pytest.fixture(scope="module")
def share_server(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[ServerFactory]:
    """Start servers that all tests of a file share, one for the same settings.

    For tests that only read, or use names of their own: what another test stored is there.
    """
    with ExitStack() as stack:

        @functools.cache
        def start(**values: Any) -> RunningServer:
            data = tmp_path_factory.mktemp("shared")
            return stack.enter_context(lasting_server(data, empty_database, **values))

        yield start


@pytest.fixture
def server(make_server: ServerFactory) -> RunningServer:
    """A server without a key, as a fresh clone runs."""
    return make_server()


_one_ssl_context = functools.cache(httpx2.create_ssl_context)


@pytest.fixture
def gemini(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiStandin]:
    """A stand-in that speaks Gemini's wire format, found by every client made afterwards.

    It speaks no TLS: the certificates, which take long to load, are loaded for one client only.
    """
    monkeypatch.setattr(httpx2, "create_ssl_context", _one_ssl_context)
    with GeminiStandin(api_key=GEMINI_KEY) as standin:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", standin.base_url)
        yield standin


@pytest.fixture
def make_gemini_server(gemini: GeminiStandin, make_server: ServerFactory) -> ServerFactory:
    """Start servers that make their pictures with the stand-in, with room in all limits."""

    def start(**overrides: Any) -> RunningServer:
        assert gemini.base_url
        values = {
            "gemini_api_key": GEMINI_KEY,
            "gemini_timeout_seconds": 30.0,  # a busy machine is no time-out
        }
        return make_server(**{**values, **overrides})

    return start


@pytest.fixture
def gemini_server(make_gemini_server: ServerFactory) -> RunningServer:
    """A server with Gemini and room in all limits."""
    return make_gemini_server()
