"""The picture of the place: at once a sketch, then the painting, whatever goes wrong."""

import re
from threading import Event
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Response, expect

from tests.conftest import ServerFactory
from tests.support.game_page import GENERATE, GamePage, game_in
from tests.support.gemini_answers import picture, picture_once, slow_picture
from tests.support.gemini_failures import INTERNAL_ERROR, PER_MINUTE_ID, quota_failure, violation
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import execute, row_count
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.xdist_group("e2e-scenes")

WHEN = re.compile(r"can come in|Trying again in")

# Every picture that came onto the screen, and the place that was written beside it.
_WATCH_PICTURES = """
() => {
  window.shown = [];
  document.addEventListener('load', ({ target }) => {
    if (!(target instanceof HTMLImageElement) || !target.closest('#scene')) return;
    requestAnimationFrame(() => {
      const scene = document.querySelector('#scene');
      if (!target.isConnected || target.classList.contains('is-leaving')) return;
      window.shown.push([target.src, scene.querySelector('h2').textContent]);
    });
  }, true);
}
"""
_SHOWN_NOW = """
() => [
  document.querySelector('#scene img:not(.is-leaving)').src,
  document.querySelector('#scene h2').textContent,
]
"""


def scenes_asked(game: GamePage) -> list[tuple[str, str, str]]:
    """The scenes that were asked for, in order."""
    asked = [parse_qs(urlsplit(url).query) for url in game.watch.asked(GENERATE)]
    assert all(query["allow_fallback"] == ["true"] for query in asked)
    return [(q["location"][0], q["time_of_day"][0], q["weather"][0]) for q in asked]


class TestEveryMove:
    def test_asks_for_the_scene(
        self, painted_game: GamePage, gemini: GeminiStandin, gemini_server: RunningServer
    ) -> None:
        game = painted_game.begin()
        walked = ["Starting Tavern"]
        pictures = set()
        for direction in ("South", "South", "West", "West"):
            game.expect_painting()
            expect(game.picture).to_have_accessible_name(re.compile(f"^{walked[-1]}"))
            pictures.add(game.picture.get_attribute("src"))
            game.walk(direction)
            walked.append(game.place)
        game.expect_painting()
        assert len(pictures) == 4
        assert walked == [
            "Starting Tavern", "City Gates", "Forest Path", "Bandit Camp", "Dark Cave",
        ]  # fmt: skip
        asked = scenes_asked(game)
        assert [location for location, _, _ in asked] == walked
        assert len(set(asked)) == len(gemini.calls) == row_count(gemini_server.settings)
        game.watch.assert_clean(gemini_server.url)

    def test_a_sketch_at_once_and_a_fade_to_the_painting(
        self, painted_game: GamePage, gemini: GeminiStandin, gemini_server: RunningServer
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
        game.watch.assert_clean(gemini_server.url)

    def test_one_request_a_scene(
        self, painted_game: GamePage, gemini: GeminiStandin, gemini_server: RunningServer
    ) -> None:
        gemini.answer_always(slow_picture(0.5))
        game = painted_game.begin()
        game.walk("South", "North", "South", "North")
        game.expect_painting()
        game.walk("South")
        game.expect_painting()
        asked = scenes_asked(game)
        assert len(asked) == len(set(asked)) == len(gemini.calls)
        game.watch.assert_clean(gemini_server.url)


@pytest.mark.thorough
class TestStandingStill:
    def test_the_pictures_around_are_made_ahead(
        self, browser_context: BrowserContext, gemini: GeminiStandin, gemini_server: RunningServer
    ) -> None:
        game = game_in(browser_context, gemini_server.url)
        game.page.clock.install()
        game.begin()
        game.expect_painting()
        shown = game.picture.get_attribute("src")
        game.page.clock.fast_forward(10_000)
        gemini.wait_for_calls(5, 30)
        game.wait_until(lambda: row_count(gemini_server.settings) == 5)
        assert gemini.max_in_flight == 1
        ahead = [url for url in game.watch.asked(GENERATE) if "priority=low" in url]
        places = {parse_qs(urlsplit(url).query)["location"][0] for url in ahead}
        assert places == {"Town Square", "Market Street", "City Gates", "Blacksmith"}
        expect(game.picture).to_have_attribute("src", shown or "")
        game.walk("South")
        game.expect_painting()
        assert len(gemini.calls) == 5
        game.watch.assert_clean(gemini_server.url)


@pytest.mark.thorough
class TestQuickFeet:
    def test_a_late_picture_stays_in_its_own_place(
        self, painted_game: GamePage, gemini: GeminiStandin, gemini_server: RunningServer
    ) -> None:
        painted: dict[str, str] = {}

        def on_response(response: Response) -> None:
            if GENERATE in response.url:
                query = parse_qs(urlsplit(response.url).query)
                painted[response.json()["url"]] = query["location"][0]

        delays = (2.5, 0.6, 1.8, 0.3, 1.2)
        gemini.answer_with(*(slow_picture(seconds) for seconds in delays))
        game = painted_game
        game.page.on("response", on_response)
        game.begin()
        game.page.evaluate(_WATCH_PICTURES)
        game.walk("South", "South", "South", "South")
        gemini.wait_for_calls(len(delays), 30)
        game.expect_painting()
        game.wait_until(lambda: len(painted) == len(delays))
        game.page.wait_for_load_state("networkidle")
        assert row_count(gemini_server.settings) == len(delays)
        # An image that was loaded before it was put into the page fires no event there.
        shown = [*game.page.evaluate("window.shown"), game.page.evaluate(_SHOWN_NOW)]
        for src, place in shown:
            if "/images/full/" in src:
                assert painted[urlsplit(src).path] == place
            else:
                assert parse_qs(urlsplit(src).query)["location"] == [place]
        assert game.watch.failed == []
        game.watch.assert_clean(gemini_server.url)


@pytest.mark.thorough
class TestTroubleAndBack:
    def test_too_many_requests(self, painted_game: GamePage, gemini: GeminiStandin) -> None:
        gemini.answer_with(quota_failure([violation(PER_MINUTE_ID, "10")], "5s", (10,)))
        game = painted_game.begin()
        expect(game.note).to_contain_text(WHEN)
        expect(game.note).to_contain_text(re.compile("painter|pictures"))
        expect(game.scene).not_to_have_attribute("data-kind", "painting")
        expect(game.picture).to_have_css("opacity", "1")
        game.expect_painting()
        expect(game.note).to_have_count(0)
        assert len(set(scenes_asked(game))) == 1
        game.walk("South")
        game.expect_painting()
        assert len(gemini.calls) == 3
        assert all(status == 429 for status, _ in game.watch.refused)
        assert len(game.watch.console) == len(game.watch.refused)

    def test_our_own_limit(
        self, browser_context: BrowserContext, make_gemini_server: ServerFactory
    ) -> None:
        server = make_gemini_server(scene_requests_per_minute=1)
        game = game_in(browser_context, server.url).without_warming().begin()
        game.expect_painting()
        game.walk("South")
        expect(game.note).to_contain_text(WHEN)
        game.go("North")
        game.expect_place("Starting Tavern")
        game.expect_painting()
        expect(game.note).to_have_count(0)
        assert row_count(server.settings) == 1

    def test_a_server_that_stumbles(
        self, painted_game: GamePage, gemini: GeminiStandin, gemini_server: RunningServer
    ) -> None:
        gemini.answer_always(INTERNAL_ERROR)
        game = painted_game
        game.page.clock.install()
        game.begin()
        expect(game.note).to_contain_text(WHEN)
        game.walk("South")
        game.expect_place("City Gates")
        expect(game.note).to_contain_text(WHEN)
        gemini.answer_always(picture)
        game.page.clock.fast_forward(120_000)
        game.expect_painting()
        assert all(status >= 500 for status, _ in game.watch.refused)
        assert len(game.watch.console) == len(game.watch.refused)
        game.watch.assert_stayed_home(gemini_server.url)

    def test_offline_and_back(
        self, painted_game: GamePage, gemini: GeminiStandin, gemini_server: RunningServer
    ) -> None:
        game = painted_game.begin()
        game.expect_painting()
        game.page.context.set_offline(offline=True)
        game.walk("South", "South")
        game.expect_place("Forest Path")
        expect(game.note).to_contain_text("cannot be reached")
        expect(game.note).to_contain_text(WHEN)
        expect(game.save_status).to_have_text("Not saved yet")
        expect(game.scene).to_contain_text("Forest Path")
        game.page.context.set_offline(offline=False)
        game.expect_painting()
        game.expect_saved()
        assert row_count(gemini_server.settings) == 2
        [content] = execute(gemini_server.settings, "SELECT content FROM saved_games")[0]
        assert '"place":"forest"' in content
        assert len(gemini.calls) == 2
        assert game.watch.refused == []
        assert all("ERR_INTERNET_DISCONNECTED" in line for line in game.watch.console)
