"""Moving out of LocalStorage: one click, nothing lost, nothing freed unproven."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.support.axe import violations_of
from tests.support.game_page import GENERATE, GamePage, game_in
from tests.support.legacy_dumps import (
    LIBRARY,
    MIGRATE,
    SAVED_GAME,
    SCENE_CACHE,
    as_text,
    bare,
    empty,
    image,
    library,
    parsed,
    picture,
    sample,
    scene,
)
from tests.support.library import execute, row_count
from tests.support.moving_out import (
    PUT,
    bar,
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

NOW: dict[str, Any] = {"timeOfDay": "day", "weather": "clear"}
FILL_THE_STORAGE = """
() => {
  for (let size = 2 ** 20; size >= 1; size /= 2) {
    for (let n = 0; ; n += 1) {
      const key = `filler-${size}-${n}`;
      try { localStorage.setItem(key, 'x'.repeat(size)); } catch { break; }
    }
  }
}
"""


@pytest.fixture
def server(shared_server: RunningServer) -> RunningServer:
    """The worker's server, empty: these tests count what moves in."""
    empty(shared_server)
    execute(shared_server.settings, "DELETE FROM preferences")
    return shared_server


def test_everything_moves_and_the_storage_is_freed(game: GamePage, server: RunningServer) -> None:
    dump = sample("data-uri")
    put(game, dump)
    game.open()
    expect(old_images(game.page)).to_contain_text("a saved game")
    move_and_free(game)
    assert set(hashes(server)) == offered(dump)
    others = {key: dump[key] for key in ("lastActiveTab", "dnd-theme") if key in dump}
    assert SAVED_GAME in dump
    assert kept(game.page) == others
    expect(old_images(game.page)).to_contain_text("Nothing of the old game is left")
    game.open()
    expect(old_images(game.page)).to_be_hidden()
    game.button("Load slot old-game").click()
    expect(game.scene).to_be_visible()
    game.button("Look").click()
    game.expect_saved()
    game.assert_clean()


def test_without_the_browsers_own_hash(game: GamePage, server: RunningServer) -> None:
    game.page.add_init_script("delete Crypto.prototype.subtle")
    dump = sample("bare-base64")
    put(game, dump)
    game.open()
    assert game.page.evaluate("crypto.subtle === undefined")
    move_and_free(game)
    assert LIBRARY not in kept(game.page)
    assert set(hashes(server)) == offered(dump)


def test_galleries_and_scenes_come_from_the_server(game: GamePage, server: RunningServer) -> None:
    dagger = [image(n, customPrompt=f"style {n}") for n in range(3)]
    tavern = scene(7, location="Starting Tavern", **NOW)
    put(game, {**library(dagger[1]["id"], Dagger=dagger), **tavern})
    game.open()
    move_and_free(game)
    game.button("New adventure").click()
    window = game.open_item("Dagger")
    expect(window.locator(".gallery-card")).to_have_count(3)
    expect(window).to_contain_text("style 1")
    asked = {"location": "Starting Tavern", "time_of_day": "day", "weather": "clear"}
    found = server.client.post(GENERATE, params=asked).json()
    assert (found["served"], found["model_used"]) == ("cached", "legacy")


def test_nothing_is_offered_unasked(game: GamePage) -> None:
    """Without old images there is no offer; an offer that was put off stays in the menu."""
    put(game, {LIBRARY: "{}", SCENE_CACHE: "null", "lastActiveTab": "quest"})
    game.begin()
    expect(old_images(game.page)).to_be_hidden()
    expect(game.button("Old images")).to_be_hidden()
    game.expect_saved()
    put(game, many(2))
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
    game.button("Old images").click()
    move_and_free(game)
    assert kept(game.page) == {SCENE_CACHE: None, "lastActiveTab": "quest"}


def test_axe_and_hostile_names(game: GamePage, server: RunningServer) -> None:
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
    game.assert_clean()


def test_bad_entries_stay_and_can_be_downloaded(
    game: GamePage, server: RunningServer, tmp_path: Path
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
    entries = region.get_by_role("list", name="Entries that stay").get_by_role("listitem")
    expect(entries).to_have_count(6)
    expect(region.get_by_role("img", name="What is left of the picture: Dagger")).to_be_visible()
    button(game.page, "Free browser storage").click()
    expect(region).to_contain_text("1 entry removed")
    items["Dagger"]["images"] = items["Dagger"]["images"][1:]  # type: ignore[index]
    assert kept(game.page) == {LIBRARY: items, SCENE_CACHE: '{"scene_cut": {"location": "Ol'}
    with game.page.expect_download() as download:
        button(game.page, "Download what stays").click()
    assert parsed(downloaded(download.value, tmp_path)) == kept(game.page)
    assert hashes(server) == [digest(good["data"])]
    game.assert_clean()


def test_the_tab_closed_in_the_middle_and_opened_again(
    browser_context: BrowserContext, server: RunningServer
) -> None:
    """One call was answered, the answer of the next got lost."""
    dump = many(50)
    game = game_in(browser_context, server.url)
    put(game, dump)
    game.open()
    calls: list[Route] = []

    def lose_the_second(route: Route) -> None:
        calls.append(route)
        if len(calls) == 1:
            route.continue_()
        else:
            route.fetch()
            route.abort()

    game.page.route(f"**{MIGRATE}", lose_the_second)
    start(game.page)
    expect(old_images(game.page)).to_contain_text("cannot be reached")
    expect(bar(game.page)).to_have_attribute("aria-valuenow", "20")
    expect(button(game.page, "Free browser storage")).to_be_disabled()
    game.page.close()
    assert row_count(server.settings) == 40
    again = game_in(browser_context, server.url).open()
    assert kept(again.page) == dump
    start(again.page)
    expect_done(again.page)
    expect(old_images(again.page)).to_contain_text("Moved: 10. Already there: 40.")
    button(again.page, "Free browser storage").click()
    expect(old_images(again.page)).to_contain_text("50 entries removed")
    assert kept(again.page) == {}
    assert len(hashes(server)) == 50
    assert set(hashes(server)) == offered(dump)


def test_a_full_storage(game: GamePage, server: RunningServer) -> None:
    big = [image(n, data=bare(picture(n, "PNG", (200, 200)))) for n in range(12)]
    put(game, library(Dagger=[*big, image("bad", data="*")]))
    game.page.evaluate(FILL_THE_STORAGE)
    game.open()
    move_and_free(game)
    left = kept(game.page)
    assert [one["data"] for one in left[LIBRARY]["Dagger"]["images"]] == ["*"]
    assert any(key.startswith("filler-") for key in left)
    assert row_count(server.settings) == 12


def test_two_tabs_at_once(browser_context: BrowserContext, server: RunningServer) -> None:
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
