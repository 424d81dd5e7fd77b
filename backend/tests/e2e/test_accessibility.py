"""axe-core finds nothing in any state, in any theme; the fixed names stay what they are."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.axe import LOOKS, readable_texts, violations_of
from tests.support.game_page import GamePage
from tests.support.library import make_image
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.xdist_group("e2e-accessibility")

THEMES = ("green", "amber", "parchment", "contrast")
VERBS = ("Look", "Talk", "Attack", "Sneak away", "Rest")
DIRECTIONS = ("North", "East", "South", "West")


def title(game: GamePage) -> None:
    game.open()


def title_with_a_save(game: GamePage) -> None:
    game.begin()
    game.expect_saved()
    game.open()


def exploring(game: GamePage) -> None:
    game.begin()
    game.walk("South")
    game.expect_painting()


def talking(game: GamePage) -> None:
    game.begin()
    game.button("Talk").click()
    game.choose("Innkeeper")


def shopping(game: GamePage) -> None:
    game.begin()
    game.walk("East")
    game.button("Talk").click()
    game.choose("Vendor")
    game.choose("See the stall")
    expect(game.choice("Done trading")).to_be_visible()


def fighting(game: GamePage) -> None:
    game.begin()
    game.meet_enemy()
    game.button("Attack").click()


def item_window(game: GamePage) -> None:
    game.begin()
    window = game.open_item("Dagger")
    expect(window.get_by_role("img")).to_be_visible()
    window.get_by_role("button", name="Delete picture 1").click()
    expect(window.get_by_role("button", name="Undo")).to_be_visible()


def item_window_with_a_refusal(game: GamePage) -> None:
    game.begin()
    window = game.open_item("Torch")
    window.get_by_role("textbox", name="Style", exact=True).fill("<b>bold</b>")
    window.get_by_role("button", name="Generate new image", exact=True).click()
    expect(window.get_by_role("alert")).to_contain_text("must not contain")


def full_size(game: GamePage) -> None:
    game.begin()
    game.open_item("Dagger").get_by_role("button", name="Full size").click()
    expect(game.page.get_by_role("dialog", name="Dagger, full size")).to_be_visible()


def help_window(game: GamePage) -> None:
    game.begin()
    game.button("Help").click()


def settings_window(game: GamePage) -> None:
    game.begin()
    game.button("Settings").click()


def question(game: GamePage) -> None:
    title_with_a_save(game)
    game.button("New adventure").click()
    expect(game.dialog).to_contain_text("Begin a new adventure?")


def ended(game: GamePage) -> None:
    game.begin()
    game.walk("South")

    def finish(body: dict[str, Any]) -> None:
        body["state"]["ended"] = True
        body["state"]["flags"] = {"minersFree": True, "rubbleCleared": True, "runeSealed": True}

    game.expect_saved()
    game.change_save(finish)
    game.open()
    game.button("Continue").click()
    expect(game.region("The story of this run")).to_be_visible()


STATES: dict[str, Callable[[GamePage], None]] = {
    state.__name__: state
    for state in (
        title,
        title_with_a_save,
        exploring,
        talking,
        shopping,
        fighting,
        item_window,
        item_window_with_a_refusal,
        full_size,
        help_window,
        settings_window,
        question,
        ended,
    )
}


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(state: str, game: GamePage, server: RunningServer) -> None:
    for number in range(2):
        make_image(server.client, subject_name="Dagger", custom_prompt=f"style {number}")
    STATES[state](game)
    assert violations_of(game.page) == []
    for theme in THEMES:
        game.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        assert violations_of(game.page, *LOOKS) == [], theme
    assert game.page.evaluate("window.violations") == []


class TestFixedNames:
    def test_title(self, game: GamePage) -> None:
        game.open()
        for name in ("New adventure", "Continue"):
            expect(game.button(name)).to_be_visible()

    @pytest.mark.parametrize("place", ["tavern", "fight"])
    def test_game(self, place: str, game: GamePage) -> None:
        game.begin()
        if place == "fight":
            game.meet_enemy()
        for name in (*DIRECTIONS, *VERBS):
            expect(game.button(name)).to_have_count(1)
            expect(game.button(name)).to_be_visible()
        for name in ("Scene", "Map", "Character", "Inventory", "Quests"):
            expect(game.region(name)).to_be_visible()
        expect(game.log).to_be_visible()

    def test_items(self, game: GamePage) -> None:
        game.begin()
        names = [
            name.strip()
            for name in game.region("Inventory").get_by_role("button").all_inner_texts()
        ]
        assert names == ["Dagger", "Lockpicks", "Rope (50ft)", "Torch"]

    def test_new_lines_of_the_log_are_announced(self, game: GamePage) -> None:
        game.begin()
        lines = game.log.locator("p")
        before = lines.count()
        game.button("Look").click()
        assert lines.count() > before
        expect(game.log).not_to_have_attribute("aria-live", "off")


class TestKeyboard:
    def test_help_lists_the_keys(self, game: GamePage) -> None:
        game.begin()
        game.page.keyboard.press("?")
        window = game.page.get_by_role("dialog", name="Help", exact=True)
        for words in ("Arrow keys", "W A S D", "1 to 9", "Esc", "attack", "sneak away"):
            expect(window).to_contain_text(words)
        game.page.keyboard.press("Escape")
        expect(window).to_have_count(0)

    def test_every_button_is_in_the_tab_order(self, game: GamePage) -> None:
        game.begin()
        enabled = game.page.evaluate(
            "() => [...document.querySelectorAll('button:not(:disabled)')]"
            ".filter((one) => one.checkVisibility()).length"
        )
        game.page.evaluate("window.seen = new Set()")
        for _ in range(enabled + 20):
            game.page.keyboard.press("Tab")
            game.page.evaluate("() => { window.seen.add(document.activeElement) }")
        reached = game.page.evaluate(
            "() => [...window.seen].filter((one) => one.matches('button')).length"
        )
        assert reached == enabled

    def test_single_keys_can_be_switched_off(self, game: GamePage) -> None:
        game.begin()
        game.button("Settings").click()
        game.page.get_by_role("checkbox", name="Single keys play the game").uncheck()
        game.page.keyboard.press("Escape")
        lines = game.log.locator("p").count()
        game.page.keyboard.press("l")
        assert game.log.locator("p").count() == lines
        game.set_luck(0.999)
        game.page.keyboard.press("ArrowDown")
        game.expect_place("City Gates")


def test_the_check_measures(game: GamePage) -> None:
    """Axe passes what it cannot measure, so here it is seen to measure and to find."""
    exploring(game)
    assert readable_texts(game.page) > 50
    game.page.evaluate(
        """() => {
          document.body.style.setProperty('--text', '#123a22');
          document.querySelector('#play').append(document.createElement('button'));
        }"""
    )
    found = {line.split()[0] for line in violations_of(game.page)}
    assert {"color-contrast", "button-name"} <= found
