"""Saved games: what the server holds, and files that a player saves and loads."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator

from app.config import Settings
from tests.support.game_page import GamePage
from tests.support.library import execute


def stored(settings: Settings) -> dict[str, dict[str, Any]]:
    """What the server holds, by slot."""
    rows = execute(settings, "SELECT slot, content FROM saved_games ORDER BY slot")
    return {slot: json.loads(content) for slot, content in rows}


def place_in(settings: Settings, slot: str = "1") -> str:
    """Where the hero of a stored save stands."""
    return str(stored(settings)[slot]["state"]["place"])


def heroes(settings: Settings) -> dict[str, str]:
    """The heroes' names, by slot."""
    return {slot: save["state"]["hero"]["name"] for slot, save in stored(settings).items()}


def save_to_file(game: GamePage, folder: Path, *, press: str = "") -> Path:
    """Go to the menu and save the adventure to a file; with a key where one is given."""
    game.button("Menu").click()
    return downloaded(game, game.page.locator("#title-screen"), folder, press=press)


def downloaded(game: GamePage, part: Locator, folder: Path, *, press: str = "") -> Path:
    """Press "Save to a file" in a part of the page; gives the file."""
    button = part.get_by_role("button", name="Save to a file", exact=True)
    with game.page.expect_download() as download:
        if press:
            button.press(press)
        else:
            button.click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def load_file(game: GamePage, file: Path, *, press: str = "") -> None:
    """Choose a file at the title."""
    button = game.button("Load from a file")
    with game.page.expect_file_chooser() as chooser:
        if press:
            button.press(press)
        else:
            button.click()
    chooser.value.set_files(file)
