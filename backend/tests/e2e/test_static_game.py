"""The static form of a pack: the game in a real browser, from a server that only sends files."""

import io
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import BrowserContext, expect

from app.services.scenes.adventure import WEATHERS
from tests.e2e.expedition import Clicks, Expedition
from tests.support.game_page import GamePage, game_in
from tests.support.library import ask_scene, execute, make_image
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.xdist_group("e2e-static-game")

EXPORT = "/api/v1/library/export"
ALT = "</script><b>Picks"
REFUSED = """
Object.defineProperty(window, 'localStorage', {
  get() { throw new DOMException('refused', 'SecurityError'); },
});
"""
FULL = """
Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
"""


class QuietFiles(SimpleHTTPRequestHandler):
    """What ``python -m http.server`` runs, without its log."""

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@pytest.fixture(scope="module")
def site(shared_server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A pack of a library with one place and one item, below a path of a plain file server."""
    client = shared_server.client
    for weather in WEATHERS:
        ask_scene(client, "Starting Tavern", time_of_day="dawn", weather=weather)
    picks = make_image(client, subject_name="Lockpicks", custom_prompt="woodcut")
    rename = "UPDATE image_assets SET alt_text = ? WHERE id = ?"
    execute(shared_server.settings, rename, ALT, picks["id"])
    root = tmp_path_factory.mktemp("site")
    few = {"form": "static", "place": "Starting Tavern", "item": "Lockpicks"}
    with zipfile.ZipFile(io.BytesIO(client.get(EXPORT, params=few).content)) as pack:
        pack.extractall(root / "arcade" / "game")
    files = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietFiles, directory=str(root)))
    with files:
        Thread(target=files.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{files.server_port}/arcade"
        files.shutdown()


def assert_no_server(game: GamePage) -> None:
    """Every request was for a file that is there; no API was called."""
    game.assert_clean()
    assert {method for method, _ in game.watch.requests} == {"GET"}
    assert [url for _, url in game.watch.requests if "/api/v1" in url] == []
    assert game.watch.failed == []


@pytest.mark.thorough
def test_won_from_a_plain_file_server(site: str, browser_context: BrowserContext) -> None:
    game = game_in(browser_context, site).open()
    Expedition(game, Clicks(game)).win()
    story = game.region("The story of this run")
    expect(story).to_contain_text("the Stone went home")
    game.open()
    game.button("Continue").click()
    expect(story).to_contain_text("the Stone went home")
    assert_no_server(game)


def test_saves_stay_in_the_browser(site: str, browser_context: BrowserContext) -> None:
    """The title says so; a browser that keeps nothing, or has no room, is told of."""
    game = game_in(browser_context, site).begin()
    game.expect_painting()
    window = game.open_item("Lockpicks")
    expect(window).to_contain_text("Style: woodcut")
    expect(window.get_by_role("img", name=ALT)).to_be_visible()
    expect(window.get_by_role("button", name=re.compile("Star|Delete|Generate"))).to_have_count(0)
    window.get_by_role("button", name="Close").click()
    game.walk("North")
    expect(game.note).to_contain_text("A sketch of this place.")
    game.expect_saved()
    game.open()
    expect(game.region("Saved adventures")).to_contain_text("stay in this browser")
    expect(game.button("Load slot 1")).to_be_visible()
    keys = game.page.evaluate("Object.keys(localStorage)")
    assert keys
    assert all(key.startswith("emberpeak-expedition/") for key in keys)
    assert_no_server(game)

    game.page.add_init_script(FULL)
    game.proceed()
    game.walk("South")
    expect(game.page.locator("#save-trouble")).to_contain_text("no room left")
    game.page.add_init_script(REFUSED)
    game.open()
    title = game.page.locator("#title-screen").get_by_role("status")
    expect(title).to_contain_text("does not allow the page to keep anything")
    game.button("New adventure").click()
    game.expect_place("Starting Tavern")
    expect(game.page.locator("#save-trouble")).to_contain_text("Save to a file")
    assert_no_server(game)
