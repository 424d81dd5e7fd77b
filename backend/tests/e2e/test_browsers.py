"""Other browsers, other addresses: one of 2021, one too old, a path of a proxy; nothing is kept."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.api.routes.game import FRONTEND
from tests.support.game_page import GamePage, aborted, fulfilled, game_in
from tests.support.running_server import RunningServer
from tests.support.save_files import load_file, place_in

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-browsers")]

# What came after Safari 15.0, as far as a script can take it away again.
_BEFORE_2022 = """
for (const [of, names] of [
  [AbortSignal, ['timeout', 'any']],
  [Object, ['hasOwn', 'groupBy']],
  [Array.prototype, ['at', 'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'with']],
  [String.prototype, ['at', 'isWellFormed', 'toWellFormed']],
  [HTMLDialogElement.prototype, ['showModal', 'show', 'close', 'open']],
  [Crypto.prototype, ['randomUUID']],
  [Element.prototype, ['checkVisibility']],
  [HTMLElement.prototype, ['popover', 'inert', 'showPopover']],
  [window, ['structuredClone', 'reportError', 'scheduler', 'requestIdleCallback']],
]) for (const name of names) delete of[name];
"""
# What main.js turns out to be, and what the page says then.
_NO_START = {
    "export const = 5;": "This browser is too old for the game",
    "throw new Error('a fault');": "The game itself has a fault and could not start",
    "": "A part of the game could not be loaded",
}
_STORAGE = re.compile(r"\b(localStorage|sessionStorage|indexedDB|caches|document\.cookie)\b")
_KEPT = """
async () => ({
  local: localStorage.length, session: sessionStorage.length,
  databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  cookie: document.cookie.length,
})
"""


def test_a_browser_of_2021_plays_and_saves(game: GamePage, server: RunningServer) -> None:
    game.page.add_init_script(_BEFORE_2022)
    game.begin("Ash")
    assert game.page.evaluate("() => typeof AbortSignal.timeout") == "undefined"
    game.walk("South")
    game.expect_place("City Gates")
    game.expect_saved()
    game.button("Help").click()
    expect(game.dialog).to_be_visible()
    game.page.keyboard.press("Escape")
    expect(game.dialog).to_have_count(0)
    expect(game.button("Help")).to_be_focused()
    window = game.open_item("Dagger")
    window.get_by_role("button", name="Close", exact=True).click()
    expect(game.dialog).to_have_count(0)
    game.open()
    game.button("New adventure").click()
    expect(game.dialog).to_contain_text("Begin a new adventure?")
    game.answer("Cancel")
    game.button("Continue").click()
    game.expect_place("City Gates")
    assert place_in(server.settings) == "gates"
    game.assert_clean()


def test_a_page_that_does_not_start_says_why_and_hands_out_the_saves(
    game: GamePage, tmp_path: Path
) -> None:
    game.begin()
    game.walk("South")
    game.expect_saved()
    main, file = re.compile(r"/js/main\.js"), tmp_path / "saved.json"
    for module, words in _NO_START.items():
        answer = fulfilled(content_type="text/javascript", body=module) if module else aborted
        game.page.route(main, answer)
        game.page.goto(f"{game.url}/game/")
        expect(game.page.get_by_role("alert")).to_contain_text(words)
        with game.page.expect_download() as download:
            game.page.get_by_role("link", name="Save slot 1 to a file").click()
        download.value.save_as(file)
        game.page.unroute(main)
    game.open()
    load_file(game, file)
    game.answer("Keep it in empty slot 2")
    game.expect_place("City Gates")


def test_every_address_stays_below_a_path(game: GamePage, server: RunningServer) -> None:
    """The proxy takes the path away; whatever the page asks beside it would be another's."""
    below = game_in(game.page.context, f"{server.url}/ember")
    below.page.route(
        f"{below.url}/**",
        lambda route: route.continue_(url=route.request.url.replace("/ember/", "/", 1)),
    )
    below.begin("Ash")
    below.walk("South")
    below.expect_painting()
    window = below.open_item("Dagger")
    window.get_by_role("button", name="Generate new image", exact=True).click()
    expect(window).to_contain_text("A new picture is in the gallery.")
    below.page.keyboard.press("Escape")
    below.expect_saved()
    below.proceed()
    below.expect_place("City Gates")
    below.assert_clean()


def test_no_module_touches_the_browsers_storage() -> None:
    """Only the migration, which reads what the old game left, and a pack, which has no server."""
    modules = list((FRONTEND / "js").rglob("*.js"))
    assert len(modules) > 50
    found = [
        str(path.relative_to(FRONTEND))
        for path in [*modules, *FRONTEND.glob("*.html")]
        if _STORAGE.search(path.read_text("utf-8")) and {"migration", "pack"}.isdisjoint(path.parts)
    ]
    assert found == []


def test_the_browser_keeps_nothing_but_a_cookie(game: GamePage) -> None:
    game.begin("Ash")
    game.walk("South")
    game.expect_painting()
    game.button("Settings").click()
    game.page.get_by_role("radio", name="Amber CRT").click()
    game.page.keyboard.press("Escape")
    window = game.open_item("Dagger")
    window.get_by_role("button", name="Generate new image", exact=True).click()
    expect(window).to_contain_text("A new picture is in the gallery.")
    game.page.keyboard.press("Escape")
    game.expect_saved()
    assert set(game.page.evaluate(_KEPT).values()) == {0}
    [cookie] = game.page.context.cookies()
    assert cookie.get("httpOnly") is True
    game.assert_clean()
