"""The page says in words why it does not save, and a file always helps."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Playwright, Route, expect

from tests.support.axe import violations_of
from tests.support.browser import launch_with_profile
from tests.support.game_page import GamePage, aborted, fulfilled, game_in
from tests.support.library import write_lock
from tests.support.patience import PATIENCE_MS
from tests.support.running_server import RunningServer
from tests.support.save_files import downloaded, load_file, place_in

pytestmark = pytest.mark.xdist_group("e2e-trouble")

SAVE = re.compile(r"/api/v1/saves/\d$")
ANSWER = {"status": "error", "message": "No room.", "detail": {}, "request_id": "r"}
BLOCK_COOKIES = {"profile": {"default_content_setting_values": {"cookies": 2}}}


def trouble(game: GamePage) -> Locator:
    """The strip that says why nothing is saved."""
    return game.page.locator("#save-trouble")


def refuse(route: Route, status: int) -> None:
    route.fulfill(status=status, json={**ANSWER, "code": status})


def assert_file_helps(game: GamePage, folder: Path) -> None:
    """The strip saves the running game to a file, from which it can be loaded again."""
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


def test_a_file_helps_until_there_is_room_again(
    game: GamePage, server: RunningServer, tmp_path: Path
) -> None:
    game.begin()
    game.expect_saved()
    game.page.route(SAVE, lambda route: refuse(route, 507))
    game.walk("South")
    expect(trouble(game)).to_contain_text("no room left for saved games")
    assert_file_helps(game, tmp_path)
    button = trouble(game).get_by_role("button")
    button.focus()
    game.page.unroute(SAVE)
    game.come_online()
    game.expect_saved()
    expect(button).to_be_hidden()
    expect(game.scene.get_by_role("heading")).to_be_focused()
    game.watch.assert_stayed_home(server.url)


@pytest.mark.thorough
def test_each_trouble_has_its_words(game: GamePage) -> None:
    game.begin()
    game.expect_saved()
    for status, words in (
        (0, "The server does not answer"),
        (503, "cannot save just now (error 503)"),
    ):
        game.page.route(
            SAVE, fulfilled(status=status, json={**ANSWER, "code": status}) if status else aborted
        )
        game.button("Look").click()
        expect(trouble(game)).to_contain_text(words)
        game.page.unroute(SAVE)
        game.come_online()
        game.expect_saved()
        expect(trouble(game)).to_be_hidden()
    game.change_save(lambda body: body["state"].update(weather="rain"))
    game.button("Look").click()
    expect(game.dialog).to_be_visible()
    game.page.keyboard.press("Escape")
    expect(trouble(game)).to_contain_text("its slot holds something else")
    game.page.evaluate("() => setTimeout(() => { throw new Error('a fault of the page') })")
    expect(trouble(game)).to_contain_text("The game itself has a fault")


@pytest.fixture
def cookieless(playwright: Playwright, server: RunningServer, tmp_path: Path) -> Iterator[GamePage]:
    """A browser whose owner lets no site keep anything."""
    with launch_with_profile(playwright, tmp_path / "profile", BLOCK_COOKIES) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield game_in(context, server.url)


@pytest.mark.thorough
def test_a_browser_without_cookies_is_told_at_once(
    cookieless: GamePage, server: RunningServer, tmp_path: Path
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


def hide(page: Page) -> None:
    """What a phone does with a page before it ends it: it says that the page is hidden."""
    page.evaluate(
        """() => {
          Object.defineProperty(document, 'visibilityState', { value: 'hidden' });
          document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )


@pytest.mark.thorough
def test_whoever_leaves_loses_no_turn(game: GamePage, server: RunningServer) -> None:
    """The server's writes wait, so several turns are still on their way."""
    game.begin()
    game.expect_saved()
    there, back = ("entrance", "South", "Mine Entrance"), ("tavern", "North", "Starting Tavern")
    leaving = (
        (hide, there),
        (lambda page: page.reload(), back),
        (lambda page: page.close(), there),
    )
    for leave, (goal, way, name) in leaving:
        with write_lock(server.settings):
            game.walk(*[way] * 3)
            leave(game.page)
            assert place_in(server.settings) != goal
        if game.page.is_closed():
            game = game.another_tab().open()
        game.wait_until(lambda: place_in(server.settings) == goal)  # noqa: B023 - called at once
        game.page.reload()
        game.button("Continue").click()
        game.expect_place(name)
        assert game.watch.refused == []


@pytest.mark.thorough
def test_whoever_leaves_overwrites_no_other_tab(game: GamePage, server: RunningServer) -> None:
    one = game.begin()
    one.expect_saved()
    two = game.another_tab().proceed()
    two.walk("East")
    two.expect_saved()
    with write_lock(server.settings):
        one.walk("South", "South", "South")
        one.page.close()
    two.walk("West")
    two.expect_saved()
    assert place_in(server.settings) == "tavern"
    assert two.watch.refused == []
