"""Moving out of LocalStorage: one click, nothing lost, nothing freed unproven."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.conftest import ServerFactory
from tests.support.axe import violations_of
from tests.support.game_page import GENERATE, GamePage
from tests.support.legacy_dumps import (
    LIBRARY,
    SAVED_GAME,
    SCENE_CACHE,
    bare,
    image,
    library,
    parsed,
    picture,
    sample,
    scene,
)
from tests.support.library import execute
from tests.support.moving_out import (
    button,
    digest,
    downloaded,
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


class TestByClicks:
    @pytest.mark.parametrize("name", ["bare-base64", "data-uri"])
    def test_everything_moves_and_the_storage_is_freed(
        self, name: str, game: GamePage, server: RunningServer
    ) -> None:
        dump = sample(name)
        put(game, dump)
        game.open()
        move_and_free(game)
        assert set(hashes(server)) == offered(dump)
        others = {key: dump[key] for key in ("lastActiveTab", "dnd-theme") if key in dump}
        assert kept(game.page) == others
        expect(old_images(game.page)).to_contain_text("Nothing of the old game is left")
        game.open()
        expect(old_images(game.page)).to_be_hidden()
        game.watch.assert_clean(server.url)

    def test_galleries_and_scenes_come_from_the_server(
        self, game: GamePage, server: RunningServer
    ) -> None:
        at_dawn = {"location": "Starting Tavern", "timeOfDay": "day", "weather": "clear"}
        dagger = [image(n, customPrompt=f"style {n}") for n in range(3)]
        put(game, {**library(dagger[1]["id"], Dagger=dagger), **scene(7, **at_dawn)})
        game.open()
        move_and_free(game)
        game.button("New adventure").click()
        window = game.open_item("Dagger")
        expect(window.locator(".gallery-card")).to_have_count(3)
        expect(window).to_contain_text("style 1")
        game.page.keyboard.press("Escape")
        found = server.client.post(
            GENERATE,
            params={"location": "Starting Tavern", "time_of_day": "day", "weather": "clear"},
        )
        assert found.json()["served"] == "cached"
        assert found.json()["model_used"] == "legacy"

    def test_a_scene_is_served_on_the_first_visit(self, game: GamePage) -> None:
        game.begin()
        game.wait_until(lambda: game.watch.asked(GENERATE) != [])
        words = game.watch.asked(GENERATE)[0]
        place = re.search(r"time_of_day=(\w+)&weather=([\w+]+)", words)
        assert place is not None
        gates = {"timeOfDay": place[1], "weather": place[2].replace("+", " ")}
        game.expect_saved()
        put(game, scene(3, location="City Gates", **gates))
        game.open()
        move_and_free(game)
        game.button("Continue").click()
        with game.page.expect_response(lambda got: "City+Gates" in got.url) as answer:
            game.walk("South")
        assert answer.value.json()["served"] == "cached"

    def test_the_old_saved_game_is_shown_and_loads(self, game: GamePage) -> None:
        put(game, {SAVED_GAME: sample("data-uri")[SAVED_GAME]})
        game.open()
        expect(old_images(game.page)).to_contain_text("a saved game")
        move_and_free(game)
        assert kept(game.page) == {}
        game.button("Load slot old-game").click()
        expect(game.scene).to_be_visible()
        game.button("Look").click()
        game.expect_saved()


class TestQuietly:
    def test_nothing_is_offered_where_nothing_is(self, game: GamePage) -> None:
        put(game, {LIBRARY: "{}", SCENE_CACHE: "null", "lastActiveTab": "quest"})
        game.open()
        game.begin()
        expect(old_images(game.page)).to_be_hidden()
        expect(game.button("Old images")).to_be_hidden()

    def test_not_now_is_kept_by_the_server(self, game: GamePage) -> None:
        dump = many(2)
        put(game, dump)
        game.open()
        with game.page.expect_response(
            lambda got: "preferences" in got.url and got.request.method == "PUT"
        ):
            button(game.page, "Not now").click()
        expect(old_images(game.page)).to_be_hidden()
        expect(game.button("Old images")).to_be_focused()
        game.open()
        expect(game.button("Old images")).to_be_visible()
        expect(old_images(game.page)).to_be_hidden()
        game.button("New adventure").click()
        game.button("Menu").click()
        game.button("Old images").click()
        move_and_free(game)
        assert kept(game.page) == {}

    def test_axe_and_hostile_names(self, game: GamePage, server: RunningServer) -> None:
        evil = "<img src=x onerror=window.hacked=1>\"'`${1}"
        dump = library(
            **{
                evil: [image(1, customPrompt=f"{evil} \ud83d")],
                "__proto__": [image(2)],
                f"{evil} bad": [image(3, data="*")],
            }
        )
        put(game, dump)
        game.open()
        assert violations_of(game.page) == []
        start(game.page)
        expect_done(game.page)
        expect(old_images(game.page)).to_contain_text(f"{evil} bad")
        assert violations_of(game.page) == []
        button(game.page, "Free browser storage").click()
        expect(old_images(game.page)).to_contain_text("What could not be moved has stayed.")
        assert violations_of(game.page) == []
        assert list(kept(game.page)[LIBRARY]) == [f"{evil} bad"]
        assert game.page.evaluate("window.hacked") is None
        names = execute(server.settings, "SELECT subject_name FROM image_assets")
        assert {name for (name,) in names} == {evil, "__proto__"}
        game.watch.assert_clean(server.url)


class TestDefects:
    def test_bad_entries_stay_and_can_be_downloaded(
        self, game: GamePage, server: RunningServer, tmp_path: Path
    ) -> None:
        good, cut = image("good"), bare(picture("cut", size=(64, 64)))
        items = {
            "Dagger": {"featured": "no-such-id", "images": [good, image("short", data=cut[:-9])]},
            "Empty": {"featured": None, "images": [image("e", data="data:image/webp;base64,")]},
            "Nothing": None,
            "No list": {"featured": None},
            "Null": {"featured": None, "images": [None]},
        }
        put(game, {LIBRARY: items, SCENE_CACHE: '{"scene_cut": {"location": "Ol'})
        game.open()
        start(game.page)
        expect_done(game.page)
        region = old_images(game.page)
        expect(
            region.get_by_role("list", name="Entries that stay").get_by_role("listitem")
        ).to_have_count(6)
        expect(
            region.get_by_role("img", name="What is left of the picture: Dagger")
        ).to_be_visible()
        button(game.page, "Free browser storage").click()
        expect(region).to_contain_text("1 entry removed")
        items["Dagger"]["images"] = items["Dagger"]["images"][1:]  # type: ignore[index]
        assert kept(game.page) == {LIBRARY: items, SCENE_CACHE: '{"scene_cut": {"location": "Ol'}
        with game.page.expect_download() as download:
            button(game.page, "Download what stays").click()
        assert parsed(downloaded(download.value, tmp_path)) == kept(game.page)
        assert hashes(server) == [digest(good["data"])]
        game.watch.assert_clean(server.url)

    def test_the_sample_without_a_picture(self, game: GamePage) -> None:
        dump = sample("empty-image")
        put(game, dump)
        game.open()
        start(game.page)
        expect_done(game.page)
        expect(button(game.page, "Free browser storage")).to_be_disabled()
        assert kept(game.page) == parsed(dump)
