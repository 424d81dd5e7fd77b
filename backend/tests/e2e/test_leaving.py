"""Closing the tab, or reloading, at the very moment when turns are on their way to the server."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from app.config import Settings
from app.database.engine import sqlite_module
from tests.support.game_page import GamePage
from tests.support.library import execute
from tests.support.running_server import RunningServer

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-leaving")]

ROUNDS, MANY_ROUNDS = 3, 40
THERE, BACK = ("South",) * 3, ("North",) * 3


@contextmanager
def writes_held(settings: Settings) -> Iterator[None]:
    """Let the server's writes wait, as behind a long one of another process."""
    connection = sqlite_module().connect(settings.database_url.removeprefix("sqlite:///"))
    connection.isolation_level = None
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.execute("ROLLBACK")
    connection.close()


def place_in(settings: Settings) -> str:
    [(content,)] = execute(settings, "SELECT content FROM saved_games")
    return str(json.loads(content)["state"]["place"])


def reload(page: Page) -> None:
    page.reload()


def close(page: Page) -> None:
    page.close()


def hide(page: Page) -> None:
    """What a phone does with a page before it ends it: it says that the page is hidden."""
    page.evaluate(
        """() => {
          Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
          document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )


def expect_newest(game: GamePage, settings: Settings, goal: str) -> None:
    """It is stored, and it is what the player finds."""
    game.wait_until(lambda: place_in(settings) == goal)
    game.page.reload()
    game.button("Continue").click()
    game.expect_place({"entrance": "Mine Entrance", "tavern": "Starting Tavern"}[goal])


@pytest.mark.parametrize("leave", [reload, close, hide])
def test_no_turn_is_lost(
    leave: Callable[[Page], None],
    game: GamePage,
    server: RunningServer,
    long_run: bool,
) -> None:
    game.begin()
    game.expect_saved()
    for number in range(MANY_ROUNDS if long_run else ROUNDS):
        goal, way = ("tavern", BACK) if number % 2 else ("entrance", THERE)
        with writes_held(server.settings):
            game.walk(*way)
            leave(game.page)
            expect_unsaved(server.settings, goal)
        if game.page.is_closed():
            game = game.another_tab().open()
        expect_newest(game, server.settings, goal)
        assert game.watch.refused == []


def expect_unsaved(settings: Settings, goal: str) -> None:
    """The writes are held indeed."""
    assert place_in(settings) != goal


def test_nor_where_the_older_save_never_arrives(game: GamePage, server: RunningServer) -> None:
    game.begin()
    game.expect_saved()
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    game.page.route("**/api/v1/saves/1", hold_the_first)
    game.walk(*THERE)
    hide(game.page)
    expect_newest(game, server.settings, "entrance")


def test_nor_where_the_older_save_arrives_last(game: GamePage, server: RunningServer) -> None:
    game.begin()
    game.expect_saved()
    held: list[Route] = []
    game.page.route(
        "**/api/v1/saves/1",
        lambda route: route.continue_() if held else held.append(route),
    )
    game.walk(*THERE)
    hide(game.page)
    game.wait_until(lambda: place_in(server.settings) == "entrance")
    held[0].continue_()
    game.expect_saved()
    assert [status for status, _ in game.watch.refused] == [412]
    assert place_in(server.settings) == "entrance"
    game.walk("North")
    game.expect_saved()
    assert place_in(server.settings) == "forest"
    expect(game.dialog).to_have_count(0)


def test_another_tabs_game_is_not_overwritten(game: GamePage, server: RunningServer) -> None:
    one = game.begin()
    one.expect_saved()
    two = game.another_tab().proceed()
    two.walk("East")
    two.expect_saved()
    with writes_held(server.settings):
        one.walk(*THERE)
        one.page.close()
    two.walk("West")
    two.expect_saved()
    assert place_in(server.settings) == "tavern"
    assert two.watch.refused == []
