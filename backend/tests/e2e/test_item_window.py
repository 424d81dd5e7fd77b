"""An item's window: its pictures, a new one for one click, and nothing behind it."""

import re
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from tests.conftest import ServerFactory
from tests.support.game_page import GamePage, game_in
from tests.support.gemini_answers import blocked_prompt, picture_once
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import execute, make_image, row_count
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.xdist_group("e2e-items")

ORDER = "/api/v1/images/generate"
SEARCH = "/api/v1/images/search"
START_ITEMS = ("Dagger", "Lockpicks", "Rope (50ft)", "Torch")
ITEMS = {
    "note": "Miner's Note",
    "stone": "Sealing Stone",
    "potion": "Healing Potion",
    "ration": "Ration",
    "planks": "Oak Planks",
    "shard": "Crystal Shard",
    "shortsword": "Shortsword",
    "blade": "Emberforged Blade",
    "studded": "Studded Leather",
}


def generate(window: Locator, style: str) -> None:
    """Order a picture and wait until it is in the gallery."""
    window.get_by_role("textbox", name="Style", exact=True).fill(style)
    button = window.get_by_role("button", name="Generate new image", exact=True)
    button.click()
    expect(window).to_contain_text("A new picture is in the gallery.")
    expect(button).to_be_enabled()


def shown(window: Locator) -> Locator:
    """The picture of the item, large."""
    return window.locator(".item-picture img")


class TestEveryItem:
    def test_has_a_window(self, game: GamePage, server: RunningServer) -> None:
        game.begin()
        game.walk("South")
        game.reopen_with(carry_everything)
        buttons = game.region("Inventory").get_by_role("button")
        expect(buttons).to_have_count(len(START_ITEMS) + len(ITEMS))
        for name in (*START_ITEMS, *ITEMS.values()):
            window = game.open_item(name)
            expect(window.get_by_role("heading", name=name, exact=True)).to_be_visible()
            expect(window.get_by_role("textbox", name="Style", exact=True)).to_have_value("")
            expect(
                window.get_by_role("button", name="Generate new image", exact=True)
            ).to_be_enabled()
            expect(window).to_contain_text("No picture yet")
            game.page.keyboard.press("Escape")
            expect(window).to_have_count(0)
        searches = [parse_qs(urlsplit(url).query) for url in game.watch.asked(SEARCH, "GET")]
        assert [query["subject_name"] for query in searches] == [
            [name] for name in (*START_ITEMS, *ITEMS.values())
        ]
        assert all(query["subject_type"] == ["item"] for query in searches)
        game.watch.assert_clean(server.url)


def carry_everything(state: dict[str, Any]) -> None:
    state["flags"] = {
        "reachedMines": True, "noteRead": True, "rubbleCleared": True, "minersFree": True,
        "stoneTaken": True, "planksTaken": True, "shardTaken": True,
    }  # fmt: skip
    state["inventory"] += [{"id": item, "count": 1} for item in ITEMS]


@pytest.mark.thorough
class TestOneClick:
    def test_is_one_request(
        self, painted_game: GamePage, gemini: GeminiStandin, gemini_server: RunningServer
    ) -> None:
        game = painted_game.begin()
        game.expect_painting()
        gemini.reset()
        window = game.open_item("Dagger")
        style = window.get_by_role("textbox", name="Style", exact=True)
        button = window.get_by_role("button", name="Generate new image", exact=True)
        for count, way in enumerate(("double click", "Enter and click", "Enter twice"), start=1):
            finish = Event()
            gemini.answer_always(picture_once(finish))
            style.fill(way)
            if way == "double click":
                button.dblclick()
            else:
                style.press("Enter")
            if way == "Enter twice":
                style.press("Enter")
            elif way == "Enter and click":
                button.click(force=True)
            expect(button).to_be_disabled()
            expect(window.get_by_role("progressbar", name="Painting")).to_be_visible()
            finish.set()
            expect(button).to_be_enabled()
            expect(window).to_contain_text(f"Style: {way}")
            assert len(game.watch.asked(ORDER)) == len(gemini.calls) == count
            assert gemini.calls[-1].prompt.endswith(f"Style: {way}")
        expect(shown(window)).to_have_attribute("src", re.compile("/images/full/Dagger"))
        game.watch.assert_clean(gemini_server.url)

    def test_goes_on_when_the_window_is_closed(
        self, painted_game: GamePage, gemini: GeminiStandin, gemini_server: RunningServer
    ) -> None:
        game = painted_game.begin()
        game.expect_painting()
        finish = Event()
        gemini.answer_always(picture_once(finish))
        window = game.open_item("Torch")
        window.get_by_role("button", name="Generate new image", exact=True).click()
        game.page.keyboard.press("Escape")
        window = game.open_item("Dagger")
        expect(window.get_by_role("button", name="Generate new image", exact=True)).to_be_enabled()
        finish.set()
        expect(game.page.get_by_text("A new picture of Torch")).to_be_attached()
        expect(window).to_contain_text("No picture yet")
        game.page.keyboard.press("Escape")
        window = game.open_item("Torch")
        expect(shown(window)).to_have_attribute("src", re.compile("/images/full/Torch"))
        game.watch.assert_clean(gemini_server.url)


@pytest.mark.thorough
class TestStyleBox:
    def test_counts_and_shows_the_whole_prompt(
        self, painted_game: GamePage, gemini: GeminiStandin, gemini_server: RunningServer
    ) -> None:
        game = painted_game.begin()
        game.expect_painting()
        window = game.open_item("Torch")
        style = window.get_by_role("textbox", name="Style", exact=True)
        expect(window).to_contain_text("0 of 200")
        style.fill("  stained   glass ")
        expect(window).to_contain_text("18 of 200")
        preview = window.locator(".prompt-preview")
        expect(preview).to_have_text(re.compile("Style: stained glass$"))
        style.fill("x" * 250)
        expect(window).to_contain_text("200 of 200")
        expect(style).to_have_value("x" * 200)
        style.fill("龍の絵 in ink")
        expect(window).to_contain_text("10 of 200")
        prompt = preview.inner_text()
        window.get_by_role("button", name="Generate new image", exact=True).click()
        expect(shown(window)).to_be_visible()
        assert gemini.calls[-1].prompt == prompt
        assert gemini.calls[-1].aspect_ratio == "1:1"
        game.watch.assert_clean(gemini_server.url)

    def test_a_refusal_stands_by_the_field(self, game: GamePage, server: RunningServer) -> None:
        game.begin()
        window = game.open_item("Dagger")
        box = window.get_by_role("textbox", name="Style", exact=True)
        for style in ("<b>bold</b>", "javascript:alert(1)"):
            box.fill(style)
            expect(window.get_by_role("alert")).to_have_count(0)
            expect(box).not_to_have_attribute("aria-invalid", "true")
            window.get_by_role("button", name="Generate new image", exact=True).click()
            expect(window.get_by_role("alert")).to_contain_text("must not contain")
            expect(box).to_have_attribute("aria-invalid", "true")
            expect(box).to_have_accessible_description(re.compile("must not contain"))
            expect(box).to_have_value(style)
        generate(window, "plain")
        assert [status for status, _ in game.watch.refused] == [422, 422]
        assert len(game.watch.console) == 2
        game.watch.assert_stayed_home(server.url)

    def test_what_the_painter_refuses(self, painted_game: GamePage, gemini: GeminiStandin) -> None:
        game = painted_game.begin()
        game.expect_painting()
        gemini.answer_with(blocked_prompt())
        window = game.open_item("Dagger")
        window.get_by_role("textbox", name="Style", exact=True).fill("gruesome")
        window.get_by_role("button", name="Generate new image", exact=True).click()
        expect(window).to_contain_text("The painter refuses these words.")
        generate(window, "gentle")


class TestGallery:
    def test_pages(self, game: GamePage, server: RunningServer) -> None:
        for number in range(8):
            make_image(server.client, subject_name="Torch", custom_prompt=f"style {number}")
        make_image(server.client, subject_name="Torch of Doom")
        make_image(server.client, subject_name="Torch", subject_type="character")
        game.begin()
        window = game.open_item("Torch")
        cards = window.get_by_role("region", name="Gallery").get_by_role("listitem")
        expect(cards).to_have_count(6)
        expect(cards.first).to_contain_text("style 7")
        expect(window.get_by_text("Page 1 of 2")).to_be_visible()
        expect(window.get_by_role("button", name="Previous page")).to_be_disabled()
        window.get_by_role("button", name="Next page").click()
        expect(cards).to_have_count(2)
        expect(cards.last).to_contain_text("style 0")
        expect(window.get_by_role("button", name="Next page")).to_be_disabled()
        window.get_by_role("button", name="Previous page").click()
        expect(cards).to_have_count(6)
        game.watch.assert_clean(server.url)

    def test_star(self, game: GamePage, server: RunningServer) -> None:
        for number in range(3):
            make_image(server.client, subject_name="Torch", custom_prompt=f"style {number}")
        game.begin()
        window = game.open_item("Torch")
        cards = window.get_by_role("region", name="Gallery").get_by_role("listitem")
        window.get_by_role("button", name="Star picture 3").click()
        expect(cards.first).to_contain_text("style 0")
        first = window.get_by_role("button", name="Star picture 1")
        expect(first).to_have_attribute("aria-pressed", "true")
        first.click()
        expect(cards.first).to_contain_text("style 2")
        expect(first).to_have_attribute("aria-pressed", "false")
        game.watch.assert_clean(server.url)

    def test_delete_and_undo(self, game: GamePage, server: RunningServer) -> None:
        for number in range(2):
            make_image(server.client, subject_name="Torch", custom_prompt=f"style {number}")
        game.begin()
        window = game.open_item("Torch")
        cards = window.get_by_role("region", name="Gallery").get_by_role("listitem")
        window.get_by_role("button", name="Delete picture 1").click()
        expect(cards).to_have_count(1)
        expect(cards.first).to_contain_text("style 0")
        expect(window).to_contain_text("in the trash")
        window.get_by_role("button", name="Undo").click()
        expect(cards).to_have_count(2)
        expect(cards.first).to_contain_text("style 1")
        game.watch.assert_clean(server.url)

    def test_another_players_picture_stays(
        self, browser_context: BrowserContext, make_server: ServerFactory
    ) -> None:
        server = make_server(admin_token="operator")
        make_image(server.client, subject_name="Torch")
        game = game_in(browser_context, server.url).begin()
        window = game.open_item("Torch")
        window.get_by_role("button", name="Delete picture 1").click()
        expect(window).to_contain_text("belongs to somebody else")
        expect(window.get_by_role("button", name="Delete picture 1")).to_be_visible()
        generate(window, "mine")
        window.get_by_role("button", name="Delete picture 1").click()
        expect(window).to_contain_text("in the trash")

    def test_a_gallery_that_cannot_be_had(self, game: GamePage) -> None:
        game.begin()
        game.expect_painting()
        game.page.context.set_offline(offline=True)
        window = game.open_item("Torch")
        expect(window).to_contain_text("The gallery cannot be shown.")
        expect(window).to_contain_text("Its pictures cannot be shown now")
        game.page.keyboard.press("Escape")
        game.page.context.set_offline(offline=False)
        expect(game.open_item("Torch")).to_contain_text("No picture yet")

    def test_full_size(self, game: GamePage, server: RunningServer) -> None:
        image = make_image(server.client, subject_name="Torch", custom_prompt="woodcut")
        game.begin()
        window = game.open_item("Torch")
        window.get_by_role("button", name="Full size").click()
        full = game.page.get_by_role("dialog", name="Torch, full size")
        expect(full.get_by_role("img")).to_have_attribute("src", f"{server.url}{image['url']}")
        expect(full).to_contain_text("woodcut")
        game.page.keyboard.press("Escape")
        expect(full).to_have_count(0)
        expect(window).to_be_visible()
        expect(window.get_by_role("button", name="Full size")).to_be_focused()
        game.watch.assert_clean(server.url)

    def test_full(self, browser_context: BrowserContext, make_server: ServerFactory) -> None:
        server = make_server(max_images_per_item=2)
        for _ in range(2):
            make_image(server.client, subject_name="Torch")
        game = game_in(browser_context, server.url).begin()
        window = game.open_item("Torch")
        window.get_by_role("button", name="Generate new image", exact=True).click()
        expect(window).to_contain_text("The gallery is full.")
        assert row_count(server.settings, "image_assets WHERE subject_type = 'item'") == 2
        window.get_by_role("button", name="Delete picture 1").click()
        expect(window).to_contain_text("in the trash")
        generate(window, "")
        assert [status for status, _ in game.watch.refused] == [409]


class TestPictureBelongsToItsItem:
    def test_a_second_style_is_a_second_picture(
        self, game: GamePage, server: RunningServer
    ) -> None:
        game.begin()
        game.expect_painting()
        scene = game.picture.get_attribute("src")
        window = game.open_item("Dagger")
        generate(window, "woodcut")
        first = shown(window).get_attribute("src")
        generate(window, "stained glass")
        expect(shown(window)).not_to_have_attribute("src", first or "")
        expect(window).to_contain_text("Style: stained glass")
        rows = execute(
            server.settings,
            "SELECT subject_name, custom_prompt, content_hash FROM image_assets"
            " WHERE subject_type = 'item' ORDER BY id",
        )
        assert [row[:2] for row in rows] == [("Dagger", "woodcut"), ("Dagger", "stained glass")]
        assert rows[0][2] != rows[1][2]
        assert game.picture.get_attribute("src") == scene
        game.page.keyboard.press("Escape")
        expect(game.picture).to_have_attribute("src", scene or "")
        game.watch.assert_clean(server.url)
