"""From the title to the ending in a real browser: by keyboard, by touch, and on two devices."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.expedition import OBJECTIVES, PLACES, STEPS, Clicks, Expedition, Hands, Keys, Taps
from tests.support.game_page import GENERATE, GamePage, game_in
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import execute
from tests.support.patience import PATIENCE_MS
from tests.support.running_server import RunningServer
from tests.support.save_files import heroes, load_file, save_to_file, stored

pytestmark = pytest.mark.xdist_group("e2e-whole-game")


def expect_ending(game: GamePage) -> None:
    """The end screen tells the story of this run, and has the focus."""
    title = game.page.get_by_role("heading", level=1)
    expect(title).to_have_text(re.compile("the end"))
    expect(title).to_be_focused()
    story = game.region("The story of this run")
    expect(story).to_contain_text("Bryn")
    expect(story).to_contain_text("the Stone went home")
    expect(game.page.locator("main:visible")).to_contain_text("Places seen")
    for way_on in ("New adventure", "Look around once more"):
        expect(game.button(way_on)).to_be_in_viewport(ratio=1)


def expect_objectives_done(game: GamePage) -> None:
    for objective in OBJECTIVES:
        expect(game.objective(objective)).to_contain_text("(done)")


@pytest.mark.parametrize(
    ("device", "hands"),
    [
        pytest.param("game", Keys, id="keyboard"),
        pytest.param("phone_game", Taps, id="touch", marks=pytest.mark.thorough),
    ],
)
def test_from_title_to_ending(
    device: str,
    hands: Callable[[GamePage], Hands],
    request: pytest.FixtureRequest,
    server: RunningServer,
) -> None:
    game: GamePage = request.getfixturevalue(device).open()
    expedition = Expedition(game, hands(game))
    expedition.win()
    assert expedition.fights > 0
    expect_ending(game)
    assert all("allow_fallback=true" in url for url in game.watch.asked(GENERATE))
    if isinstance(expedition.hands, Keys):
        expedition.hands.tab_to("Look around once more")
        game.page.keyboard.press("Enter")
    else:
        expedition.hands.press("Look around once more")
        game.button("Quests").tap()
    expect_objectives_done(game)
    game.expect_saved()
    assert stored(server.settings)["1"]["state"]["ended"] is True
    game.assert_clean()


@pytest.mark.thorough
def test_begun_on_one_device_and_won_on_another(
    browser: Browser,
    browser_context: BrowserContext,
    gemini: GeminiStandin,
    gemini_server: RunningServer,
    tmp_path: Path,
) -> None:
    """A file carries the adventure over; Gemini paints every place of it."""
    settings = gemini_server.settings
    first = game_in(browser_context, gemini_server.url).open()
    Expedition(first, Clicks(first)).gather()
    first.expect_saved()
    file = save_to_file(first, tmp_path)
    with browser.new_context(reduced_motion="reduce") as another:
        another.set_default_timeout(PATIENCE_MS)
        second = game_in(another, gemini_server.url, seed=2).open()
        expect(second.button("Continue")).to_be_disabled()
        load_file(second, file)
        second.expect_place("Starting Tavern")
        second.expect_saved()
        expedition = Expedition(second, Clicks(second))
        expedition.go_down()
        expect_ending(second)
        second.button("Look around once more").click()
        second.expect_saved()
        saves = execute(settings, "SELECT content FROM saved_games")
        assert sorted('"ended":true' in content for (content,) in saves) == [False, True]
        walked = {"Starting Tavern", *expedition.places}
        painted = "SELECT DISTINCT subject_name FROM image_assets WHERE model_used = ?"
        second.wait_until(
            lambda: (
                walked <= {name for (name,) in execute(settings, painted, settings.gemini_model)}
            )
        )
        assert len(gemini.calls) >= len(walked)
        for device in (first, second):
            device.assert_clean()


@pytest.mark.thorough
def test_the_ending_is_still_there_tomorrow(game: GamePage, server: RunningServer) -> None:
    game.begin("Ash")
    game.walk("South")
    game.reopen_with(stand_before_the_rune)
    game.choose("Seal the rune with the Stone")
    expect(game.page.get_by_role("heading", level=1)).to_have_text(re.compile("the end"))
    last = game.region("The last moments")
    expect(last).to_contain_text("You have won.")
    expect(last).not_to_contain_text("Seal the rune with the Stone")
    game.button("Look around once more").click()
    game.expect_saved()
    game.open()
    game.button("Continue").click()
    expect(game.region("The story of this run")).to_contain_text("alone")
    game.button("New adventure").click()
    expect(game.dialog).to_contain_text("Begin a new adventure?")
    game.answer("Begin in empty slot 2")
    game.expect_place("Starting Tavern")
    game.expect_saved()
    assert heroes(server.settings)["2"] == "Ash", "the same hero plays again"
    game.assert_clean()


def stand_before_the_rune(state: dict[str, Any]) -> None:
    """One deed away from the ending."""
    done = ("reachedMines", "rubbleCleared", "minersFree", "stoneTaken")
    state["place"] = "rune"
    state["flags"] = dict.fromkeys(done, True)
    state["inventory"].append({"id": "stone", "count": 1})


@pytest.mark.thorough
def test_all_twenty_places_and_back(game: GamePage) -> None:
    seen = set()
    game.begin()
    for line in ("N S W E E W", "S W E E W", "S W W E E", "E W S", "S W E E W", "S E W W E", "S S"):
        for letter in line.split():
            game.walk(next(name for name in STEPS if name.startswith(letter)))
            seen.add(game.place)
    assert seen == set(PLACES)
    game.walk(*["North"] * 7)
    game.expect_place("Starting Tavern")
    game.assert_clean()


@pytest.mark.thorough
def test_gold_potions_fights_and_death_count(game: GamePage) -> None:
    """What did nothing in the old game."""
    character, inventory = game.region("Character"), game.region("Inventory")
    game.begin()
    game.walk("East")
    game.reopen_with(lambda state: state["hero"].update(gold=40, hp=20))
    game.button("Talk").click()
    game.choose("Vendor", "See the stall", "Buy Healing Potion", "Done trading")
    expect(character).to_contain_text(re.compile(r"Gold\s*22"))
    window = game.open_item("Healing Potion")
    window.get_by_role("button", name="Drink", exact=True).click()
    expect(window).to_have_count(0)
    expect(inventory.get_by_role("button", name="Healing Potion")).to_have_count(0)
    assert game.hit_points > 20
    game.walk("West")
    game.meet_enemy()
    expect(game.button("Rest")).to_be_disabled()
    expect(game.button("Rest")).to_have_accessible_description(re.compile("fight"))
    strength = game.hit_points
    game.page.keyboard.press("r")
    assert game.hit_points == strength
    game.reopen_with(lambda state: state["hero"].update(hp=1, gold=15))
    expect(game.enemy).to_be_visible()
    game.set_luck(0.7)
    game.button("Attack").click()
    game.expect_place("Starting Tavern")
    expect(game.enemy).to_have_count(0)
    assert game.hit_points == 25
    expect(character).to_contain_text(re.compile(r"Gold\s*10"))
    expect(game.button("Rest")).to_be_enabled()
    game.assert_clean()
