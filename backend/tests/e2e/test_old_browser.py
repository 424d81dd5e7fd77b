"""A browser of 2021 plays; one that cannot read the modules is told so, and keeps its saves."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.test_game_saves import place_in
from tests.support.game_page import GamePage
from tests.support.running_server import RunningServer
from tests.support.save_files import load_file

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-saves")]

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


def test_it_plays_and_saves(game: GamePage, server: RunningServer) -> None:
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
    game.dialog.get_by_role("button", name="Cancel").click()
    game.button("Continue").click()
    game.expect_place("City Gates")
    assert place_in(server.settings) == "gates"
    game.watch.assert_clean(server.url)


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("export const = 5;", "This browser is too old for the game"),
        ("throw new Error('a fault');", "The game itself has a fault and could not start"),
        (None, "A part of the game could not be loaded"),
    ],
    ids=["syntax", "fault", "missing"],
)
def test_a_page_that_does_not_start_says_why_and_hands_out_the_saves(
    module: str | None, words: str, game: GamePage, tmp_path: Path
) -> None:
    game.begin()
    game.walk("South")
    game.expect_saved()
    main = re.compile(r"/js/main\.js")
    if module is None:
        game.page.route(main, lambda route: route.abort())
    else:
        game.page.route(
            main, lambda route: route.fulfill(content_type="text/javascript", body=module)
        )
    game.page.goto(f"{game.url}/game/")
    expect(game.page.get_by_role("alert")).to_contain_text(words)
    with game.page.expect_download() as download:
        game.page.get_by_role("link", name="Save slot 1 to a file").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    game.page.unroute(main)
    game.open()
    load_file(game, file)
    game.dialog.get_by_role("button", name="Keep it in empty slot 2").click()
    game.expect_place("City Gates")
