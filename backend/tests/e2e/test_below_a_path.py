"""The game served below a path, as by a proxy that serves other things beside it."""

import pytest
from playwright.sync_api import expect

from tests.support.game_page import GamePage, game_in
from tests.support.running_server import RunningServer

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-saves")]

FOLDER = "/ember"


def test_every_address_stays_below_it(game: GamePage, server: RunningServer) -> None:
    """The proxy takes the path away; whatever is asked for beside it would be another's."""
    below = game_in(game.page.context, server.url + FOLDER)
    below.page.route(
        f"{server.url}{FOLDER}/**",
        lambda route: route.continue_(url=route.request.url.replace(f"{FOLDER}/", "/", 1)),
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
    below.watch.assert_clean(server.url + FOLDER)
