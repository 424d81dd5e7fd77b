"""From the title to the ending in a real browser: by clicks only, and by keyboard only."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.expedition import OBJECTIVES, Clicks, Expedition, Hands, Keys, Taps
from tests.support.game_page import GENERATE, GamePage, game_in
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import execute
from tests.support.running_server import RunningServer

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


def expect_all_objectives(game: GamePage) -> None:
    """Looking around once more, all four are done."""
    for objective in OBJECTIVES:
        expect(game.objective(objective)).to_contain_text("(done)")


@pytest.mark.parametrize(
    ("device", "hands"),
    [("game", Keys), ("phone_game", Taps)],
    ids=["keyboard", "touch"],
)
def test_from_title_to_ending(
    device: str,
    hands: Callable[[GamePage], Hands],
    request: pytest.FixtureRequest,
    server: RunningServer,
) -> None:
    game: GamePage = request.getfixturevalue(device)
    play_to_the_ending(game, hands(game), server)


@pytest.mark.thorough
def test_from_title_to_ending_by_clicks_with_gemini(
    browser_context: BrowserContext, gemini: GeminiStandin, gemini_server: RunningServer
) -> None:
    game = game_in(browser_context, gemini_server.url)
    expedition = play_to_the_ending(game, Clicks(game), gemini_server)
    settings = gemini_server.settings
    walked = {"Starting Tavern", *expedition.places}

    def painted() -> dict[str, str]:
        return dict(execute(settings, "SELECT DISTINCT subject_name, model_used FROM image_assets"))

    game.wait_until(lambda: walked <= set(painted()))
    assert set(painted().values()) == {settings.gemini_model}
    assert len(gemini.calls) >= len(walked) == 9


def play_to_the_ending(game: GamePage, hands: Hands, server: RunningServer) -> Expedition:
    """Win, look back, and find it all kept."""
    game.open()
    expedition = Expedition(game, hands)
    expedition.win()
    expect_ending(game)
    assert expedition.fights > 0
    game.watch.assert_clean(server.url)
    assert {url for url in game.watch.asked(GENERATE) if "allow_fallback=true" not in url} == set()
    look_back(game, hands)
    if isinstance(hands, Taps):
        game.button("Quests").tap()
    expect_all_objectives(game)
    game.expect_saved()
    [content] = execute(server.settings, "SELECT content FROM saved_games")[0]
    assert json.loads(content)["state"]["ended"] is True
    game.watch.assert_clean(server.url)
    return expedition


def look_back(game: GamePage, hands: Hands) -> None:
    """Leave the end screen for the game's."""
    if isinstance(hands, Keys):
        hands.tab_to("Look around once more")
        game.page.keyboard.press("Enter")
    else:
        hands.press("Look around once more")


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
    game.dialog.get_by_role("button", name="Begin in empty slot 2").click()
    game.expect_place("Starting Tavern")
    game.expect_saved()
    content = execute(server.settings, "SELECT content FROM saved_games WHERE slot = '2'")[0][0]
    assert json.loads(content)["state"]["hero"]["name"] == "Ash", "whoever plays again is the same"
    game.watch.assert_clean(server.url)


def stand_before_the_rune(state: dict[str, Any]) -> None:
    """One deed away from the ending."""
    state["place"] = "rune"
    state["flags"] = {
        "reachedMines": True,
        "rubbleCleared": True,
        "minersFree": True,
        "stoneTaken": True,
    }
    state["inventory"].append({"id": "stone", "count": 1})
