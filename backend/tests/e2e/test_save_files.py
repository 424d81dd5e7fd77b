"""A saved game as a file: taken to another device and won there, and files that are none."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.expedition import Clicks, Expedition
from tests.e2e.test_game_saves import place_in, stored
from tests.e2e.test_whole_game import expect_ending
from tests.support.axe import violations_of
from tests.support.game_page import GamePage, game_in
from tests.support.library import execute
from tests.support.running_server import RunningServer
from tests.support.save_files import load_file, save_to_file

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-saves")]


@pytest.fixture
def other_device(browser: Browser, server: RunningServer) -> Iterator[GamePage]:
    """A browser that shares nothing with the first."""
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(60_000)
    yield game_in(context, server.url, seed=2)
    context.close()


def test_begun_on_one_device_and_won_on_another(
    game: GamePage, other_device: GamePage, server: RunningServer, tmp_path: Path
) -> None:
    game.open()
    Expedition(game, Clicks(game)).gather()
    game.expect_saved()
    file = save_to_file(game, tmp_path)
    other_device.open()
    expect(other_device.button("Continue")).to_be_disabled()
    load_file(other_device, file)
    other_device.expect_place("Starting Tavern")
    other_device.expect_saved()
    Expedition(other_device, Clicks(other_device)).go_down()
    expect_ending(other_device)
    other_device.button("Look around once more").click()
    other_device.expect_saved()
    ended = [body["state"]["ended"] for body in all_saves(server)]
    assert sorted(ended) == [False, True], "each device has its own"
    for device in (game, other_device):
        device.watch.assert_clean(server.url)


def all_saves(server: RunningServer) -> list[dict[str, Any]]:
    return [
        json.loads(row[0]) for row in execute(server.settings, "SELECT content FROM saved_games")
    ]


def test_by_keyboard_and_without_a_fault_of_accessibility(
    game: GamePage, server: RunningServer, tmp_path: Path
) -> None:
    game.begin()
    game.walk("South")
    game.expect_saved()
    file = save_to_file(game, tmp_path, press="Enter")
    game.open()
    expect(game.button("Save to a file")).to_be_enabled()
    assert violations_of(game.page) == []
    load_file(game, file, press="Enter")
    expect(game.dialog).to_contain_text("Load the adventure from the file?")
    game.dialog.get_by_role("button", name="Keep it in empty slot 2").press("Enter")
    game.expect_place("City Gates")
    game.expect_saved()
    assert (place_in(server.settings, "1"), place_in(server.settings, "2")) == ("gates", "gates")
    game.watch.assert_clean(server.url)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be read"),
        (b"\x89PNG\r\n\x1a\n", "cannot be read"),
        (b'{"game": "chess", "state": {}}', "of another game"),
        (b'{"game": "emberpeak", "version": 2, "state": {}}', "newer version"),
        (b'{"game": "emberpeak", "version": 1, "state": {"place": "nowhere"}}', "no adventure"),
        (b" " * (5 * 2**20), "too large"),
    ],
    ids=["empty", "picture", "other-game", "newer", "nowhere", "huge"],
)
def test_a_bad_file_changes_nothing(
    content: bytes, words: str, game: GamePage, server: RunningServer, tmp_path: Path
) -> None:
    game.begin()
    game.walk("South")
    game.expect_saved()
    before = stored(server.settings)
    file = tmp_path / "bad.json"
    file.write_bytes(content)
    game.button("Menu").click()
    load_file(game, file)
    expect(game.page.locator("#notice")).to_contain_text(words)
    expect(game.page.locator("#notice")).to_contain_text("Nothing was changed.")
    game.button("Continue").click()
    game.expect_place("City Gates")
    assert stored(server.settings) == before
    game.watch.assert_clean(server.url)
