"""Saving the game to a file and loading it from one, as a player does it at the title."""

from pathlib import Path

from playwright.sync_api import Locator

from tests.support.game_page import GamePage


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
