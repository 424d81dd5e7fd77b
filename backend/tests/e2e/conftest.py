"""What the tests in a real Chromium share: a tab with the game, on either painter."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.support.browser import lifetime, tidied
from tests.support.game_page import GamePage, game_in
from tests.support.library import execute
from tests.support.patience import PATIENCE_MS
from tests.support.running_server import RunningServer, lasting_server

# What a player leaves behind. Painted scenes stay: nobody needs to paint them again.
_LEFT_BEHIND = (
    "DELETE FROM saved_games",
    "DELETE FROM preferences",
    "DELETE FROM image_assets WHERE subject_type <> 'scene' OR model_used = 'legacy'",
    "DELETE FROM scene_cache WHERE image_id NOT IN (SELECT id FROM image_assets)",
)


@pytest.fixture(scope="session")
def shared_server(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[RunningServer]:
    """One server for a worker: starting, and painting the same places, is most of a test."""
    data = tmp_path_factory.mktemp("shared")
    with lasting_server(data, empty_database, log_level="WARNING") as running:
        yield running


@pytest.fixture
def server(shared_server: RunningServer) -> RunningServer:
    """The worker's server without a key, as a fresh clone runs, empty but for its scenes."""
    for statement in _LEFT_BEHIND:
        execute(shared_server.settings, statement)
    shared_server.client.cookies.clear()
    return shared_server


@pytest.fixture(scope=lifetime)
def desk(browser: Browser) -> Iterator[BrowserContext]:
    """The profile that tests share on the shared server."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture(scope=lifetime)
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A phone held upright."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def game(desk: BrowserContext, server: RunningServer) -> Iterator[GamePage]:
    """The game on a server whose pictures are painted locally, in a tab without cookies."""
    with tidied(desk):
        yield game_in(desk, server.url)


@pytest.fixture
def painted_game(browser_context: BrowserContext, gemini_server: RunningServer) -> GamePage:
    """The game on a server whose pictures come from the stand-in Gemini, none made ahead."""
    return game_in(browser_context, gemini_server.url).without_warming()


@pytest.fixture
def phone_game(phone: BrowserContext, server: RunningServer) -> Iterator[GamePage]:
    """The game on a phone held upright."""
    with tidied(phone):
        yield game_in(phone, server.url)
