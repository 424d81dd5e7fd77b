"""Another tab was first: nothing is lost unasked, and the question can always be answered."""

import pytest
from playwright.sync_api import expect

from tests.support.game_page import GamePage
from tests.support.running_server import RunningServer
from tests.support.save_files import heroes, place_in, stored

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-saves")]

ANOTHER_TAB = "Another tab has played on"
EMPTY_NOW = "This slot is empty now"
SLOT_1 = "**/api/v1/saves/1"


def empty_slot(game: GamePage) -> None:
    """Delete slot 1, as another tab would."""
    assert game.ask("DELETE", f"{game.url}/api/v1/saves/1").ok


def changed(game: GamePage) -> None:
    """Another tab plays on, then this one."""
    game.begin()
    game.walk("South")
    game.expect_saved()
    game.change_save(lambda body: body["state"]["hero"].update(name="Rival"))
    game.button("Look").click()
    expect(game.dialog).to_contain_text(ANOTHER_TAB)


def test_two_tabs(game: GamePage, server: RunningServer) -> None:
    """No answer overwrites nothing; each of the three answers does what it says."""
    one = game.begin()
    one.expect_saved()
    two = game.another_tab().proceed()
    two.walk("South", "South")
    two.expect_saved()
    one.walk("North")
    expect(one.dialog).to_contain_text(ANOTHER_TAB)
    one.page.keyboard.press("Enter")
    expect(one.dialog).to_contain_text(ANOTHER_TAB)
    one.page.keyboard.press("Escape")
    # The next try to save may say so too.
    expect(one.page.get_by_text("is not being saved").first).to_be_visible()
    expect(one.save_status).to_have_text("Not saved: a conflict")
    one.walk("South", "South")
    one.expect_place("City Gates")
    assert place_in(server.settings) == "forest"
    assert [status for status, _ in one.watch.refused] == [412]
    assert len(one.watch.console) == 1

    one.button("Decide now").click()
    one.answer("Take over")
    one.expect_place("Forest Path")
    one.walk("South")
    one.expect_saved()
    assert place_in(server.settings) == "entrance"

    two.walk("North")
    expect(two.dialog).to_contain_text(ANOTHER_TAB)
    two.answer("Overwrite")
    two.expect_saved()
    assert place_in(server.settings) == "gates"

    one.walk("North")
    expect(one.dialog).to_contain_text(ANOTHER_TAB)
    one.answer("Keep both")
    one.expect_saved()
    assert [place_in(server.settings, slot) for slot in "12"] == ["gates", "forest"]
    one.walk("North")
    one.expect_saved()
    assert [place_in(server.settings, slot) for slot in "12"] == ["gates", "gates"]
    one.watch.assert_stayed_home(server.url)


def test_an_emptied_slot_is_saved_in_again(game: GamePage) -> None:
    game.begin()
    game.expect_saved()
    empty_slot(game)
    game.button("Look").click()
    expect(game.dialog).to_contain_text(EMPTY_NOW)
    expect(game.dialog).not_to_contain_text("Take over")
    expect(game.dialog).not_to_contain_text("played on")
    game.answer("Decide later")
    expect(game.page.get_by_text("its slot was emptied")).to_be_visible()
    game.button("Decide now").click()
    game.answer("Save it in slot 1 again")
    game.expect_saved()
    game.walk("South")
    game.expect_saved()
    game.open().button("Continue").click()
    game.expect_place("City Gates")


def test_what_came_into_an_emptied_slot_is_not_overwritten(
    game: GamePage, server: RunningServer
) -> None:
    game.begin()
    game.expect_saved()
    address = f"{game.url}/api/v1/saves/1"
    theirs = game.ask("GET", address).json()
    theirs["state"]["hero"]["name"] = "Rival"
    theirs.pop("stamp")
    empty_slot(game)
    game.button("Look").click()
    expect(game.dialog).to_contain_text(EMPTY_NOW)
    assert game.ask("PUT", address, data=theirs).ok
    game.answer("Save it in slot 1 again")
    expect(game.dialog).to_contain_text("This slot is taken")
    assert heroes(server.settings) == {"1": "Rival"}
    game.answer("Keep both")
    game.expect_saved()
    assert heroes(server.settings)["1"] == "Rival"
    assert set(stored(server.settings)) == {"1", "2"}


def test_a_failed_answer_can_be_given_again(game: GamePage) -> None:
    changed(game)
    game.page.route(SLOT_1, lambda route: route.fulfill(status=500, json={"message": "down"}))
    game.answer("Take over")
    expect(game.page.get_by_text("It cannot be loaded.")).to_be_visible()
    game.page.unroute(SLOT_1)
    game.button("Decide now").click()
    empty_slot(game)
    game.answer("Take over")
    expect(game.page.get_by_text("no adventure in this slot any more")).to_be_visible()
    game.button("Decide now").click()
    expect(game.dialog).to_contain_text(EMPTY_NOW)
    game.answer("Save it in slot 1 again")
    game.expect_saved()


def test_a_stored_save_that_cannot_be_read(game: GamePage, server: RunningServer) -> None:
    changed(game)
    game.change_save(lambda body: body.update(state={"version": 99}))
    game.answer("Take over")
    expect(game.page.get_by_text("cannot be read")).to_be_visible()
    game.button("Decide now").click()
    game.answer("Keep both")
    game.expect_saved()
    assert set(stored(server.settings)) == {"1", "2"}


def test_the_question_waits_at_the_title(game: GamePage, server: RunningServer) -> None:
    changed(game)
    for button in ("Continue", "Load slot 1"):
        game.page.keyboard.press("Escape")
        expect(game.button("Decide now")).to_be_visible()
        game.button("Menu").click()
        game.button("Delete slot 1").click()  # refused, in a line of plain news
        expect(game.page.get_by_text("is running in this tab")).to_be_visible()
        expect(game.button("Decide now")).to_be_visible()
        game.button(button).click()
        expect(game.dialog).to_have_count(1)
        expect(game.dialog).to_contain_text(ANOTHER_TAB)
        expect(game.button("Decide now")).to_have_count(0)
    game.answer("Overwrite")
    game.expect_saved()
    assert heroes(server.settings)["1"] != "Rival"
    game.button("Menu").click()
    game.button("Continue").click()
    expect(game.scene).to_be_visible()
    expect(game.dialog).to_have_count(0)
