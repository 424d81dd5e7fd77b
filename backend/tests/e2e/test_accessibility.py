"""axe-core finds nothing in any state, in any theme; the fixed names stay what they are."""

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


class Findings:
    """What axe found, for each state and theme that was looked at."""

    def __init__(self, game: GamePage) -> None:
        self._page = game.page
        self._found: dict[str, list[str]] = {}

    def look(self, state: str) -> None:
        """Look at the page as it is now: whole, then at its colours in each other theme."""
        assert state not in self._found
        self._found[state] = self._what_stays()
        for theme in THEMES[1:]:
            self._wear(theme)
            self._found[f"{state}, {theme}"] = violations_of(self._page, *LOOKS)
        self._wear(THEMES[0])

    def assert_none(self, states: int) -> None:
        """Nothing was found in that many states."""
        assert len(self._found) == states * len(THEMES)
        assert {state: lines for state, lines in self._found.items() if lines} == {}
        assert self._page.evaluate("window.violations") == []

    def _what_stays(self) -> list[str]:
        """What axe finds, and finds again: a caption may lie over a picture that is just going."""
        found = violations_of(self._page)
        if found:
            self._page.wait_for_timeout(1000)
            found = violations_of(self._page)
        return found

    def _wear(self, theme: str) -> None:
        self._page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)


class TestAxeFindsNothing:
    """Many states in one tab: loading the page is dearer than looking at it."""

    def test_on_the_road(self, game: GamePage) -> None:
        axe = Findings(game.begin())
        game.button("Talk").click()
        game.choose("Innkeeper")
        axe.look("talking")
        game.choose("Take your leave")
        game.walk("East")
        game.expect_painting()
        axe.look("exploring")
        game.button("Talk").click()
        game.choose("Vendor")
        game.choose("See the stall")
        expect(game.choice("Done trading")).to_be_visible()
        axe.look("shopping")
        game.choose("Done trading")
        game.walk("West")
        game.meet_enemy()
        game.button("Attack").click()
        axe.look("fighting")
        axe.assert_none(states=4)

    @pytest.mark.thorough
    def test_on_a_phone(self, phone_game: GamePage) -> None:
        game = phone_game.begin()
        game.walk("South")
        game.reopen_with(lambda state: state["hero"].update(hp=11))
        game.meet_enemy()
        axe = Findings(game)
        axe.look("fighting")
        for tab in ("Map", "Hero", "Items", "Quests"):
            game.button(tab).tap()
            axe.look(tab)
        axe.assert_none(states=5)

    @pytest.mark.thorough
    def test_in_windows(self, game: GamePage, server: RunningServer) -> None:
        for number in range(2):
            make_image(server.client, subject_name="Dagger", custom_prompt=f"style {number}")
        axe = Findings(game.begin())
        window = game.open_item("Dagger")
        window.get_by_role("button", name="Full size").click()
        expect(game.page.get_by_role("dialog", name="Dagger, full size")).to_be_visible()
        axe.look("full size")
        game.page.keyboard.press("Escape")
        window.get_by_role("button", name="Delete picture 1").click()
        expect(window.get_by_role("button", name="Undo")).to_be_visible()
        axe.look("item window")
        game.page.keyboard.press("Escape")
        window = game.open_item("Torch")
        window.get_by_role("textbox", name="Style", exact=True).fill("<b>bold</b>")
        window.get_by_role("button", name="Generate new image", exact=True).click()
        expect(window.get_by_role("alert")).to_contain_text("must not contain")
        axe.look("refusal")
        game.page.keyboard.press("Escape")
        for name in ("Help", "Settings"):
            game.button(name).click()
            expect(game.dialog).to_be_visible()
            axe.look(name)
            game.page.keyboard.press("Escape")
        axe.assert_none(states=5)

    @pytest.mark.thorough
    def test_at_the_title_and_at_the_end(self, game: GamePage) -> None:
        axe = Findings(game.open())
        axe.look("first title")
        game.button("New adventure").click()
        game.expect_place("Starting Tavern")
        game.walk("South")
        game.expect_saved()
        game.open()
        axe.look("title with a save")
        game.button("New adventure").click()
        expect(game.dialog).to_contain_text("Begin a new adventure?")
        axe.look("question")
        game.change_save(finish)
        game.open()
        game.button("Continue").click()
        expect(game.region("The story of this run")).to_be_visible()
        axe.look("end")
        axe.assert_none(states=4)


def finish(body: dict[str, Any]) -> None:
    body["state"]["ended"] = True
    body["state"]["flags"] = {"minersFree": True, "rubbleCleared": True, "runeSealed": True}


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

    def test_arrows_scroll_the_log_that_has_the_focus(self, game: GamePage) -> None:
        game.begin()
        game.set_luck(0.999)
        for _ in range(12):
            game.button("Look").click()
        game.log.focus()
        before = game.log.evaluate("log => log.scrollTop")
        game.page.keyboard.press("ArrowUp")
        game.wait_until(lambda: game.log.evaluate("log => log.scrollTop") < before)
        game.page.keyboard.press("ArrowDown")
        game.expect_place("Starting Tavern")
        game.page.keyboard.press("s")
        game.expect_place("City Gates")

    def test_arrows_scroll_the_quests_that_have_the_focus(self, game: GamePage) -> None:
        game.page.set_viewport_size({"width": 1280, "height": 620})
        game.begin()
        game.set_luck(0.999)
        quests = game.region("Quests").locator(".panel-body")
        quests.focus()
        game.page.keyboard.press("ArrowDown")
        game.wait_until(lambda: quests.evaluate("quests => quests.scrollTop") > 0, 10)
        game.expect_place("Starting Tavern")

    def test_arrows_walk_where_there_is_nothing_to_scroll(self, game: GamePage) -> None:
        game.begin()
        game.set_luck(0.999)
        assert game.log.evaluate("log => log.scrollHeight <= log.clientHeight")
        game.log.focus()
        game.page.keyboard.press("ArrowDown")
        game.expect_place("City Gates")

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
