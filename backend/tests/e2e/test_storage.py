"""The browser keeps nothing: no module touches its storage, and after a game it is empty."""

import re

import pytest
from playwright.sync_api import expect

from app.api.routes.game import FRONTEND
from tests.support.game_page import GamePage
from tests.support.running_server import RunningServer

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-storage")]

STORAGE = re.compile(r"\b(localStorage|sessionStorage|indexedDB|caches|document\.cookie)\b")
MAY_READ_OLD_DATA = "migration"


def test_no_module_touches_it() -> None:
    modules = list((FRONTEND / "js").rglob("*.js"))
    assert len(modules) > 50
    found = [
        str(path.relative_to(FRONTEND))
        for path in [*modules, *FRONTEND.glob("*.html")]
        if STORAGE.search(path.read_text("utf-8")) and MAY_READ_OLD_DATA not in path.parts
    ]
    assert found == []


def test_nothing_is_kept(game: GamePage, server: RunningServer) -> None:
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
    kept = game.page.evaluate(
        """async () => ({
          local: localStorage.length, session: sessionStorage.length,
          databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
          workers: (await navigator.serviceWorker.getRegistrations()).length,
          cookie: document.cookie,
        })"""
    )
    assert kept == {
        "local": 0, "session": 0, "databases": 0, "caches": 0, "workers": 0, "cookie": "",
    }  # fmt: skip
    [cookie] = game.page.context.cookies()
    assert cookie.get("httpOnly") is True
    game.watch.assert_clean(server.url)
