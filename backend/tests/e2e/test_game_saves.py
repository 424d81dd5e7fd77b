"""Saved games as a player meets them: reload, slots, two tabs, a server that goes away."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from app.config import Settings
from tests.support.game_page import GamePage, game_in
from tests.support.library import execute
from tests.support.running_server import RunningServer
from tests.support.server_process import server_process

pytestmark = pytest.mark.xdist_group("e2e-saves")

ANOTHER_TAB = "Another tab has played on"
SAVES = "/api/v1/saves"


def stored(settings: Settings) -> dict[str, dict[str, Any]]:
    """What the server holds, by slot."""
    rows = execute(settings, "SELECT slot, content FROM saved_games")
    return {slot: json.loads(content) for slot, content in rows}


def place_in(settings: Settings, slot: str = "1") -> str:
    return str(stored(settings)[slot]["state"]["place"])


class TestReload:
    def test_a_fight_goes_on_where_it_was(self, game: GamePage, server: RunningServer) -> None:
        game.begin()
        game.meet_enemy()
        game.set_luck(0.45)
        game.button("Attack").click()
        expect(game.enemy).to_be_visible()
        before = (game.place, game.hit_points, game.enemy.get_attribute("aria-valuenow"))
        lines = game.log.inner_text()
        assert game.hit_points < 50
        game.expect_saved()
        game.page.reload()
        game.button("Continue").click()
        expect(game.enemy).to_be_visible()
        after = (game.place, game.hit_points, game.enemy.get_attribute("aria-valuenow"))
        assert after == before
        assert game.log.inner_text() == lines
        expect(game.log.locator("p").last).to_be_in_viewport()
        expect(game.button("Rest")).to_be_disabled()
        game.button("Attack").click()
        game.expect_saved()
        game.watch.assert_clean(server.url)

    def test_a_reload_at_once_loses_no_turn(self, game: GamePage, server: RunningServer) -> None:
        game.begin()
        game.expect_saved()
        game.walk("South")
        game.page.reload()
        expect(game.button("Continue")).to_be_enabled()
        game.button("Continue").click()
        game.expect_place("City Gates")
        assert place_in(server.settings) == "gates"

    def test_the_next_day(self, browser: Browser, server: RunningServer) -> None:
        today = browser.new_context()
        game = game_in(today, server.url).begin("Ash")
        game.walk("West")
        game.expect_saved()
        cookies = today.storage_state()
        today.close()
        tomorrow = browser.new_context(storage_state=cookies)
        again = game_in(tomorrow, server.url).proceed()
        again.expect_place("Blacksmith")
        expect(again.region("Character")).to_contain_text("Ash")
        again.watch.assert_clean(server.url)
        tomorrow.close()

    def test_a_stranger_has_no_saves(
        self, browser: Browser, game: GamePage, server: RunningServer
    ) -> None:
        game.begin()
        game.expect_saved()
        stranger = browser.new_context()
        theirs = game_in(stranger, server.url).open()
        expect(theirs.button("Continue")).to_be_disabled()
        stranger.close()


class TestNewAdventure:
    def test_nothing_is_replaced_unasked(self, game: GamePage, server: RunningServer) -> None:
        game.begin("First")
        game.walk("South")
        game.expect_saved()
        game.open()
        game.button("New adventure").click()
        expect(game.dialog).to_contain_text("Begin a new adventure?")
        game.dialog.get_by_role("button", name="Cancel").click()
        expect(game.button("New adventure")).to_be_focused()
        assert stored(server.settings)["1"]["state"]["hero"]["name"] == "First"
        game.button("New adventure").click()
        expect(game.dialog).to_be_visible()  # it asks the server first
        game.page.keyboard.press("Escape")
        expect(game.dialog).to_have_count(0)
        assert place_in(server.settings) == "gates"
        assert len(stored(server.settings)) == 1
        game.watch.assert_clean(server.url)

    def test_a_slot_of_its_own(self, game: GamePage, server: RunningServer) -> None:
        self._two_adventures(game)
        names = {
            slot: body["state"]["hero"]["name"] for slot, body in stored(server.settings).items()
        }
        assert names == {"1": "First", "2": "Second"}
        game.open()
        game.button("Load slot 1").click()
        game.expect_place("City Gates")
        game.open()
        game.button("Load slot 2").click()
        game.expect_place("Starting Tavern")
        game.watch.assert_clean(server.url)

    def test_replaced_when_told_to(self, game: GamePage, server: RunningServer) -> None:
        self._two_adventures(game)
        game.open()
        game.page.get_by_label("Hero's name").fill("Third")
        game.button("New adventure").click()
        game.dialog.get_by_role("button", name="Replace slot 1").click()
        game.expect_place("Starting Tavern")
        game.expect_saved()
        names = {
            slot: body["state"]["hero"]["name"] for slot, body in stored(server.settings).items()
        }
        assert names == {"1": "Third", "2": "Second"}
        game.watch.assert_clean(server.url)

    def test_delete_asks(self, game: GamePage, server: RunningServer) -> None:
        self._two_adventures(game)
        game.open()
        game.button("Delete slot 2").focus()
        for _ in range(3):
            game.page.keyboard.press("Enter")
        expect(game.dialog).to_have_accessible_description("This adventure will be gone for good.")
        game.dialog.get_by_role("button", name="Keep it").click()
        assert set(stored(server.settings)) == {"1", "2"}
        game.button("Delete slot 2").click()
        game.dialog.get_by_role("button", name="Delete it").click()
        expect(game.button("Delete slot 2")).to_have_count(0)
        assert set(stored(server.settings)) == {"1"}
        game.watch.assert_clean(server.url)

    def _two_adventures(self, game: GamePage) -> None:
        game.begin("First")
        game.walk("South")
        game.expect_saved()
        game.open()
        game.page.get_by_label("Hero's name").fill("Second")
        game.button("New adventure").click()
        game.dialog.get_by_role("button", name="Begin in empty slot 2").click()
        game.expect_place("Starting Tavern")
        game.expect_saved()


@pytest.mark.thorough
class TestTwoTabs:
    """Tab two goes on from where tab one began; the first turn of the slower one is refused."""

    @pytest.fixture
    def tabs(self, game: GamePage, server: RunningServer) -> tuple[GamePage, GamePage]:
        one = game.begin()
        one.expect_saved()
        two = game.another_tab().proceed()
        two.walk("South", "South")
        two.expect_saved()
        assert place_in(server.settings) == "forest"
        one.walk("North")
        expect(one.dialog).to_contain_text(ANOTHER_TAB)
        assert place_in(server.settings) == "forest"
        return one, two

    def test_the_other_tabs_game(
        self, tabs: tuple[GamePage, GamePage], server: RunningServer
    ) -> None:
        one, _ = tabs
        one.dialog.get_by_role("button", name="Take over").click()
        one.expect_place("Forest Path")
        assert place_in(server.settings) == "forest"
        one.walk("South")
        one.expect_saved()
        assert place_in(server.settings) == "entrance"
        one.watch.assert_stayed_home(server.url)

    def test_both(self, tabs: tuple[GamePage, GamePage], server: RunningServer) -> None:
        one, _ = tabs
        one.dialog.get_by_role("button", name="Keep both").click()
        one.expect_saved()
        assert place_in(server.settings, "1") == "forest"
        assert place_in(server.settings, "2") == "square"
        one.walk("South")
        one.expect_saved()
        assert place_in(server.settings, "2") == "tavern"

    def test_no_answer_overwrites_nothing_and_this_tabs_game_does(
        self, tabs: tuple[GamePage, GamePage], server: RunningServer
    ) -> None:
        one, two = tabs
        one.page.keyboard.press("Enter")
        expect(one.dialog).to_contain_text(ANOTHER_TAB)
        one.page.keyboard.press("Escape")
        expect(one.page.get_by_text("is not being saved")).to_be_visible()
        expect(one.save_status).to_have_text("Not saved: a conflict")
        one.walk("South", "South")
        one.expect_place("City Gates")
        assert place_in(server.settings) == "forest"
        one.button("Decide now").click()
        expect(one.dialog).to_contain_text(ANOTHER_TAB)
        assert [status for status, _ in one.watch.refused] == [412]
        assert len(one.watch.console) == 1
        one.dialog.get_by_role("button", name="Overwrite").click()
        one.expect_saved()
        assert place_in(server.settings) == "gates"
        two.walk("South")
        expect(two.dialog).to_contain_text(ANOTHER_TAB)
        assert place_in(server.settings) == "gates"


@pytest.mark.thorough
class TestServerAway:
    def test_the_game_goes_on_and_is_saved_later(
        self, browser_context: BrowserContext, tmp_path: Path
    ) -> None:
        with server_process(tmp_path) as server:
            port = str(httpx.URL(server.url).port)
            game = game_in(browser_context, server.url).begin()
            game.walk("South")
            game.expect_saved()
        game.go("South", "South")
        game.expect_place("Mine Entrance")
        expect(game.save_status).to_have_text("Not saved yet")
        assert place_in(server.settings) == "gates"
        with server_process(tmp_path, PORT=port) as server:
            game.expect_saved()
            assert place_in(server.settings) == "entrance"
            game.go("South")
            game.expect_saved()
            expect(game.objective("Reach the Emberpeak Mines")).to_contain_text("(done)")
            game.watch.assert_stayed_home(server.url)

    def test_begun_without_a_server(self, browser_context: BrowserContext, tmp_path: Path) -> None:
        with server_process(tmp_path) as server:
            port = str(httpx.URL(server.url).port)
            game = game_in(browser_context, server.url).open()
        game.button("New adventure").click()
        game.expect_place("Starting Tavern")
        game.walk("East")
        expect(game.save_status).to_have_text("Not saved yet")
        game.button("Menu").click()
        expect(game.region("Saved adventures")).to_contain_text(
            re.compile("Not saved yet.*running here")
        )
        expect(game.region("Saved adventures")).not_to_contain_text("Empty")
        game.button("Continue").click()
        with server_process(tmp_path, PORT=port) as server:
            game.expect_saved()
            assert place_in(server.settings) == "market"

    def test_the_title_claims_only_what_is_known(self, game: GamePage) -> None:
        saves = game.region("Saved adventures").get_by_role("listitem")
        game.page.route(f"**{SAVES}", lambda route: route.abort())
        game.open()
        expect(saves).to_have_text([re.compile("Unknown")] * 3)
        game.page.unroute(f"**{SAVES}")
        game.begin()
        game.expect_saved()
        game.page.route(f"**{SAVES}", lambda route: route.abort())
        game.button("Menu").click()
        expect(saves).to_have_text(
            [re.compile(r"1Saved \(running here\)"), re.compile("Unknown"), re.compile("Unknown")]
        )
        game.page.unroute(f"**{SAVES}")
        game.button("Continue").click()
        game.button("Menu").click()
        expect(saves).to_have_text([re.compile("level"), *[re.compile("Empty")] * 2])

    def test_a_save_that_cannot_be_read_is_left_alone(
        self, game: GamePage, server: RunningServer
    ) -> None:
        game.begin()
        game.expect_saved()
        game.change_save(lambda body: body.update(state={"version": 99}))
        game.open()
        game.button("Continue").click()
        expect(game.page.get_by_text("cannot be read")).to_be_visible()
        assert stored(server.settings)["1"]["state"] == {"version": 99}
        game.watch.assert_clean(server.url)
