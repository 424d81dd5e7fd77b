"""axe-core finds nothing in any state, in any theme; names and keys stay what they are."""

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
_ENABLED = """
() => [...document.querySelectorAll('button:not(:disabled)')]
  .filter((one) => one.checkVisibility()).length
"""


class Findings:
    """What axe found, by state and theme."""

    def __init__(self, game: GamePage) -> None:
        self._page = game.page
        self._found: dict[str, list[str]] = {}

    def check(self, state: str) -> None:
        """Check the page as it is now: everything, then its colours in each other theme."""
        assert state not in self._found
        self._found[state] = self._lasting()
        for theme in THEMES[1:]:
            self._wear(theme)
            self._found[f"{state}, {theme}"] = violations_of(self._page, *LOOKS)
        self._wear(THEMES[0])

    def assert_none(self, states: int) -> None:
        """Nothing was found in that many states."""
        assert len(self._found) == states * len(THEMES)
        assert {state: lines for state, lines in self._found.items() if lines} == {}
        assert self._page.evaluate("window.violations") == []

    def _lasting(self) -> list[str]:
        """What axe finds once pictures that are just going have gone."""
        expect(self._page.locator("img.is-leaving")).to_have_count(0)
        return violations_of(self._page)

    def _wear(self, theme: str) -> None:
        self._page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)


def test_axe_on_the_road(game: GamePage) -> None:
    axe = Findings(game.begin())
    game.walk("East")
    game.expect_painting()
    axe.check("exploring")
    game.button("Talk").click()
    game.choose("Vendor", "See the stall")
    expect(game.choice("Done trading")).to_be_visible()
    axe.check("shopping")
    game.choose("Done trading")
    game.walk("West")
    game.meet_enemy()
    game.button("Attack").click()
    axe.check("fighting")
    axe.assert_none(states=3)


@pytest.mark.thorough
def test_axe_on_a_phone(phone_game: GamePage) -> None:
    game = phone_game.begin()
    game.walk("South")
    game.reopen_with(lambda state: state["hero"].update(hp=11))
    game.meet_enemy()
    axe = Findings(game)
    axe.check("fighting")
    for tab in ("Map", "Hero", "Items", "Quests"):
        game.button(tab).tap()
        axe.check(tab)
    axe.assert_none(states=5)


@pytest.mark.thorough
def test_axe_in_windows(game: GamePage, server: RunningServer) -> None:
    for number in range(2):
        make_image(server.client, subject_name="Dagger", custom_prompt=f"style {number}")
    axe = Findings(game.begin())
    window = game.open_item("Dagger")
    window.get_by_role("button", name="Full size").click()
    expect(game.page.get_by_role("dialog", name="Dagger, full size")).to_be_visible()
    axe.check("full size")
    game.page.keyboard.press("Escape")
    window.get_by_role("button", name="Delete picture 1").click()
    expect(window.get_by_role("button", name="Undo")).to_be_visible()
    window.get_by_role("textbox", name="Style", exact=True).fill("<b>bold</b>")
    window.get_by_role("button", name="Generate new image", exact=True).click()
    expect(window.get_by_role("alert")).to_contain_text("must not contain")
    axe.check("item window")
    game.page.keyboard.press("Escape")
    for name in ("Help", "Settings"):
        game.button(name).click()
        expect(game.dialog).to_be_visible()
        axe.check(name)
        game.page.keyboard.press("Escape")
    axe.assert_none(states=4)


@pytest.mark.thorough
def test_axe_at_the_title_and_at_the_end(game: GamePage) -> None:
    axe = Findings(game.open())
    axe.check("first title")
    game.begin()
    game.walk("South")
    game.expect_saved()
    game.open()
    axe.check("title with a save")
    game.button("New adventure").click()
    expect(game.dialog).to_contain_text("Begin a new adventure?")
    axe.check("question")
    game.change_save(finish)
    game.open()
    game.button("Continue").click()
    expect(game.region("The story of this run")).to_be_visible()
    axe.check("end")
    axe.assert_none(states=4)


def finish(body: dict[str, Any]) -> None:
    """The adventure was won."""
    won = dict.fromkeys(("minersFree", "rubbleCleared", "runeSealed"), True)
    body["state"].update(ended=True, flags=won)


@pytest.mark.thorough
def test_the_check_measures(game: GamePage) -> None:
    """Axe passes what it cannot measure, so this proves that it measures and finds."""
    game.begin()
    game.expect_painting()
    assert readable_texts(game.page) > 50
    game.page.evaluate(
        """() => {
          document.body.style.setProperty('--text', '#123a22');
          document.querySelector('#play').append(document.createElement('button'));
        }"""
    )
    found = {line.split()[0] for line in violations_of(game.page)}
    assert {"color-contrast", "button-name"} <= found


def test_names(game: GamePage) -> None:
    game.open()
    for name in ("New adventure", "Continue"):
        expect(game.button(name)).to_be_visible()
    game.begin()
    items = game.region("Inventory").get_by_role("button").all_inner_texts()
    assert [item.strip() for item in items] == ["Dagger", "Lockpicks", "Rope (50ft)", "Torch"]
    lines = game.log.locator("p").count()
    game.button("Look").click()
    assert game.log.locator("p").count() > lines
    expect(game.log).not_to_have_attribute("aria-live", "off")
    for fighting in (False, True):
        if fighting:
            game.meet_enemy()
        for name in (*DIRECTIONS, *VERBS):
            expect(game.button(name)).to_have_count(1)
            expect(game.button(name)).to_be_visible()
        for name in ("Scene", "Map", "Character", "Inventory", "Quests"):
            expect(game.region(name)).to_be_visible()


def test_keys(game: GamePage) -> None:
    game.begin()
    game.set_luck(0.999)
    press = game.page.keyboard.press
    enabled = game.page.evaluate(_ENABLED)
    game.page.evaluate("window.seen = new Set()")
    for _ in range(enabled + 20):
        press("Tab")
        game.page.evaluate("() => { window.seen.add(document.activeElement) }")
    reached = "() => [...window.seen].filter((one) => one.matches('button')).length"
    assert game.page.evaluate(reached) == enabled

    press("?")
    window = game.page.get_by_role("dialog", name="Help", exact=True)
    for words in ("Arrow keys", "W A S D", "1 to 9", "Esc", "attack", "sneak away"):
        expect(window).to_contain_text(words)
    press("Escape")
    expect(window).to_have_count(0)

    assert game.log.evaluate("log => log.scrollHeight <= log.clientHeight")
    game.log.focus()
    press("ArrowDown")  # walks, since there is nothing to scroll
    game.expect_place("City Gates")
    game.button("Settings").click()
    game.page.get_by_role("checkbox", name="Single keys play the game").uncheck()
    press("Escape")
    lines = game.log.locator("p").count()
    press("l")
    assert game.log.locator("p").count() == lines
    press("ArrowUp")
    game.expect_place("Starting Tavern")
    game.assert_clean()


@pytest.mark.thorough
def test_arrows_scroll_what_has_the_focus(game: GamePage) -> None:
    game.page.set_viewport_size({"width": 1280, "height": 620})
    game.begin()
    game.set_luck(0.999)
    for _ in range(12):
        game.button("Look").click()
    quests = game.region("Quests").locator(".panel-body")
    quests.focus()
    game.page.keyboard.press("ArrowDown")
    game.wait_until(lambda: quests.evaluate("quests => quests.scrollTop") > 0)
    game.log.focus()
    before = game.log.evaluate("log => log.scrollTop")
    game.page.keyboard.press("ArrowUp")
    game.wait_until(lambda: game.log.evaluate("log => log.scrollTop") < before)
    game.expect_place("Starting Tavern")
    game.page.keyboard.press("s")
    game.expect_place("City Gates")
