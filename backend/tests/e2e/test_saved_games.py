"""Saved games as a player meets them: reload, slots, files, a server that is slow or away."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.support.axe import violations_of
from tests.support.game_page import GamePage, game_in
from tests.support.running_server import RunningServer
from tests.support.save_files import heroes, load_file, place_in, save_to_file, stored

pytestmark = pytest.mark.xdist_group("e2e-saves")

SAVES = "**/api/v1/saves"
SLOT_1 = "**/api/v1/saves/1"


def begun(game: GamePage) -> None:
    """An adventure in slot 1, seen from the title."""
    game.begin("First")
    game.walk("South")
    game.expect_saved()
    game.open()


def begin_another(game: GamePage, hero: str, slot: str) -> None:
    """Begin another adventure from the title."""
    game.page.get_by_label("Hero's name").fill(hero)
    game.button("New adventure").click()
    game.answer(slot)
    game.expect_place("Starting Tavern")
    game.expect_saved()
    game.open()


def test_a_fight_goes_on_where_it_was(game: GamePage) -> None:
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
    game.assert_clean()


def test_the_next_day_and_a_stranger(
    browser: Browser, game: GamePage, server: RunningServer
) -> None:
    game.begin("Ash")
    game.expect_saved()
    game.walk("South")
    game.page.reload()  # at once: no turn is lost
    game.button("Continue").click()
    game.expect_place("City Gates")
    assert place_in(server.settings) == "gates"
    with browser.new_context(storage_state=game.page.context.storage_state()) as tomorrow:
        again = game_in(tomorrow, server.url).proceed()
        again.expect_place("City Gates")
        expect(again.region("Character")).to_contain_text("Ash")
        again.assert_clean()
    with browser.new_context() as stranger:
        expect(game_in(stranger, server.url).open().button("Continue")).to_be_disabled()


def test_slots(game: GamePage, server: RunningServer) -> None:
    """Nothing is replaced or deleted unasked."""
    begun(game)
    game.button("New adventure").click()
    expect(game.dialog).to_contain_text("Begin a new adventure?")
    game.answer("Cancel")
    expect(game.button("New adventure")).to_be_focused()
    game.button("New adventure").click()
    expect(game.dialog).to_be_visible()
    game.page.keyboard.press("Escape")
    expect(game.dialog).to_have_count(0)
    assert heroes(server.settings) == {"1": "First"}
    begin_another(game, "Second", "Begin in empty slot 2")
    assert heroes(server.settings) == {"1": "First", "2": "Second"}
    for slot, place in (("1", "City Gates"), ("2", "Starting Tavern")):
        game.button(f"Load slot {slot}").click()
        game.expect_place(place)
        game.open()
    begin_another(game, "Third", "Replace slot 1")
    assert heroes(server.settings) == {"1": "Third", "2": "Second"}
    game.button("Delete slot 2").focus()
    for _ in range(3):
        game.page.keyboard.press("Enter")
    expect(game.dialog).to_have_accessible_description("This adventure will be gone for good.")
    game.answer("Keep it")
    assert set(stored(server.settings)) == {"1", "2"}
    game.button("Delete slot 2").click()
    game.answer("Delete it")
    expect(game.button("Delete slot 2")).to_have_count(0)
    assert set(stored(server.settings)) == {"1"}
    game.assert_clean()


@pytest.mark.thorough
def test_begun_and_played_while_the_server_is_away(game: GamePage, server: RunningServer) -> None:
    game.open()
    game.page.context.set_offline(offline=True)
    game.button("New adventure").click()
    game.expect_place("Starting Tavern")
    game.walk("East")
    expect(game.save_status).to_have_text("Not saved yet")
    game.button("Menu").click()
    saves = game.region("Saved adventures")
    expect(saves).to_contain_text(re.compile("Not saved yet.*running here"))
    expect(saves).not_to_contain_text("Empty")
    game.button("Continue").click()
    game.page.context.set_offline(offline=False)
    game.expect_saved()
    assert place_in(server.settings) == "market"
    game.page.context.set_offline(offline=True)
    game.walk("West", "South")
    expect(game.save_status).to_have_text("Not saved yet")
    game.page.context.set_offline(offline=False)
    game.expect_saved()
    assert place_in(server.settings) == "gates"
    game.watch.assert_stayed_home(server.url)


@pytest.mark.thorough
def test_the_title_claims_only_what_is_known(game: GamePage, server: RunningServer) -> None:
    saves = game.region("Saved adventures").get_by_role("listitem")
    game.page.route(SAVES, lambda route: route.abort())
    game.open()
    expect(saves).to_have_text([re.compile("Unknown")] * 3)
    game.page.unroute(SAVES)
    game.begin()
    game.expect_saved()
    game.page.route(SAVES, lambda route: route.abort())
    game.button("Menu").click()
    expect(saves).to_have_text(
        [re.compile(r"1Saved \(running here\)"), re.compile("Unknown"), re.compile("Unknown")]
    )
    game.page.unroute(SAVES)
    game.button("Continue").click()
    game.button("Menu").click()
    expect(saves).to_have_text([re.compile("level"), *[re.compile("Empty")] * 2])
    game.change_save(lambda body: body.update(state={"version": 99}))
    game.open()
    game.button("Continue").click()
    expect(game.page.get_by_text("cannot be read")).to_be_visible()
    assert stored(server.settings)["1"]["state"] == {"version": 99}


class Held:
    """Requests of one kind, held back until the test lets them go."""

    def __init__(self, game: GamePage, address: str) -> None:
        self._game = game
        self.routes: list[Route] = []
        game.page.route(address, self._hold)

    def _hold(self, route: Route) -> None:
        self.routes.append(route)

    def wait_for(self, count: int) -> None:
        """Wait until that many were sent."""
        self._game.wait_until(lambda: len(self.routes) == count)

    def let_go(self, number: int = 0) -> None:
        """Send one on, and wait until the page has its answer."""
        route = self.routes[number]
        with self._game.page.expect_response(lambda answer: answer.request == route.request):
            route.continue_()


@pytest.mark.thorough
class TestSlowServer:
    """Pressing again, or something else, while the server takes its time: the last wish counts."""

    def test_a_new_adventure_is_asked_about_once(self, game: GamePage) -> None:
        begun(game)
        held = Held(game, SAVES)
        button, hero = game.button("New adventure"), game.page.get_by_label("Hero's name")
        for number, again in enumerate(("click", "Enter")):
            button.click()
            button.click() if again == "click" else hero.press(again)
            held.wait_for(number + 1)
            held.let_go(number)
            expect(game.dialog).to_have_count(1)
            expect(game.dialog).to_contain_text("Begin a new adventure?")
            game.page.keyboard.press("Escape")
            expect(game.dialog).to_have_count(0)
            assert len(held.routes) == number + 1
        game.assert_clean()

    def test_no_question_comes_up_in_a_running_game(self, game: GamePage) -> None:
        game.begin()
        game.expect_saved()
        held = Held(game, SAVES)
        game.button("Menu").click()
        held.wait_for(1)  # the title's own list
        game.button("New adventure").click()
        held.wait_for(2)
        game.button("Continue").click()
        game.expect_place("Starting Tavern")
        held.let_go(0)
        held.let_go(1)
        game.walk("South")
        game.expect_place("City Gates")
        expect(game.dialog).to_have_count(0)
        game.assert_clean()

    def test_the_slot_that_was_pressed_last_is_loaded_once(self, game: GamePage) -> None:
        begun(game)
        begin_another(game, "Second", "Begin in empty slot 2")
        lists = Held(game, SAVES)
        game.page.reload(wait_until="commit")
        lists.wait_for(1)
        expect(game.button("Continue")).to_be_disabled()
        lists.let_go()
        game.page.unroute(SAVES)
        slots = Held(game, "**/api/v1/saves/*")
        for number, press in enumerate((1, 1, 2)):
            game.button(f"Load slot {press}").click()
            if number != 1:
                slots.wait_for(press)
        slots.let_go(1)
        game.expect_place("Starting Tavern")
        slots.let_go(0)
        game.page.unroute("**/api/v1/saves/*")
        game.button("Look").click()
        game.expect_place("Starting Tavern")
        game.expect_saved()
        assert len(slots.routes) == 2
        game.assert_clean()


BAD_FILES = {
    "empty": (b"", "cannot be read"),
    "picture": (b"\x89PNG\r\n\x1a\n", "cannot be read"),
    "other-game": (b'{"game": "chess", "state": {}}', "of another game"),
    "newer": (b'{"game": "emberpeak", "version": 2, "state": {}}', "newer version"),
    "huge": (b" " * (5 * 2**20), "too large"),
}


@pytest.mark.thorough
def test_files(game: GamePage, server: RunningServer, tmp_path: Path) -> None:
    """By keyboard; a bad file changes nothing, a good one is loaded."""
    game.begin()
    game.walk("South")
    game.expect_saved()
    before = stored(server.settings)
    good = save_to_file(game, tmp_path, press="Enter")
    game.open()
    expect(game.button("Save to a file")).to_be_enabled()
    assert violations_of(game.page) == []
    for name, (content, words) in BAD_FILES.items():
        bad = tmp_path / f"{name}.json"
        bad.write_bytes(content)
        load_file(game, bad, press="Enter")
        expect(game.page.locator("#notice")).to_contain_text(words)
        expect(game.page.locator("#notice")).to_contain_text("Nothing was changed.")
    assert stored(server.settings) == before
    load_file(game, good, press="Enter")
    expect(game.dialog).to_contain_text("Load the adventure from the file?")
    game.dialog.get_by_role("button", name="Keep it in empty slot 2").press("Enter")
    game.expect_place("City Gates")
    game.expect_saved()
    assert (place_in(server.settings, "1"), place_in(server.settings, "2")) == ("gates", "gates")
    game.assert_clean()
