"""The screen as it is seen and touched: desktop, phone, narrow, zoom."""

import re
from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, expect

from tests.support.game_page import GamePage, fulfilled, game_in
from tests.support.library import make_image
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.xdist_group("e2e-screens")

PANELS = ("Scene", "Choices", "Map", "Controls", "Character", "Quests", "Inventory")
FIXED = ("North", "East", "South", "West", "Look", "Talk", "Attack", "Sneak away", "Rest")
DIRECTIONS = FIXED[:4]
TABS = {"Map": "Map", "Hero": "Character", "Items": "Inventory", "Quests": "Quests"}
SMALLEST_TARGET = 44
SLOTS = "**/api/v1/saves/*"

# What lies on top at the middle of each button, once the button's own box was scrolled to it.
_COVERED = """
() => [...document.querySelectorAll('button')].filter((button) => {
  if (!button.checkVisibility()) return false;
  button.scrollIntoView({ block: 'nearest' });
  const { left, top, width, height } = button.getBoundingClientRect();
  const [x, y] = [left + width / 2, top + height / 2];
  const inside = x >= 0 && y >= 0 && x <= innerWidth && y <= innerHeight;
  const top_ = document.elementFromPoint(x, y);
  return !inside || !(top_ === button || button.contains(top_));
}).map((button) => button.textContent)
"""
_TOO_SMALL = """
(least) => [...document.querySelectorAll('button, input')].filter((one) => one.checkVisibility())
  .map((one) => [one.textContent || one.id, one.closest('label') ?? one])
  .map(([name, one]) => [name, one.getBoundingClientRect()])
  .filter(([, { width, height }]) => width < least - 0.5 || height < least - 0.5)
  .map(([name, { width, height }]) => `${name}: ${width} x ${height}`)
"""


def panels(game: GamePage) -> dict[str, Locator]:
    """The panels of the game's screen that are to be seen now."""
    found = {name: game.region(name) for name in PANELS if name != "Choices"}
    found["Choices"] = game.page.locator("#choices")
    found["Adventure log"] = game.log
    return {name: panel for name, panel in found.items() if panel.is_visible()}


def box_of(locator: Locator) -> FloatRect:
    box = locator.bounding_box()
    assert box is not None
    return box


def overlap(one: FloatRect, two: FloatRect) -> bool:
    return (
        one["x"] + 0.5 < two["x"] + two["width"]
        and two["x"] + 0.5 < one["x"] + one["width"]
        and one["y"] + 0.5 < two["y"] + two["height"]
        and two["y"] + 0.5 < one["y"] + one["height"]
    )


def assert_laid_out(game: GamePage, width: int, height: int) -> None:
    """No panel lies on another or out of the window, and every button can be hit."""
    boxes = {name: box_of(panel) for name, panel in panels(game).items()}
    assert [
        (one, two) for one, two in combinations(boxes, 2) if overlap(boxes[one], boxes[two])
    ] == []
    outside = [
        name
        for name, box in boxes.items()
        if box["x"] < 0
        or box["y"] < 0
        or box["x"] + box["width"] > width + 0.5
        or box["y"] + box["height"] > height + 0.5
    ]
    assert outside == []
    assert game.page.evaluate(_COVERED) == []
    assert game.page.evaluate("document.documentElement.scrollWidth") <= width


def assert_choices_in_sight(game: GamePage, height: int) -> None:
    """The first moves of a fight need no scrolling."""
    for label in ("Attack", "Sneak away"):
        box = box_of(game.choice(label))
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height
        assert game.choice(label).evaluate(
            """button => {
              const { left, top, width, height } = button.getBoundingClientRect();
              return button.contains(document.elementFromPoint(left + width / 2, top + height / 2));
            }"""
        )


def assert_four_exits(game: GamePage, *open_ways: str) -> None:
    """All four are shown; those that lead nowhere are disabled and say why."""
    for direction in DIRECTIONS:
        button = game.button(direction)
        expect(button).to_be_visible()
        if direction in open_ways:
            expect(button).to_be_enabled()
        else:
            expect(button).to_be_disabled()
            expect(button).to_have_accessible_description(re.compile(r"\w+ \w+"))


def assert_touchable(game: GamePage) -> None:
    assert game.page.evaluate(_TOO_SMALL, SMALLEST_TARGET) == []


def carry_and_befriend(state: dict[str, Any]) -> None:
    """Both companions, and as much in the bag as a hero comes to carry."""
    state["flags"].update(fighter=True, rogue=True)
    state["inventory"].extend(
        {"id": item, "count": 2} for item in ("potion", "ration", "note", "planks", "shard")
    )


def enter_state(game: GamePage, state: str) -> None:
    """Bring the game to where the screen looks different."""
    if state == "talking":
        game.button("Talk").click()
        expect(game.choice("Innkeeper")).to_be_visible()
    elif state == "fighting":
        game.meet_enemy()
    elif state == "rich":
        game.reopen_with(carry_and_befriend)


class TestDesktop:
    WIDTH, HEIGHT = 1440, 900

    def test_nothing_lies_under_anything(self, game: GamePage) -> None:
        game.page.set_viewport_size({"width": self.WIDTH, "height": self.HEIGHT})
        game.open()
        assert game.page.evaluate(_COVERED) == []
        assert game.page.evaluate("document.documentElement.scrollWidth") <= self.WIDTH
        game.begin("Wilhelmina of the Ashen Vale, the Second")
        for state in ("exploring", "talking", "rich", "fighting"):
            enter_state(game, state)
            assert len(panels(game)) == 8
            assert_laid_out(game, self.WIDTH, self.HEIGHT)
            for name in FIXED:
                expect(game.button(name)).to_be_visible()
        assert_choices_in_sight(game, self.HEIGHT)
        character = game.region("Character")
        expect(character).to_contain_text("Sable the Rogue")
        body = character.locator(".panel-body")
        assert body.evaluate("it => it.scrollHeight <= it.clientHeight")
        skills, panel = box_of(character.locator(".skills")), box_of(character)
        assert skills["y"] + skills["height"] < panel["y"] + panel["height"]
        game.assert_clean()

    @pytest.mark.thorough
    def test_four_exits_and_the_choices_of_a_fight(self, game: GamePage) -> None:
        game.page.set_viewport_size({"width": self.WIDTH, "height": self.HEIGHT})
        game.begin()
        assert_four_exits(game, *DIRECTIONS)
        game.walk("North")
        assert_four_exits(game, "South")
        game.walk("South", "South", "East")
        game.expect_place("Old Bridge")
        assert_four_exits(game, "North", "West")
        expect(game.button("South")).to_have_accessible_description(re.compile("planks"))
        game.walk("West", "North")
        for _ in range(12):
            game.button("Look").click()
        game.meet_enemy()
        assert_choices_in_sight(game, self.HEIGHT)


@pytest.mark.thorough
class TestPhone:
    WIDTH, HEIGHT = 390, 844

    def test_is_played_by_touch(self, phone_game: GamePage) -> None:
        """Every target is large enough, on every screen and in every panel and window."""
        game = phone_game.open()
        assert_touchable(game)
        game.button("New adventure").tap()
        game.expect_place("Starting Tavern")
        for tab, region in TABS.items():
            game.button(tab).tap()
            expect(game.region(region)).to_be_visible()
            expect(game.button(tab)).to_have_attribute("aria-expanded", "true")
            assert_touchable(game)
            assert_laid_out(game, self.WIDTH, self.HEIGHT)
            assert_four_exits(game, *DIRECTIONS)
            game.button(tab).tap()
            expect(game.region(region)).not_to_be_visible()
            expect(game.scene).to_be_visible()
        game.walk("East")
        game.button("Talk").tap()
        for label in ("Vendor", "See the stall", "Sell something"):
            game.choice(label).tap()
            assert_touchable(game)
            assert_laid_out(game, self.WIDTH, self.HEIGHT)
        for window in ("Settings", "Help"):
            game.button(window).tap()
            assert_touchable(game)
            game.answer("Close")
        game.button("Menu").tap()
        expect(game.button("Delete slot 1")).to_be_visible()
        assert_touchable(game)
        game.button("New adventure").tap()
        expect(game.dialog).to_contain_text("Begin a new adventure?")
        assert_touchable(game)
        game.assert_clean()

    def test_a_fight_and_the_ending(self, phone_game: GamePage) -> None:
        game = phone_game.begin()
        game.walk("South")
        game.reopen_with(lambda state: state["hero"].update(hp=11))
        expect(game.region("Character")).not_to_be_visible()
        strength = game.page.get_by_text("11/50").filter(visible=True)
        expect(strength).to_be_in_viewport(ratio=1)
        expect(game.button("Hero")).to_have_text("Hero11/50")
        game.button("Map").tap()
        game.meet_enemy()
        assert_choices_in_sight(game, self.HEIGHT)
        assert_laid_out(game, self.WIDTH, self.HEIGHT)
        assert_touchable(game)
        before = game.enemy.get_attribute("aria-valuenow")
        game.choice("Attack").tap()
        expect(game.enemy).not_to_have_attribute("aria-valuenow", before or "")
        won = dict.fromkeys(("minersFree", "rubbleCleared", "runeSealed"), True)
        game.expect_saved()
        game.change_save(lambda body: body["state"].update(ended=True, fight=None, flags=won))
        game.open().button("Continue").tap()
        expect(game.region("The story of this run")).to_be_visible()
        assert_touchable(game)
        assert game.page.evaluate("document.documentElement.scrollWidth") <= self.WIDTH
        game.button("Look around once more").tap()
        expect(game.scene).to_be_visible()

    @pytest.mark.parametrize(("width", "height"), [(390, 664), (320, 600)])
    def test_less_room_beside_the_bars_of_the_browser(
        self, width: int, height: int, phone_game: GamePage
    ) -> None:
        phone_game.page.set_viewport_size({"width": width, "height": height})
        game = phone_game.begin()
        for state in ("exploring", "talking", "rich", "fighting"):
            enter_state(game, state)
            if state == "fighting":
                assert_choices_in_sight(game, height)
            assert_laid_out(game, width, height)
            assert_touchable(game)

    def test_an_item_window(self, phone_game: GamePage, server: RunningServer) -> None:
        """Also with one long word, and in full size."""
        make_image(server.client, subject_name="Torch", custom_prompt="w" * 200)
        game = phone_game.begin()
        game.button("Items").tap()
        window = game.open_item("Torch")
        assert_touchable(game)
        expect(window.get_by_role("listitem").first).to_contain_text("w" * 200)
        window.get_by_role("button", name="Full size").tap()
        full = game.page.get_by_role("dialog", name="Torch, full size")
        expect(full).to_contain_text("w" * 200)
        box = box_of(full)
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= self.WIDTH
        assert full.evaluate("it => it.scrollWidth <= it.clientWidth")
        full.get_by_role("button", name="Close").tap()
        expect(full).to_have_count(0)
        window.get_by_role("button", name="Generate new image", exact=True).tap()
        expect(window).to_contain_text("A new picture is in the gallery.")
        assert_touchable(game)
        assert window.evaluate("it => it.scrollWidth <= it.clientWidth")
        window.get_by_role("button", name="Close").tap()
        expect(window).to_have_count(0)
        game.assert_clean()

    def test_every_status_of_saving_fits(self, phone_game: GamePage) -> None:
        game = phone_game.begin()
        game.expect_saved()
        self._assert_bar_fits(game, "Saved")
        for status, words in ((500, "Not saved yet"), (413, "Not saved")):
            game.page.route(SLOTS, fulfilled(status=status, json={"message": "no"}))
            game.button("Look").tap()
            expect(game.save_status).to_have_text(words)
            self._assert_bar_fits(game, words)
            game.page.unroute(SLOTS)
            game.button("Look").tap()
            game.come_online()
            game.expect_saved()
        game.change_save(lambda body: body["state"]["hero"].update(name="Rival"))
        game.button("Look").tap()
        expect(game.dialog).to_be_visible()
        game.page.keyboard.press("Escape")
        expect(game.save_status).to_have_text("Not saved: a conflict")
        self._assert_bar_fits(game, "Not saved: a conflict")

    def _assert_bar_fits(self, game: GamePage, words: str) -> None:
        """The page is no wider than the screen, and all of the bar is on it."""
        for width in (390, 360, 320):
            game.page.set_viewport_size({"width": width, "height": 844})
            assert game.page.evaluate("document.documentElement.scrollWidth") <= width
            for name in ("Menu", "Settings", "Help"):
                expect(game.button(name)).to_be_in_viewport(ratio=1)
        assert game.save_status.evaluate("it => it.scrollHeight <= it.clientHeight + 1")
        assert words in game.page.get_by_role("banner").aria_snapshot()

    def test_the_newest_turn_is_in_sight_below_a_sheet(self, phone_game: GamePage) -> None:
        """However the sheet was closed: by hand, by a verb, by a potion, by a fight."""
        game = phone_game.begin()
        game.walk("West")
        game.reopen_with(hurt_with_a_potion)
        game.set_luck(0.999)
        for _ in range(12):
            game.button("Look").tap()
        assert game.log.evaluate("log => log.scrollHeight > 2 * log.clientHeight")
        for tab, way in {"Map": "East", "Hero": "West", "Quests": "East"}.items():
            game.button(tab).tap()
            game.walk(way)
            expect(game.log).not_to_be_visible()
            game.button(tab).tap()
            expect_newest(game, f"Go {way.lower()}")
        game.button("Items").tap()
        game.region("Inventory").get_by_role("button", name="Torch", exact=True).focus()
        game.page.keyboard.press("l")
        expect_newest(game, "Look")
        expect(game.button("Items")).to_be_focused()
        game.button("Items").tap()
        game.open_item("Healing Potion").get_by_role("button", name="Drink", exact=True).tap()
        expect_newest(game, "Drink: Healing Potion")
        game.button("Quests").tap()
        game.button("Rest").tap()
        expect(game.region("Quests")).not_to_be_visible()
        expect_newest(game, "Rest")
        expect(game.button("Quests")).to_have_attribute("aria-expanded", "false")
        game.button("Map").tap()
        game.meet_enemy()
        expect_newest(game, "Go south")


def hurt_with_a_potion(state: dict[str, Any]) -> None:
    state["hero"]["hp"] = 20
    state["inventory"].append({"id": "potion", "count": 1})


def expect_newest(game: GamePage, command: str) -> None:
    """The newest turn is this one, and is in sight from its beginning."""
    newest = game.log.locator(".tone-command").last
    expect(newest).to_have_text(command)
    expect(newest).to_be_in_viewport(ratio=1)


@pytest.mark.thorough
def test_everything_can_be_reached_at_200_percent(browser: Browser, server: RunningServer) -> None:
    """A window of 1440 x 900 has room for 720 x 450 CSS pixels then."""
    with browser.new_context(viewport={"width": 720, "height": 450}, device_scale_factor=2) as tab:
        game = game_in(tab, server.url).begin()
        assert_four_exits(game, *DIRECTIONS)
        for state in ("exploring", "fighting"):
            enter_state(game, state)
            assert game.page.evaluate(_COVERED) == []
            assert game.page.evaluate("document.documentElement.scrollWidth") <= 720
        assert_choices_in_sight(game, 450)
        for tab_name in TABS:
            game.button(tab_name).click()
            assert game.page.evaluate(_COVERED) == []
        game.button("Items").click()
        window = game.open_item("Torch")
        for name in ("Generate new image", "Close"):
            button = window.get_by_role("button", name=name, exact=True)
            button.scroll_into_view_if_needed()
            expect(button).to_be_in_viewport(ratio=1)
        assert window.evaluate("it => it.scrollWidth <= it.clientWidth")
        game.assert_clean()
