"""A picture whose file went away behind the server's back: no torn icon in the page."""

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.support.game_page import game_in
from tests.support.library import file_of, make_image
from tests.support.running_server import RunningServer

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-items")]


def test_its_place_stays_empty(server: RunningServer, browser_context: BrowserContext) -> None:
    lost, kept = (make_image(server.client, subject_name="Torch") for _ in range(2))
    for field in ("storage_path_full", "storage_path_thumbnail"):
        file_of(server, lost, field).unlink()
    game = game_in(browser_context, server.url).begin()
    window = game.open_item("Torch")
    for image, opacity in ((lost, "0"), (kept, "1")):
        picture = window.locator(f"[data-picture='{image['id']}'] img")
        expect(picture).to_have_css("opacity", opacity)
