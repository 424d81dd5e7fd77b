"""The sheets over the story on a phone: what was told meanwhile is in sight afterwards."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.game_page import GamePage

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-screens")]


@pytest.fixture
def long_game(phone_game: GamePage) -> GamePage:
    """A game on a phone that has told more than its log can show."""
    game = phone_game.begin()
    game.set_luck(0.999)
    for _ in range(12):
        game.button("Look").tap()
    assert game.log.evaluate("log => log.scrollHeight > 2 * log.clientHeight")
    return game


def expect_newest(game: GamePage, command: str) -> None:
    """The newest turn is this one, and is in sight from its beginning."""
    newest = game.log.locator(".tone-command").last
    expect(newest).to_have_text(command)
    expect(newest).to_be_in_viewport(ratio=1)


def hurt_with_a_potion(state: dict[str, Any]) -> None:
    state["hero"]["hp"] = 20
    state["inventory"].append({"id": "potion", "count": 1})


def test_closed_by_hand(long_game: GamePage) -> None:
    steps = {"Map": "East", "Hero": "West", "Items": "East", "Quests": "West"}
    for tab, way in steps.items():
        long_game.button(tab).tap()
        long_game.walk(way)
        expect(long_game.log).not_to_be_visible()
        long_game.button(tab).tap()
        expect_newest(long_game, f"Go {way.lower()}")


def test_closed_by_a_fight(long_game: GamePage) -> None:
    long_game.button("Map").tap()
    long_game.walk("East", "West")
    long_game.meet_enemy()
    expect_newest(long_game, "Go south")


def test_closed_by_a_verb(long_game: GamePage) -> None:
    for verb in ("Look", "Rest", "Talk"):
        long_game.button("Quests").tap()
        long_game.button(verb).tap()
        expect(long_game.region("Quests")).not_to_be_visible()
        expect_newest(long_game, verb)
        expect(long_game.button("Quests")).to_have_attribute("aria-expanded", "false")


def test_closed_by_a_potion(long_game: GamePage) -> None:
    long_game.walk("West")
    long_game.reopen_with(hurt_with_a_potion)
    long_game.button("Items").tap()
    long_game.open_item("Healing Potion").get_by_role("button", name="Drink", exact=True).tap()
    expect_newest(long_game, "Drink: Healing Potion")


def test_the_focus_does_not_go_with_the_sheet(long_game: GamePage) -> None:
    long_game.button("Items").tap()
    long_game.region("Inventory").get_by_role("button", name="Torch", exact=True).focus()
    long_game.page.keyboard.press("l")
    expect_newest(long_game, "Look")
    expect(long_game.button("Items")).to_be_focused()
