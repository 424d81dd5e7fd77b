"""The picture of the place: at once a sketch, then the painting, whatever goes wrong."""

import re
from threading import Event
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.support.game_page import GENERATE, GamePage, game_in
from tests.support.gemini_answers import picture, picture_once
from tests.support.gemini_failures import PER_MINUTE_ID, quota_failure, violation
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import row_count
from tests.support.running_server import RunningServer
from tests.support.save_files import place_in

pytestmark = pytest.mark.xdist_group("e2e-scenes")

WHEN = re.compile(r"can come in|Trying again in")


def scenes_asked(game: GamePage) -> list[tuple[str, str, str]]:
    """The scenes that were asked for, in order."""
    asked = [parse_qs(urlsplit(url).query) for url in game.watch.asked(GENERATE)]
    assert all(query["allow_fallback"] == ["true"] for query in asked)
    return [(q["location"][0], q["time_of_day"][0], q["weather"][0]) for q in asked]


def test_every_move_has_a_sketch_and_then_a_painting(
    painted_game: GamePage, gemini: GeminiStandin, gemini_server: RunningServer
) -> None:
    finish = Event()
    gemini.answer_always(picture_once(finish, picture))
    game = painted_game.begin()
    expect(game.scene).to_have_attribute("data-kind", "sketch")
    sketch = game.picture
    expect(sketch).to_have_attribute("src", re.compile("/api/v1/scenes/preview"))
    expect(sketch).to_have_css("opacity", "1")
    assert sketch.evaluate("img => img.naturalWidth") > 0
    expect(sketch).to_have_accessible_name(re.compile("Starting Tavern"))
    expect(game.note).to_contain_text("sketch")
    finish.set()
    game.expect_painting()
    painting = game.scene.locator("img:not(.is-leaving)")
    expect(painting).to_have_attribute("src", re.compile("/images/full/Starting_Tavern"))
    assert painting.evaluate("img => getComputedStyle(img).transitionProperty") == "opacity"
    expect(painting).to_have_css("opacity", "1")
    expect(game.note).to_have_count(0)
    expect(game.scene.locator("img")).to_have_count(1)

    walked, pictures = ["Starting Tavern"], {game.picture.get_attribute("src")}
    for direction in ("South", "South", "West", "West"):
        game.walk(direction)
        walked.append(game.place)
        game.expect_painting()
        expect(game.picture).to_have_accessible_name(re.compile(f"^{walked[-1]}"))
        pictures.add(game.picture.get_attribute("src"))
    assert walked[1:] == ["City Gates", "Forest Path", "Bandit Camp", "Dark Cave"]
    assert len(pictures) == len(walked)
    asked = scenes_asked(game)
    assert [location for location, _, _ in asked] == walked
    assert len(set(asked)) == len(gemini.calls) == row_count(gemini_server.settings)
    game.assert_clean()


@pytest.mark.thorough
def test_the_pictures_around_are_made_ahead(
    browser_context: BrowserContext, gemini: GeminiStandin, gemini_server: RunningServer
) -> None:
    """While the player stands still."""
    game = game_in(browser_context, gemini_server.url)
    game.page.clock.install()
    game.begin()
    game.expect_painting()
    shown = game.picture.get_attribute("src")
    game.page.clock.fast_forward(10_000)
    gemini.wait_for_calls(5)
    game.wait_until(lambda: row_count(gemini_server.settings) == 5)
    assert gemini.max_in_flight == 1
    ahead = [url for url in game.watch.asked(GENERATE) if "priority=low" in url]
    places = {parse_qs(urlsplit(url).query)["location"][0] for url in ahead}
    assert places == {"Town Square", "Market Street", "City Gates", "Blacksmith"}
    expect(game.picture).to_have_attribute("src", shown or "")
    game.walk("South")
    game.expect_painting()
    assert len(gemini.calls) == 5
    game.assert_clean()


@pytest.mark.thorough
def test_trouble_and_back(
    painted_game: GamePage, gemini: GeminiStandin, gemini_server: RunningServer
) -> None:
    """After too many requests, and after the network was away, the painting comes by itself."""
    gemini.answer_with(quota_failure([violation(PER_MINUTE_ID, "10")], "5s", (10,)))
    game = painted_game.begin()
    expect(game.note).to_contain_text(WHEN)
    expect(game.note).to_contain_text(re.compile("painter|pictures"))
    expect(game.scene).not_to_have_attribute("data-kind", "painting")
    expect(game.picture).to_have_css("opacity", "1")
    game.expect_painting()
    expect(game.note).to_have_count(0)
    assert len(set(scenes_asked(game))) == 1
    assert {status for status, _ in game.watch.refused} <= {429}
    game.expect_saved()

    game.page.context.set_offline(offline=True)
    game.walk("South", "South")
    game.expect_place("Forest Path")
    expect(game.note).to_contain_text("cannot be reached")
    expect(game.note).to_contain_text(WHEN)
    expect(game.save_status).to_have_text("Not saved yet")
    game.page.context.set_offline(offline=False)
    game.expect_painting()
    game.expect_saved()
    assert place_in(gemini_server.settings) == "forest"
    assert row_count(gemini_server.settings) == 2
    assert len(gemini.calls) == 3
