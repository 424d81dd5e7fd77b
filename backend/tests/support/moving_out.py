"""What tests of moving out of LocalStorage do in the browser, and ask of the server."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Download, Locator, Page, expect

from tests.support.game_page import GamePage
from tests.support.legacy_dumps import LIBRARY, SCENE_CACHE, as_text, image, library, parsed
from tests.support.library import execute
from tests.support.running_server import RunningServer

Json = dict[str, Any]

PUT = (
    "dump => { for (const [key, value] of Object.entries(dump)) localStorage.setItem(key, value) }"
)
ALL = "() => ({ ...localStorage })"
# A page that stands on no network's way: nothing of the game runs while the storage is filled.
QUIET_PAGE = "/game/favicon.svg"


def put(game: GamePage, dump: Json) -> None:
    """Leave things as the old game did."""
    game.page.goto(f"{game.url}{QUIET_PAGE}")
    game.page.evaluate(PUT, as_text(dump))


def kept(page: Page) -> Json:
    """What the browser holds, parsed."""
    return parsed(page.evaluate(ALL))


def old_images(page: Page) -> Locator:
    return page.get_by_role("region", name="Old images", exact=True)


def button(page: Page, name: str) -> Locator:
    return old_images(page).get_by_role("button", name=name, exact=True)


def bar(page: Page) -> Locator:
    return old_images(page).get_by_role("progressbar")


def start(page: Page) -> None:
    button(page, "Move images to the server").click()


def expect_done(page: Page) -> None:
    expect(old_images(page)).to_contain_text("The server has answered for everything.")
    assert bar(page).get_attribute("aria-valuenow") == bar(page).get_attribute("aria-valuemax")


def move_and_free(game: GamePage) -> None:
    """All the clicks of one who trusts the server."""
    expect(button(game.page, "Free browser storage")).to_be_disabled()
    start(game.page)
    expect_done(game.page)
    button(game.page, "Free browser storage").click()
    expect(old_images(game.page)).to_contain_text("removed from this browser")


def hashes(server: RunningServer) -> list[str]:
    """The imported images, by the bytes that were offered.

    A scene that an earlier page asked for may be stored meanwhile.
    """
    imported = "SELECT source_hash FROM image_assets WHERE model_used = ? ORDER BY source_hash"
    rows = execute(server.settings, imported, "legacy")
    return [row[0] for row in rows]


def digest(payload: str) -> str:
    return hashlib.sha256(base64.b64decode(payload.rpartition(",")[2])).hexdigest()


def offered(dump: Json) -> set[str]:
    """The same for a dump, of good pictures."""
    storage = parsed(dump)
    scenes = [entry["imageData"] for entry in storage.get(SCENE_CACHE, {}).values()]
    images = [one["data"] for item in storage.get(LIBRARY, {}).values() for one in item["images"]]
    return {digest(payload) for payload in [*scenes, *images]}


def many(count: int) -> Json:
    """Pictures for several calls."""
    return library(**{"Rope (50ft)": [image(n) for n in range(count)]})


def downloaded(download: Download, folder: Path) -> Json:
    path = folder / download.suggested_filename
    download.save_as(path)
    content: Json = json.loads(path.read_text("utf-8"))
    return content
