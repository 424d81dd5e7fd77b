"""A conflict over a slot can be answered until it has been: no dead end, nothing lost unasked."""

import pytest
from playwright.sync_api import Route, expect

from tests.support.game_page import GamePage
from tests.support.library import execute
from tests.support.running_server import RunningServer

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-saves")]

SLOT_1 = "**/api/v1/saves/1"


def address(game: GamePage) -> str:
    return f"{game.url}/api/v1/saves/1"


def emptied(game: GamePage) -> None:
    """Another tab deletes the slot; this one plays on."""
    game.begin()
    game.expect_saved()
    assert game.ask("DELETE", address(game)).ok
    game.button("Look").click()


def changed(game: GamePage) -> None:
    """Another tab plays on, then this one."""
    game.begin()
    game.walk("South")
    game.expect_saved()
    game.change_save(lambda body: body["state"]["hero"].update(name="Rival"))
    game.button("Look").click()
    expect(game.dialog).to_contain_text("Another tab has played on")


def answer(game: GamePage, name: str) -> None:
    game.dialog.get_by_role("button", name=name).click()


def hero_in(game: GamePage) -> str:
    return str(game.ask("GET", address(game)).json()["state"]["hero"]["name"])


def fail(route: Route) -> None:
    route.fulfill(status=500, json={"message": "down"})


class TestEmptiedSlot:
    def test_the_question_says_so_and_saves_here_again(self, game: GamePage) -> None:
        emptied(game)
        expect(game.dialog).to_contain_text("This slot is empty now")
        expect(game.dialog).not_to_contain_text("Take over")
        expect(game.dialog).not_to_contain_text("played on")
        answer(game, "Save it in slot 1 again")
        game.expect_saved()
        game.walk("South")
        game.expect_saved()
        game.open().button("Continue").click()
        game.expect_place("City Gates")

    def test_later_is_asked_again(self, game: GamePage) -> None:
        emptied(game)
        answer(game, "Decide later")
        expect(game.page.get_by_text("its slot was emptied")).to_be_visible()
        game.button("Decide now").click()
        answer(game, "Save it in slot 1 again")
        game.expect_saved()

    def test_what_came_into_it_meanwhile_is_not_overwritten(self, game: GamePage) -> None:
        game.begin()
        game.expect_saved()
        theirs = game.ask("GET", address(game)).json()
        theirs["state"]["hero"]["name"] = "Rival"
        theirs.pop("stamp")
        assert game.ask("DELETE", address(game)).ok
        game.button("Look").click()
        expect(game.dialog).to_contain_text("This slot is empty now")
        answered = game.ask("PUT", address(game), data=theirs)
        assert answered.ok
        answer(game, "Save it in slot 1 again")
        expect(game.dialog).to_contain_text("This slot is taken")
        assert hero_in(game) == "Rival"
        answer(game, "Keep both")
        game.expect_saved()
        assert hero_in(game) == "Rival"

    def test_emptied_while_the_question_is_open(self, game: GamePage) -> None:
        changed(game)
        assert game.ask("DELETE", address(game)).ok
        answer(game, "Take over")
        expect(game.page.get_by_text("no adventure in this slot any more")).to_be_visible()
        game.button("Decide now").click()
        expect(game.dialog).to_contain_text("This slot is empty now")
        answer(game, "Save it in slot 1 again")
        game.expect_saved()


class TestWayBack:
    def test_after_a_failed_load(self, game: GamePage) -> None:
        changed(game)
        game.page.route(SLOT_1, fail)
        answer(game, "Take over")
        expect(game.page.get_by_text("It cannot be loaded.")).to_be_visible()
        game.page.unroute(SLOT_1)
        game.button("Decide now").click()
        answer(game, "Take over")
        expect(game.region("Character")).to_contain_text("Rival")
        game.walk("South")
        game.expect_saved()

    def test_where_the_stored_save_cannot_be_read(
        self, game: GamePage, server: RunningServer
    ) -> None:
        changed(game)
        game.change_save(lambda body: body.update(state={"version": 99}))
        answer(game, "Take over")
        expect(game.page.get_by_text("cannot be read")).to_be_visible()
        game.button("Decide now").click()
        answer(game, "Keep both")
        game.expect_saved()
        rows = execute(server.settings, "SELECT slot FROM saved_games ORDER BY slot")
        assert [row[0] for row in rows] == ["1", "2"]

    @pytest.mark.parametrize("button", ["Continue", "Load slot 1"])
    def test_from_the_title(self, button: str, game: GamePage) -> None:
        changed(game)
        game.page.keyboard.press("Escape")
        expect(game.button("Decide now")).to_be_visible()
        game.button("Menu").click()
        game.button(button).click()
        expect(game.dialog).to_have_count(1)
        expect(game.dialog).to_contain_text("Another tab has played on")
        expect(game.button("Decide now")).to_have_count(0)
        answer(game, "Overwrite")
        game.expect_saved()
        assert hero_in(game) != "Rival"
        game.button("Menu").click()
        game.button("Continue").click()
        expect(game.scene).to_be_visible()
        expect(game.dialog).to_have_count(0)

    def test_news_does_not_take_the_question_away(self, game: GamePage) -> None:
        changed(game)
        game.page.keyboard.press("Escape")
        expect(game.button("Decide now")).to_be_visible()
        game.button("Menu").click()
        game.button("Delete slot 1").click()  # refused, in a line of plain news
        expect(game.page.get_by_text("is running in this tab")).to_be_visible()
        expect(game.button("Decide now")).to_be_visible()
        game.button("Decide now").click()
        expect(game.dialog).to_contain_text("Another tab has played on")
