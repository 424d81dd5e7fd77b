"""What keeps a game from being saved is told in words of its own, and a file always helps."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Playwright, Route, expect

from tests.support.axe import violations_of
from tests.support.browser import launch_with_profile
from tests.support.game_page import GamePage, game_in
from tests.support.running_server import RunningServer
from tests.support.save_files import downloaded, load_file

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-saves")]

SAVE = re.compile(r"/api/v1/saves/\d$")
NO_ROOM = {
    "status": "error", "code": 507, "message": "No room.", "detail": {}, "request_id": "r",
}  # fmt: skip
BLOCK_COOKIES = {"profile": {"default_content_setting_values": {"cookies": 2}}}


def when_full(game: GamePage) -> None:
    game.page.route(SAVE, lambda route: route.fulfill(status=507, json=NO_ROOM))


def when_away(game: GamePage) -> None:
    game.page.route("**/api/v1/**", lambda route: route.abort())


def when_failing(game: GamePage) -> None:
    body = {**NO_ROOM, "code": 503}
    game.page.route("**/api/v1/saves**", lambda route: route.fulfill(status=503, json=body))


def when_in_conflict(game: GamePage) -> None:
    game.expect_saved()
    game.change_save(lambda body: body["state"].update(weather="rain"))


def when_at_fault(game: GamePage) -> None:
    game.page.evaluate("() => setTimeout(() => { throw new Error('a fault of the page') })")


@pytest.mark.parametrize(
    ("begins", "words"),
    [
        (when_full, "no room left for saved games"),
        (when_away, "The server does not answer"),
        (when_failing, "cannot save just now (error 503)"),
        (when_in_conflict, "its slot holds something else"),
        (when_at_fault, "The game itself has a fault"),
    ],
)
def test_it_is_told_and_a_file_helps(
    begins: Callable[[GamePage], None], words: str, game: GamePage, tmp_path: Path
) -> None:
    game.begin()
    game.expect_saved()
    begins(game)
    game.walk("South")
    if begins is when_in_conflict:
        expect(game.dialog).to_be_visible()
        game.page.keyboard.press("Escape")
    expect(trouble(game)).to_contain_text(words)
    assert_file_helps(game, tmp_path)


def trouble(game: GamePage) -> Locator:
    """The strip that says why nothing is saved."""
    return game.page.locator("#save-trouble")


def assert_file_helps(game: GamePage, folder: Path) -> None:
    """The running game is saved to a file out of the strip, walked on, and loaded again."""
    assert violations_of(game.page) == []
    file = downloaded(game, trouble(game), folder)
    assert json.loads(file.read_text("utf-8"))["state"]["place"] == "gates"
    game.walk("South")
    game.expect_place("Forest Path")
    game.button("Menu").click()
    load_file(game, file)
    game.dialog.get_by_role(
        "button", name=re.compile("^Keep it in empty slot|^Replace")
    ).first.click()
    game.expect_place("City Gates")


def test_all_is_well_again(game: GamePage, server: RunningServer) -> None:
    """The strip goes once it is saved, and hands on the focus that it had."""
    game.begin()
    game.expect_saved()
    full = [True]

    def answer(route: Route) -> None:
        if full[0]:
            route.fulfill(status=507, json=NO_ROOM)
        else:
            route.continue_()

    game.page.route(SAVE, answer)
    game.walk("South")
    button = trouble(game).get_by_role("button")
    button.focus()
    full[0] = False
    game.expect_saved()
    expect(button).to_be_hidden()
    expect(game.scene.get_by_role("heading")).to_be_focused()
    game.watch.assert_stayed_home(server.url)


def test_an_idle_tab_makes_a_handful_of_calls_a_minute(game: GamePage) -> None:
    """The server refuses what this tab itself has stored, as behind a proxy that changes tags."""
    game.page.clock.install()
    game.begin()
    game.expect_saved()
    calls: list[str] = []

    def answer(route: Route) -> None:
        calls.append(route.request.method)
        if route.request.method == "PUT":
            route.fulfill(status=412, json={**NO_ROOM, "code": 412})
        else:
            route.continue_()

    game.page.route(SAVE, answer)
    game.walk("South")
    expect(trouble(game)).to_contain_text("its own last version")
    assert calls == ["PUT", "GET"] * 2
    for minute in (1, 2, 3):
        game.page.clock.fast_forward(60_000)
        game.wait_until(lambda: len(calls) == 4 + 2 * minute)  # noqa: B023 - called at once
        expect(game.save_status).to_have_attribute("data-status", "waiting")
    assert calls == ["PUT", "GET"] * 5


class TestBlockedCookies:
    @pytest.fixture
    def cookieless(
        self, playwright: Playwright, server: RunningServer, tmp_path: Path
    ) -> Iterator[GamePage]:
        """A browser whose owner lets no site keep anything."""
        context: BrowserContext = launch_with_profile(
            playwright, tmp_path / "profile", BLOCK_COOKIES
        )
        context.set_default_timeout(60_000)
        yield game_in(context, server.url)
        context.close()

    def test_it_is_told_at_once_and_a_file_helps(
        self, cookieless: GamePage, server: RunningServer, tmp_path: Path
    ) -> None:
        cookieless.open()
        note = cookieless.page.locator("#title-screen").get_by_role("status")
        expect(note.filter(has_text="keeps no cookie")).to_be_visible()
        cookieless.button("New adventure").click()
        cookieless.expect_place("Starting Tavern")
        cookieless.walk("South")
        cookieless.expect_place("City Gates")
        expect(trouble(cookieless)).to_contain_text("keeps no cookie")
        expect(cookieless.dialog).to_have_count(0)
        assert_file_helps(cookieless, tmp_path)
        assert cookieless.watch.asked("/api/v1/saves/", "PUT") == [], "no player for each turn"
        cookieless.watch.assert_stayed_home(server.url)
