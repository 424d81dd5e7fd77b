"""What the tests in a real Chromium share: a tab with the game, on either painter."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.support.game_page import GamePage, game_in
from tests.support.running_server import RunningServer

# Two cores, and Chromium beside the server and its painter.
expect.set_options(timeout=15_000)


@pytest.fixture
def game(browser_context: BrowserContext, server: RunningServer) -> GamePage:
    """The game on a server whose pictures are painted locally."""
    return game_in(browser_context, server.url)


@pytest.fixture
def painted_game(browser_context: BrowserContext, gemini_server: RunningServer) -> GamePage:
    """The game on a server whose pictures come from the stand-in Gemini, none made ahead."""
    return game_in(browser_context, gemini_server.url).without_warming()


@pytest.fixture
def wide_game(browser: Browser, server: RunningServer) -> Iterator[GamePage]:
    """The game in a desktop's window, as the issue names it."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield game_in(context, server.url)
    context.close()
