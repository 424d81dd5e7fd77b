"""Pressing again, or something else, while the server takes its time: the last wish counts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.support.game_page import GamePage
from tests.support.running_server import RunningServer

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-saves")]

SAVES = "**/api/v1/saves"


class Held:
    """Requests of one kind, kept back until they are let go."""

    def __init__(self, game: GamePage, address: str) -> None:
        self._game = game
        self.routes: list[Route] = []
        game.page.route(address, self._hold)

    def _hold(self, route: Route) -> None:
        self.routes.append(route)

    def wait_for(self, count: int) -> None:
        """Wait until that many were sent."""
        self._game.wait_until(lambda: len(self.routes) == count)

    def let_go(self, number: int = 0) -> None:
        """Send one on, and wait until the page has its answer."""
        route = self.routes[number]
        with self._game.page.expect_response(lambda answer: answer.request == route.request):
            route.continue_()


def press_twice(game: GamePage) -> None:
    for _ in range(2):
        game.button("New adventure").click()


def press_and_enter(game: GamePage) -> None:
    game.button("New adventure").click()
    game.page.get_by_label("Hero's name").press("Enter")


@pytest.mark.parametrize("press", [press_twice, press_and_enter])
def test_a_new_adventure_is_asked_about_once(
    press: Callable[[GamePage], None], game: GamePage, server: RunningServer
) -> None:
    begun(game)
    held = Held(game, SAVES)
    press(game)
    held.wait_for(1)
    held.let_go()
    expect(game.dialog).to_have_count(1)
    expect(game.dialog).to_contain_text("Begin a new adventure?")
    game.page.keyboard.press("Escape")
    expect(game.dialog).to_have_count(0)
    assert len(held.routes) == 1
    game.watch.assert_clean(server.url)


def test_no_question_comes_up_in_a_game_that_was_gone_on_with(
    game: GamePage, server: RunningServer
) -> None:
    game.begin()
    game.expect_saved()
    held = Held(game, SAVES)
    game.button("Menu").click()
    held.wait_for(1)  # the title's own list
    game.button("New adventure").click()
    held.wait_for(2)
    game.button("Continue").click()
    game.expect_place("Starting Tavern")
    held.let_go(0)
    held.let_go(1)
    game.walk("South")
    game.expect_place("City Gates")
    expect(game.dialog).to_have_count(0)
    game.watch.assert_clean(server.url)


def test_continue_waits_until_the_saves_are_known(game: GamePage, server: RunningServer) -> None:
    """Pressed before that it found no save, did nothing and said nothing."""
    begun(game)
    held = Held(game, SAVES)
    game.page.reload(wait_until="commit")
    held.wait_for(1)
    expect(game.button("Continue")).to_be_disabled()
    held.let_go()
    game.button("Continue").click()
    game.expect_place("City Gates")
    game.watch.assert_clean(server.url)


def test_continue_twice_loads_once(game: GamePage, server: RunningServer) -> None:
    """A second answer would take back the turns since the first."""
    begun(game)
    held = Held(game, "**/api/v1/saves/1")
    for _ in range(2):
        game.button("Continue").click()
    held.wait_for(1)
    held.let_go()
    game.expect_place("City Gates")
    game.page.unroute("**/api/v1/saves/1")
    game.walk("South")
    game.expect_saved()
    game.expect_place("Forest Path")
    assert len(held.routes) == 1
    game.watch.assert_clean(server.url)


def test_the_slot_that_was_pressed_last_is_loaded(game: GamePage, server: RunningServer) -> None:
    begun(game)
    game.button("New adventure").click()
    game.dialog.get_by_role("button", name="Begin in empty slot 2").click()
    game.expect_place("Starting Tavern")
    game.expect_saved()
    game.open()
    held = Held(game, "**/api/v1/saves/*")
    game.button("Load slot 1").click()
    held.wait_for(1)
    game.button("Load slot 2").click()
    held.wait_for(2)
    held.let_go(1)
    game.expect_place("Starting Tavern")
    held.let_go(0)
    game.page.unroute("**/api/v1/saves/*")
    game.button("Look").click()
    game.expect_place("Starting Tavern")
    game.watch.assert_clean(server.url)


def begun(game: GamePage) -> None:
    """An adventure in slot 1, seen from the title."""
    game.begin()
    game.walk("South")
    game.expect_saved()
    game.open()
