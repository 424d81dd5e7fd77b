"""Moving out of LocalStorage where things go wrong: broken off, full, in two tabs."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.conftest import ServerFactory
from tests.support.game_page import GamePage, game_in
from tests.support.legacy_dumps import (
    LIBRARY,
    MIGRATE,
    as_text,
    bare,
    image,
    library,
    move,
    parsed,
    picture,
    sample,
)
from tests.support.library import row_count
from tests.support.moving_out import (
    PUT,
    bar,
    button,
    expect_done,
    hashes,
    kept,
    many,
    move_and_free,
    offered,
    old_images,
    put,
    start,
)
from tests.support.running_server import RunningServer

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-moving")]


@pytest.fixture
def server(make_server: ServerFactory) -> RunningServer:
    """A server of the test's own: what moves in is counted."""
    return make_server()


class TestBrokenOff:
    @pytest.mark.parametrize("answered", [0, 1, 2])
    def test_the_tab_closed_after_a_call_and_opened_again(
        self, answered: int, browser_context: BrowserContext, server: RunningServer
    ) -> None:
        dump = many(50)
        game = game_in(browser_context, server.url)
        put(game, dump)
        game.open()
        calls: list[Route] = []

        def gate(route: Route) -> None:
            calls.append(route)
            if len(calls) <= answered:
                route.continue_()
            else:
                route.abort()

        game.page.route(f"**{MIGRATE}", gate)
        start(game.page)
        expect(bar(game.page)).to_have_attribute("aria-valuenow", str(20 * answered))
        expect(old_images(game.page)).to_contain_text("cannot be reached")
        expect(button(game.page, "Free browser storage")).to_be_disabled()
        game.page.close()
        assert row_count(server.settings) == 20 * answered
        again = game_in(browser_context, server.url).open()
        assert kept(again.page) == dump
        start(again.page)
        expect_done(again.page)
        expect(old_images(again.page)).to_contain_text(
            f"Moved: {50 - 20 * answered}. Already there: {20 * answered}."
        )
        button(again.page, "Free browser storage").click()
        expect(old_images(again.page)).to_contain_text("50 entries removed")
        assert kept(again.page) == {}
        assert len(hashes(server)) == len(set(hashes(server))) == 50
        assert set(hashes(server)) == offered(dump)

    def test_an_answer_that_got_lost(self, game: GamePage, server: RunningServer) -> None:
        put(game, many(30))
        game.open()
        lost: list[int] = []

        def lose(route: Route) -> None:
            if lost:
                route.continue_()
            else:
                lost.append(route.fetch().status)
                route.abort()

        game.page.route(f"**{MIGRATE}", lose)
        start(game.page)
        expect(old_images(game.page)).to_contain_text("cannot be reached")
        expect(bar(game.page)).to_have_attribute("aria-valuenow", "0")
        start(game.page)
        expect_done(game.page)
        expect(old_images(game.page)).to_contain_text("Moved: 10. Already there: 20.")
        assert row_count(server.settings) == 30

    def test_stopped_and_gone_on_with(self, game: GamePage, server: RunningServer) -> None:
        put(game, many(50))
        game.open()
        held: list[Route] = []

        def hold(route: Route) -> None:
            if held:
                route.continue_()
            else:
                held.append(route)

        game.page.route(f"**{MIGRATE}", hold)
        with game.page.expect_request(f"**{MIGRATE}"):
            start(game.page)
        button(game.page, "Stop").click()
        expect(old_images(game.page)).to_contain_text("Stopping when the server has answered.")
        held[0].continue_()
        expect(old_images(game.page)).to_contain_text("Stopped.")
        assert row_count(server.settings) == 20
        start(game.page)
        expect_done(game.page)
        assert row_count(server.settings) == 50

    def test_the_servers_limit_is_waited_for(
        self, browser_context: BrowserContext, server: RunningServer
    ) -> None:
        game = game_in(browser_context, server.url)
        put(game, many(30))
        game.open()
        refused: list[Route] = []

        def refuse_once(route: Route) -> None:
            if refused:
                route.continue_()
                return
            refused.append(route)
            route.fulfill(status=429, headers={"Retry-After": "2"}, json={"message": "Slow down."})

        game.page.route(f"**{MIGRATE}", refuse_once)
        start(game.page)
        expect(old_images(game.page)).to_contain_text("The server asks for a pause.")
        expect_done(game.page)
        assert row_count(server.settings) == 30


class TestHardPlaces:
    def test_a_full_storage(self, game: GamePage, server: RunningServer) -> None:
        big = [image(n, data=bare(picture(n, "PNG", (200, 200)))) for n in range(12)]
        dump = library(Dagger=[*big, image("bad", data="*")])
        put(game, dump)
        game.page.evaluate(
            """() => {
              for (let size = 2 ** 20; size >= 1; size /= 2) {
                for (let n = 0; ; n += 1) {
                  const key = `filler-${size}-${n}`;
                  try { localStorage.setItem(key, 'x'.repeat(size)); } catch { break; }
                }
              }
            }"""
        )
        game.open()
        move_and_free(game)
        left = kept(game.page)
        assert [one["data"] for one in left[LIBRARY]["Dagger"]["images"]] == ["*"]
        assert any(key.startswith("filler-") for key in left)
        assert row_count(server.settings) == 12

    def test_a_storage_that_refuses_every_write(self, game: GamePage) -> None:
        dump = library(Dagger=[image(1), image("bad", data="*")])
        put(game, dump)
        game.page.add_init_script(
            "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') }"
        )
        game.open()
        start(game.page)
        expect_done(game.page)
        button(game.page, "Free browser storage").click()
        expect(old_images(game.page)).to_contain_text("The browser refused to write")
        with game.page.expect_download() as download:
            button(game.page, "Download what stays").click()
        text = Path(download.value.path()).read_text("utf-8")
        assert [one["data"] for one in parsed(json.loads(text))[LIBRARY]["Dagger"]["images"]] == [
            "*"
        ]

    def test_two_tabs_at_once(self, browser_context: BrowserContext, server: RunningServer) -> None:
        dump = many(50)
        first = game_in(browser_context, server.url)
        put(first, dump)
        first.open()
        second = game_in(browser_context, server.url).open()
        start(first.page)
        start(second.page)
        expect_done(first.page)
        expect_done(second.page)
        late = {**dump[LIBRARY], "Torch": {"featured": None, "images": [image("late")]}}
        second.page.evaluate(PUT, as_text({LIBRARY: late}))
        expect(button(first.page, "Free browser storage")).to_be_disabled()
        start(first.page)
        expect_done(first.page)
        button(first.page, "Free browser storage").click()
        expect(old_images(first.page)).to_contain_text("51 entries removed")
        expect(old_images(second.page)).to_contain_text("Nothing of the old game is left")
        assert kept(second.page) == {}
        assert len(hashes(server)) == len(set(hashes(server))) == 51

    def test_without_the_browsers_own_hash(self, game: GamePage, server: RunningServer) -> None:
        game.page.add_init_script("delete Crypto.prototype.subtle")
        dump = sample("data-uri")
        put(game, dump)
        game.open()
        assert game.page.evaluate("crypto.subtle === undefined")
        move_and_free(game)
        assert LIBRARY not in kept(game.page)
        assert set(hashes(server)) == offered(dump)

    def test_a_server_that_has_other_bytes(self, game: GamePage) -> None:
        dump = many(2)
        put(game, dump)
        game.open()

        def lie(route: Route) -> None:
            answer = route.fetch()
            body = answer.json()
            body["results"][0]["source_hash"] = "0" * 64
            route.fulfill(response=answer, json=body)

        game.page.route(f"**{MIGRATE}", lie)
        move_and_free(game)
        left = kept(game.page)[LIBRARY]["Rope (50ft)"]["images"]
        assert left == dump[LIBRARY]["Rope (50ft)"]["images"][:1]

    def test_what_another_browser_moved_is_already_there(
        self, make_server: ServerFactory, browser_context: BrowserContext
    ) -> None:
        server = make_server()
        move(server, many(5))
        game = game_in(browser_context, server.url)
        put(game, many(5))
        game.open()
        start(game.page)
        expect_done(game.page)
        expect(old_images(game.page)).to_contain_text("Moved: 0. Already there: 5.")
        assert row_count(server.settings) == 5
