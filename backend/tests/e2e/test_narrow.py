"""Long words on narrow screens: nothing is wider than the screen, nothing goes out of reach."""

import pytest
from playwright.sync_api import expect

from tests.support.game_page import GamePage
from tests.support.library import make_image
from tests.support.running_server import RunningServer

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-screens")]

WIDTHS = (390, 360, 320)
SAVES = "**/api/v1/saves/*"


def assert_fits(game: GamePage) -> None:
    """The page is no wider than the screen, and all three buttons of the bar are on it."""
    for width in WIDTHS:
        game.page.set_viewport_size({"width": width, "height": 844})
        assert game.page.evaluate("document.documentElement.scrollWidth") <= width
        for name in ("Menu", "Settings", "Help"):
            expect(game.button(name)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(
    ("status", "words"),
    [(500, "Not saved yet"), (412, "Not saved: a conflict"), (413, "Not saved")],
)
def test_every_status_of_saving_fits(status: int, words: str, phone_game: GamePage) -> None:
    game = phone_game.begin()
    game.expect_saved()
    assert_fits(game)
    if status == 412:
        game.change_save(lambda body: body["state"]["hero"].update(name="Rival"))
    else:
        game.page.route(SAVES, lambda route: route.fulfill(status=status, json={"message": "no"}))
    game.button("Look").tap()
    if status == 412:
        expect(game.dialog).to_be_visible()
        game.page.keyboard.press("Escape")
    expect(game.save_status).to_have_text(words)
    assert_fits(game)
    assert game.save_status.evaluate("it => it.scrollHeight <= it.clientHeight + 1")
    assert words in game.page.get_by_role("banner").aria_snapshot()


@pytest.mark.parametrize("width", [390, 1280])
def test_full_size_with_one_long_word_can_be_closed(
    width: int, phone_game: GamePage, server: RunningServer
) -> None:
    phone_game.page.set_viewport_size({"width": width, "height": 844})
    make_image(server.client, subject_name="Torch", custom_prompt="w" * 200)
    game = phone_game.begin()
    if width < 1000:
        game.button("Items").tap()
    game.open_item("Torch").get_by_role("button", name="Full size").tap()
    full = game.page.get_by_role("dialog", name="Torch, full size")
    expect(full).to_contain_text("w" * 200)
    box = full.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert full.evaluate("it => it.scrollWidth <= it.clientWidth")
    full.get_by_role("button", name="Close").tap()
    expect(full).to_have_count(0)
