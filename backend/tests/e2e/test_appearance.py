"""The game's colours and motion, as the player and the system wish."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.game_page import GamePage
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.xdist_group("e2e-screens")

THEMES = {
    "Green CRT": "green",
    "Amber CRT": "amber",
    "Parchment": "parchment",
    "High contrast": "contrast",
}
_MOVING = "() => document.getAnimations().filter(({ playState }) => playState === 'running').length"


def test_themes_can_be_chosen_and_stay(game: GamePage, server: RunningServer) -> None:
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
    game.assert_clean()


@pytest.mark.thorough
def test_motion_is_as_the_system_and_the_player_wish(game: GamePage) -> None:
    game.begin()
    game.expect_painting()
    assert game.page.evaluate(_MOVING) == 0
    game.page.emulate_media(reduced_motion="no-preference")
    game.wait_until(lambda: game.page.evaluate(_MOVING) > 0)
    game.button("Settings").click()
    game.page.get_by_role("checkbox", name=re.compile("Scan lines")).uncheck()
    game.page.keyboard.press("Escape")
    game.wait_until(lambda: game.page.evaluate(_MOVING) == 0)
