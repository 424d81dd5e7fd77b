"""The screen as it is seen and touched: desktop, phone, zoom, themes, less motion."""

import re
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, expect

from tests.support.game_page import GamePage, game_in
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.xdist_group("e2e-screens")

PANELS = ("Scene", "Choices", "Map", "Controls", "Character", "Quests", "Inventory")
FIXED = ("North", "East", "South", "West", "Look", "Talk", "Attack", "Sneak away", "Rest")
DIRECTIONS = FIXED[:4]
TABS = {"Map": "Map", "Hero": "Character", "Items": "Inventory", "Quests": "Quests"}
THEMES = {
    "Green CRT": "green",
    "Amber CRT": "amber",
    "Parchment": "parchment",
    "High contrast": "contrast",
}
SMALLEST_TARGET = 44

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
_MOVING = "() => document.getAnimations().filter(({ playState }) => playState === 'running').length"


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


class TestDesktop:
    WIDTH, HEIGHT = 1440, 900

    def test_nothing_lies_under_anything(self, wide_game: GamePage, server: RunningServer) -> None:
        game = wide_game.begin()
        for state in ("exploring", "talking", "rich", "fighting"):
            enter_state(game, state)
            assert len(panels(game)) == 8
            assert_laid_out(game, self.WIDTH, self.HEIGHT)
            for name in FIXED:
                expect(game.button(name)).to_be_visible()
        game.watch.assert_clean(server.url)

    def test_the_whole_character_is_in_sight_beside_companions_and_goods(
        self, wide_game: GamePage
    ) -> None:
        game = wide_game.begin("Wilhelmina of the Ashen Vale, the Second")
        game.walk("South")
        game.reopen_with(carry_and_befriend)
        character = game.region("Character")
        expect(character).to_contain_text("Sable the Rogue")
        body = character.locator(".panel-body")
        assert body.evaluate("it => it.scrollHeight <= it.clientHeight")
        skills, panel = box_of(character.locator(".skills")), box_of(character)
        assert skills["y"] + skills["height"] < panel["y"] + panel["height"]
        assert_laid_out(game, self.WIDTH, self.HEIGHT)

    def test_choices_of_a_fight_are_in_sight(self, wide_game: GamePage) -> None:
        game = wide_game.begin()
        for _ in range(12):
            game.button("Look").click()
        game.meet_enemy()
        assert_choices_in_sight(game, self.HEIGHT)

    def test_four_exits(self, wide_game: GamePage) -> None:
        game = wide_game.begin()
        assert_four_exits(game, "North", "East", "South", "West")
        game.walk("North")
        assert_four_exits(game, "South")
        game.walk("South", "South", "East")
        game.expect_place("Old Bridge")
        assert_four_exits(game, "North", "West")
        expect(game.button("South")).to_have_accessible_description(re.compile("planks"))

    def test_the_title_fits(self, wide_game: GamePage) -> None:
        game = wide_game.open()
        assert game.page.evaluate(_COVERED) == []
        assert game.page.evaluate("document.documentElement.scrollWidth") <= self.WIDTH


def carry_and_befriend(state: dict[str, Any]) -> None:
    """Both companions, and as much in the bag as a hero comes to carry."""
    state["flags"].update(fighter=True, rogue=True)
    state["inventory"].extend(
        {"id": item, "count": 2} for item in ("potion", "ration", "note", "planks", "shard")
    )


def enter_state(game: GamePage, state: str) -> None:
    """Bring the game where the screen looks different."""
    if state == "talking":
        game.button("Talk").click()
        expect(game.choice("Innkeeper")).to_be_visible()
    elif state == "fighting":
        game.meet_enemy()
    elif state == "rich":
        game.reopen_with(
            lambda state: state["inventory"].extend(
                {"id": item, "count": 9} for item in ("potion", "ration")
            )
        )


@pytest.mark.thorough
class TestPhone:
    WIDTH, HEIGHT = 390, 844

    def test_is_played_by_touch(self, phone_game: GamePage, server: RunningServer) -> None:
        game = phone_game.open()
        assert game.page.evaluate(_TOO_SMALL, SMALLEST_TARGET) == []
        game.button("New adventure").tap()
        game.expect_place("Starting Tavern")
        assert_four_exits(game, "North", "East", "South", "West")
        game.button("Talk").tap()
        game.choice("Fighter").tap()
        game.choice("Come with me to the mine").tap()
        game.choice("Take your leave").tap()
        assert_laid_out(game, self.WIDTH, self.HEIGHT)
        game.set_luck(0.999)
        game.button("South").tap()
        game.expect_place("City Gates")
        game.watch.assert_clean(server.url)

    def test_each_panel_can_be_opened(self, phone_game: GamePage) -> None:
        game = phone_game.begin()
        for tab, region in TABS.items():
            game.button(tab).tap()
            expect(game.region(region)).to_be_visible()
            expect(game.button(tab)).to_have_attribute("aria-expanded", "true")
            assert game.page.evaluate(_TOO_SMALL, SMALLEST_TARGET) == []
            assert_laid_out(game, self.WIDTH, self.HEIGHT)
            assert_four_exits(game, "North", "East", "South", "West")
            game.button(tab).tap()
            expect(game.region(region)).not_to_be_visible()
            expect(game.scene).to_be_visible()

    def test_every_target_is_large_enough(self, phone_game: GamePage) -> None:
        game = phone_game.begin()
        game.walk("East")
        for choices in ((), ("Vendor",), ("See the stall",), ("Sell something",)):
            if not choices:
                game.button("Talk").tap()
            for label in choices:
                game.choice(label).tap()
            assert game.page.evaluate(_TOO_SMALL, SMALLEST_TARGET) == []
            assert_laid_out(game, self.WIDTH, self.HEIGHT)
        for window in ("Settings", "Help"):
            game.button(window).tap()
            assert game.page.evaluate(_TOO_SMALL, SMALLEST_TARGET) == []
            game.dialog.get_by_role("button", name="Close").tap()
        game.button("Menu").tap()
        expect(game.button("Delete slot 1")).to_be_visible()
        assert game.page.evaluate(_TOO_SMALL, SMALLEST_TARGET) == []
        game.button("New adventure").tap()
        expect(game.dialog).to_contain_text("Begin a new adventure?")
        assert game.page.evaluate(_TOO_SMALL, SMALLEST_TARGET) == []

    def test_the_ending(self, phone_game: GamePage) -> None:
        game = phone_game.begin()
        game.walk("South")
        game.expect_saved()
        flags = {"minersFree": True, "rubbleCleared": True, "runeSealed": True}
        game.change_save(lambda body: body["state"].update(ended=True, flags=flags))
        game.open().button("Continue").tap()
        expect(game.region("The story of this run")).to_be_visible()
        assert game.page.evaluate(_TOO_SMALL, SMALLEST_TARGET) == []
        assert game.page.evaluate("document.documentElement.scrollWidth") <= self.WIDTH
        game.button("Look around once more").tap()
        expect(game.scene).to_be_visible()

    def test_a_fight(self, phone_game: GamePage) -> None:
        game = phone_game.begin()
        game.button("Map").tap()
        game.meet_enemy()
        assert_choices_in_sight(game, self.HEIGHT)
        assert_laid_out(game, self.WIDTH, self.HEIGHT)
        assert game.page.evaluate(_TOO_SMALL, SMALLEST_TARGET) == []
        strength = game.enemy.get_attribute("aria-valuenow")
        game.choice("Attack").tap()
        expect(game.enemy).not_to_have_attribute("aria-valuenow", strength or "")

    def test_the_strength_is_in_sight_all_the_time(self, phone_game: GamePage) -> None:
        game = phone_game.begin()
        game.walk("South")
        game.reopen_with(lambda state: state["hero"].update(hp=11))
        expect(game.region("Character")).not_to_be_visible()
        strength = game.page.get_by_text("11/50").filter(visible=True)
        expect(strength).to_be_in_viewport(ratio=1)
        expect(game.button("Hero")).to_have_text("Hero11/50")

    @pytest.mark.parametrize(("width", "height"), [(390, 664), (360, 640), (320, 600)])
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
            assert game.page.evaluate(_TOO_SMALL, SMALLEST_TARGET) == []

    def test_an_item_window(self, phone_game: GamePage, server: RunningServer) -> None:
        game = phone_game.begin()
        game.button("Items").tap()
        window = game.open_item("Torch")
        assert game.page.evaluate(_TOO_SMALL, SMALLEST_TARGET) == []
        window.get_by_role("button", name="Generate new image", exact=True).tap()
        expect(window).to_contain_text("A new picture is in the gallery.")
        assert game.page.evaluate(_TOO_SMALL, SMALLEST_TARGET) == []
        assert window.evaluate("it => it.scrollWidth <= it.clientWidth")
        window.get_by_role("button", name="Close").tap()
        expect(window).to_have_count(0)
        game.watch.assert_clean(server.url)


class TestZoom:
    """At 200 % a window of 1440 x 900 has room for 720 x 450 CSS pixels."""

    def test_everything_can_be_reached(self, browser: Browser, server: RunningServer) -> None:
        context = browser.new_context(viewport={"width": 720, "height": 450}, device_scale_factor=2)
        game = game_in(context, server.url).begin()
        assert_four_exits(game, "North", "East", "South", "West")
        for state in ("exploring", "fighting"):
            enter_state(game, state)
            assert game.page.evaluate(_COVERED) == []
            assert game.page.evaluate("document.documentElement.scrollWidth") <= 720
        assert_choices_in_sight(game, 450)
        for tab in TABS:
            game.button(tab).click()
            assert game.page.evaluate(_COVERED) == []
        game.button("Items").click()
        window = game.open_item("Torch")
        for name in ("Generate new image", "Close"):
            window.get_by_role("button", name=name, exact=True).scroll_into_view_if_needed()
            expect(window.get_by_role("button", name=name, exact=True)).to_be_in_viewport(ratio=1)
        assert window.evaluate("it => it.scrollWidth <= it.clientWidth")
        game.watch.assert_clean(server.url)
        context.close()


class TestThemes:
    def test_can_be_chosen_and_stay(self, game: GamePage, server: RunningServer) -> None:
        game.begin()
        colours = set()
        for label, theme in THEMES.items():
            game.button("Settings").click()
            game.page.get_by_role("radio", name=label, exact=True).click()
            expect(game.page.locator("html")).to_have_attribute("data-theme", theme)
            game.page.keyboard.press("Escape")
            colours.add(game.scene.evaluate("it => getComputedStyle(it).backgroundColor"))
        assert len(colours) == len(THEMES)
        address = f"{server.url}/api/v1/preferences"
        game.wait_until(lambda: game.ask("GET", address).json().get("theme") == "contrast")
        game.open()
        expect(game.page.locator("html")).to_have_attribute("data-theme", "contrast")
        game.watch.assert_clean(server.url)


@pytest.mark.thorough
class TestMotion:
    @pytest.mark.parametrize(
        ("wish", "expected"),
        [("reduce", lambda count: count == 0), ("no-preference", lambda count: count > 0)],
    )
    def test_is_as_the_system_wishes(
        self,
        wish: str,
        expected: Callable[[int], bool],
        browser: Browser,
        server: RunningServer,
    ) -> None:
        reduced = wish == "reduce"
        context = browser.new_context(reduced_motion="reduce" if reduced else "no-preference")
        game = game_in(context, server.url).begin()
        game.meet_enemy()
        game.button("Attack").click()
        assert expected(game.page.evaluate(_MOVING))
        context.close()

    def test_the_switch_stills_the_screen(self, game: GamePage) -> None:
        game.page.emulate_media(reduced_motion="no-preference")
        game.begin()
        game.expect_painting()
        assert game.page.evaluate(_MOVING) > 0
        game.button("Settings").click()
        game.page.get_by_role("checkbox", name=re.compile("Scan lines")).uncheck()
        game.page.keyboard.press("Escape")
        game.wait_until(lambda: game.page.evaluate(_MOVING) == 0)
