"""An item's window: its pictures, a new one for one click, and nothing behind it."""

import re
from collections.abc import Callable
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from tests.conftest import ServerFactory
from tests.support.game_page import GamePage, game_in
from tests.support.gemini_answers import blocked_prompt, picture_once
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import execute, file_of, make_image
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
# In the window, or in the browser's own bar: Tab goes round through it.
IN_A_WINDOW = "() => document.activeElement.matches('body, dialog *')"


def style_box(window: Locator) -> Locator:
    return window.get_by_role("textbox", name="Style", exact=True)


def generate_button(window: Locator) -> Locator:
    return window.get_by_role("button", name="Generate new image", exact=True)


def generate(window: Locator, style: str) -> None:
    """Order a picture and wait until it is in the gallery."""
    style_box(window).fill(style)
    generate_button(window).click()
    expect(window).to_contain_text("A new picture is in the gallery.")
    expect(generate_button(window)).to_be_enabled()


def shown(window: Locator) -> Locator:
    """The picture of the item, large."""
    return window.locator(".item-picture img")


def cards_of(window: Locator) -> Locator:
    """The pictures of the gallery."""
    return window.get_by_role("region", name="Gallery").get_by_role("listitem")


def test_a_gallery(game: GamePage, server: RunningServer) -> None:
    """Pages, star, delete and undo, full size."""
    images = [
        make_image(server.client, subject_name="Torch", custom_prompt=f"style {number}")
        for number in range(8)
    ]
    make_image(server.client, subject_name="Torch of Doom")
    make_image(server.client, subject_name="Torch", subject_type="character")
    game.begin()
    window = game.open_item("Torch")
    cards = cards_of(window)

    def button(name: str) -> Locator:
        return window.get_by_role("button", name=name)

    expect(cards).to_have_count(6)
    expect(cards.first).to_contain_text("style 7")
    expect(window.get_by_text("Page 1 of 2")).to_be_visible()
    expect(button("Previous page")).to_be_disabled()
    button("Next page").click()
    expect(cards).to_have_count(2)
    expect(cards.last).to_contain_text("style 0")
    expect(button("Next page")).to_be_disabled()
    button("Previous page").click()
    expect(cards).to_have_count(6)

    button("Star picture 3").click()
    expect(cards.first).to_contain_text("style 5")
    star = button("Star picture 1")
    expect(star).to_have_attribute("aria-pressed", "true")
    star.click()
    expect(cards.first).to_contain_text("style 7")
    expect(star).to_have_attribute("aria-pressed", "false")

    button("Delete picture 1").click()
    expect(cards.first).to_contain_text("style 6")
    expect(window).to_contain_text("in the trash")
    button("Undo").click()
    expect(cards.first).to_contain_text("style 7")

    button("Full size").click()
    full = game.page.get_by_role("dialog", name="Torch, full size")
    expect(full.get_by_role("img")).to_have_attribute("src", f"{server.url}{images[7]['url']}")
    expect(full).to_contain_text("style 7")
    game.page.keyboard.press("Escape")
    expect(full).to_have_count(0)
    expect(button("Full size")).to_be_focused()
    game.assert_clean()


def test_a_picture_belongs_to_its_item_and_style(game: GamePage, server: RunningServer) -> None:
    game.begin()
    game.expect_painting()
    scene = game.picture.get_attribute("src")
    window = game.open_item("Dagger")
    generate(window, "woodcut")
    first = shown(window).get_attribute("src")
    generate(window, "stained glass")
    expect(shown(window)).not_to_have_attribute("src", first or "")
    expect(window).to_contain_text("Style: stained glass")
    expect(window.get_by_text(re.compile(r"^Painted here, \d+ \w+ \d{4}$"))).to_be_visible()
    rows = execute(
        server.settings,
        "SELECT subject_name, custom_prompt, content_hash FROM image_assets"
        " WHERE subject_type = 'item' ORDER BY id",
    )
    assert [row[:2] for row in rows] == [("Dagger", "woodcut"), ("Dagger", "stained glass")]
    assert rows[0][2] != rows[1][2]
    game.page.keyboard.press("Escape")
    expect(game.picture).to_have_attribute("src", scene or "")
    game.assert_clean()


def carry_everything(state: dict[str, Any]) -> None:
    done = ("reachedMines", "noteRead", "rubbleCleared", "minersFree", "stoneTaken")
    state["flags"] = dict.fromkeys((*done, "planksTaken", "shardTaken"), True)
    state["inventory"] += [{"id": item, "count": 1} for item in ITEMS]


@pytest.mark.thorough
def test_every_item_has_a_window(game: GamePage) -> None:
    game.begin()
    game.walk("South")
    game.reopen_with(carry_everything)
    names = [*START_ITEMS, *ITEMS.values()]
    expect(game.region("Inventory").get_by_role("button")).to_have_count(len(names))
    for name in names:
        window = game.open_item(name)
        expect(window.get_by_role("heading", name=name, exact=True)).to_be_visible()
        expect(style_box(window)).to_have_value("")
        expect(generate_button(window)).to_be_enabled()
        expect(window).to_contain_text("No picture yet")
        game.page.keyboard.press("Escape")
        expect(window).to_have_count(0)
    searches = [parse_qs(urlsplit(url).query) for url in game.watch.asked(SEARCH, "GET")]
    asked = [(query["subject_name"], query["subject_type"]) for query in searches]
    assert asked == [([name], ["item"]) for name in names]
    game.assert_clean()


@pytest.mark.thorough
def test_one_click_is_one_request(painted_game: GamePage, gemini: GeminiStandin) -> None:
    """However one presses; it goes on when the window is closed."""
    game = painted_game.begin()
    game.expect_painting()
    gemini.reset()
    window = game.open_item("Dagger")
    style, button = style_box(window), generate_button(window)
    presses: dict[str, tuple[Callable[[], None], ...]] = {
        "double click": (button.dblclick,),
        "Enter and click": (lambda: style.press("Enter"), lambda: button.click(force=True)),
        "Enter twice": (lambda: style.press("Enter"),) * 2,
    }
    for count, (name, press) in enumerate(presses.items(), start=1):
        finish = Event()
        gemini.answer_always(picture_once(finish))
        style.fill(name)
        for once in press:
            once()
        expect(button).to_be_disabled()
        expect(window.get_by_role("progressbar", name="Painting")).to_be_visible()
        finish.set()
        expect(button).to_be_enabled()
        expect(window).to_contain_text(f"Style: {name}")
        assert len(game.watch.asked(ORDER)) == len(gemini.calls) == count
        assert gemini.calls[-1].prompt.endswith(f"Style: {name}")
    finish = Event()
    gemini.answer_always(picture_once(finish))
    button.click()
    expect(button).to_be_disabled()
    game.page.keyboard.press("Escape")
    window = game.open_item("Torch")
    expect(generate_button(window)).to_be_enabled()
    finish.set()
    expect(game.page.get_by_text("A new picture of Dagger")).to_be_attached()
    expect(window).to_contain_text("No picture yet")
    game.page.keyboard.press("Escape")
    window = game.open_item("Dagger")
    expect(cards_of(window)).to_have_count(4)
    expect(shown(window)).to_have_attribute("src", re.compile("/images/full/Dagger"))
    game.assert_clean()


@pytest.mark.thorough
def test_the_style_box_shows_the_whole_prompt(
    painted_game: GamePage, gemini: GeminiStandin
) -> None:
    game = painted_game.begin()
    game.expect_painting()
    window = game.open_item("Torch")
    style, preview = style_box(window), window.locator(".prompt-preview")
    expect(window).to_contain_text("0 of 200")
    style.fill("  stained   glass ")
    expect(window).to_contain_text("18 of 200")
    expect(preview).to_have_text(re.compile("Style: stained glass$"))
    style.fill("x" * 250)
    expect(window).to_contain_text("200 of 200")
    expect(style).to_have_value("x" * 200)
    gemini.answer_with(blocked_prompt())
    style.fill("gruesome")
    generate_button(window).click()
    expect(window).to_contain_text("The painter refuses these words.")
    style.fill("龍の絵 in ink")
    expect(window).to_contain_text("10 of 200")
    prompt = preview.inner_text()
    generate_button(window).click()
    expect(shown(window)).to_be_visible()
    assert (gemini.calls[-1].prompt, gemini.calls[-1].aspect_ratio) == (prompt, "1:1")


@pytest.mark.thorough
def test_refusals(browser_context: BrowserContext, make_server: ServerFactory) -> None:
    """Of a style, of one picture too many, of another player's picture."""
    server = make_server(admin_token="operator", max_images_per_item=2)
    make_image(server.client, subject_name="Torch")
    game = game_in(browser_context, server.url).begin()
    window = game.open_item("Torch")
    box = style_box(window)
    for style in ("<b>bold</b>", "javascript:alert(1)"):
        box.fill(style)
        expect(window.get_by_role("alert")).to_have_count(0)
        expect(box).not_to_have_attribute("aria-invalid", "true")
        generate_button(window).click()
        expect(window.get_by_role("alert")).to_contain_text("must not contain")
        expect(box).to_have_attribute("aria-invalid", "true")
        expect(box).to_have_accessible_description(re.compile("must not contain"))
        expect(box).to_have_value(style)
    generate(window, "mine")
    generate_button(window).click()
    expect(window).to_contain_text("The gallery is full.")
    window.get_by_role("button", name="Delete picture 2").click()
    expect(window).to_contain_text("belongs to somebody else")
    window.get_by_role("button", name="Delete picture 1").click()
    expect(window).to_contain_text("in the trash")
    generate(window, "")
    assert [status for status, _ in game.watch.refused] == [422, 422, 409, 401]
    assert len(game.watch.console) == 4
    game.watch.assert_stayed_home(server.url)


@pytest.mark.thorough
def test_pictures_that_cannot_be_had(game: GamePage, server: RunningServer) -> None:
    """No gallery while the network is away; no torn icon for a lost file."""
    lost, kept = (make_image(server.client, subject_name="Torch") for _ in range(2))
    for field in ("storage_path_full", "storage_path_thumbnail"):
        file_of(server, lost, field).unlink()
    game.begin()
    game.expect_painting()
    game.page.context.set_offline(offline=True)
    window = game.open_item("Torch")
    expect(window).to_contain_text("The gallery cannot be shown.")
    expect(window).to_contain_text("Its pictures cannot be shown now")
    game.page.keyboard.press("Escape")
    game.page.context.set_offline(offline=False)
    window = game.open_item("Torch")
    for image, opacity in ((lost, "0"), (kept, "1")):
        picture = window.locator(f"[data-picture='{image['id']}'] img")
        expect(picture).to_have_css("opacity", opacity)


@pytest.mark.thorough
def test_the_focus_is_never_lost(game: GamePage, server: RunningServer) -> None:
    for _ in range(7):
        make_image(server.client, subject_name="Torch")
    game.begin()
    button = game.region("Inventory").get_by_role("button", name="Torch", exact=True)
    window = game.page.get_by_role("dialog", name="Torch", exact=True)
    button.focus()
    game.page.keyboard.press("Enter")
    expect(window).to_be_visible()
    game.page.keyboard.press("Escape")
    expect(window).to_have_count(0)
    expect(button).to_be_focused()
    game.open_item("Torch")
    gallery = window.get_by_role("heading", name="Gallery", exact=True)
    for press, words in {
        "Next page": "Page 2 of 2",
        "Previous page": "Page 1 of 2",
        "Delete picture 1": "in the trash",
        "Undo": "The picture is back.",
    }.items():
        window.get_by_role("button", name=press, exact=True).focus()
        game.page.keyboard.press("Enter")
        expect(window).to_contain_text(words)
        expect(gallery).to_be_focused()
    generate_button(window).focus()
    game.page.keyboard.press("Enter")
    expect(window).to_contain_text("A new picture is in the gallery.")
    expect(generate_button(window)).to_be_focused()
    window.get_by_role("button", name="Close").click()
    expect(window).to_have_count(0)
    expect(button).to_be_focused()
    game.assert_clean()


@pytest.mark.thorough
def test_keys_do_nothing_behind_the_window(game: GamePage) -> None:
    game.begin()
    game.set_luck(0.34)
    game.expect_saved()
    before = (game.place, game.log.inner_text(), len(game.watch.asked("/saves", "PUT")))
    window = game.open_item("Dagger")
    for key in ("s", "ArrowDown", "w", "l", "t", "r", "1", "i", "?"):
        game.page.keyboard.press(key)
    style_box(window).press_sequentially("swat lr1?")
    for _ in range(20):
        game.page.keyboard.press("Tab")
        assert game.page.evaluate(IN_A_WINDOW)
    expect(style_box(window)).to_have_value("swat lr1?")
    after = (game.place, game.log.inner_text(), len(game.watch.asked("/saves", "PUT")))
    assert after == before
    expect(game.dialog).to_have_count(1)
    game.assert_clean()
