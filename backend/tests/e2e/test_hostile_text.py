"""Whatever was typed, here or elsewhere, is text: it is never parsed, and nothing of it runs."""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.support.game_page import GamePage
from tests.support.library import execute, make_image
from tests.support.running_server import RunningServer

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-hostile")]

RUN = "window.hacked=1"
NAMES = [
    f"<img src=x onerror={RUN}>",
    'O\'Brien "The & Quote" `x` ${1+1} {{7*7}}',
    "عنوان \u202etxet\u202c 勇者 🐉 ñandú",
]
STYLES = [
    "it's \"quoted\" & 'single' <3 \\ %3Cimg%3E",
    "水墨画、繊細な線 🖌️ رسم بالحبر",
    "y" * 200,
]
REFUSED = [f"<img src=x onerror={RUN}>", f'"><details open ontoggle={RUN}>x</details>']
FROM_SERVER = f'"><img src=x onerror="{RUN}"><details open ontoggle={RUN}>\'; {RUN}//'
LONGEST_NAME = 40
_SPOIL = (
    "UPDATE image_assets SET custom_prompt = ?, alt_text = ?, prompt_used = ?,"
    " component = ?, model_used = ? WHERE id = ?"
)


def assert_harmless(game: GamePage) -> None:
    """Nothing ran, nothing was parsed, and nothing was blocked, since nothing tried."""
    assert game.page.evaluate("window.hacked") is None
    assert game.page.evaluate("window.violations") == []
    foreign = "img[src='x'], [onerror], [ontoggle], [onload], details, dialog svg [onload]"
    assert game.page.locator(foreign).count() == 0


def assert_playable(game: GamePage) -> None:
    """The buttons still do what they say, and nothing of the text did anything."""
    game.walk("South")
    game.expect_place("City Gates")
    game.button("Look").click()
    game.walk("North")
    game.expect_place("Starting Tavern")
    assert_harmless(game)
    game.assert_clean()


def box(window: Locator) -> Locator:
    return window.get_by_role("textbox", name="Style", exact=True)


def test_a_heros_name(game: GamePage) -> None:
    game.begin()
    for name in NAMES:
        game.expect_saved()
        game.open()
        game.page.get_by_label("Hero's name").fill(name)
        game.button("New adventure").click()
        game.answer("Replace slot 1")
        game.expect_place("Starting Tavern")
        expect(game.region("Character").locator(".hero-name")).to_contain_text(name)
        assert_harmless(game)
    game.expect_saved()
    game.proceed()
    expect(game.region("Character")).to_contain_text(NAMES[-1])
    assert_playable(game)
    game.expect_saved()
    game.change_save(finish)
    game.open()
    game.button("Continue").click()
    expect(game.region("The story of this run")).to_contain_text(NAMES[0])
    assert_harmless(game)
    game.assert_clean()


def finish(body: dict[str, Any]) -> None:
    """A hero of that name has won."""
    won = dict.fromkeys(("minersFree", "rubbleCleared", "runeSealed"), True)
    body["state"].update(ended=True, flags=won)
    body["state"]["hero"]["name"] = NAMES[0]


def test_a_style(game: GamePage) -> None:
    game.begin()
    window = game.open_item("Rope (50ft)")
    cards = window.get_by_role("region", name="Gallery").get_by_role("listitem")
    generate = window.get_by_role("button", name="Generate new image", exact=True)
    for number, style in enumerate(STYLES, start=1):
        box(window).fill(style)
        expect(window.locator(".prompt-preview")).to_contain_text(f"Style: {style}")
        generate.click()
        expect(cards).to_have_count(number)
        expect(cards.first).to_contain_text(style)
        expect(window.get_by_text(f"Style: {style}", exact=True)).to_be_visible()
        assert window.evaluate("it => it.scrollWidth <= it.clientWidth")
        assert_harmless(game)
    window.get_by_role("button", name="Star picture 3").click()
    expect(cards.first).to_contain_text(STYLES[0])
    game.assert_clean()
    for style in REFUSED:
        box(window).fill(style)
        expect(window.get_by_role("alert")).to_have_count(0)
        expect(window.locator(".prompt-preview")).to_contain_text(f"Style: {style}")
        generate.click()
        expect(window.get_by_role("alert")).to_contain_text("must not contain HTML tags")
        expect(box(window)).to_have_value(style)
        assert_harmless(game)


def test_pictures_from_the_server(game: GamePage, server: RunningServer) -> None:
    spoilt = make_image(server.client, subject_name="Dagger")
    execute(server.settings, _SPOIL, *[FROM_SERVER] * 5, spoilt["id"])
    make_image(server.client, subject_name="Miner's Note", custom_prompt='it\'s "inked"')
    game.begin("O'Brien")
    game.walk("South")
    game.reopen_with(carry_the_note)
    window = game.open_item("Dagger")
    expect(window.get_by_text(f"Style: {FROM_SERVER}")).to_be_visible()
    expect(window.get_by_role("img", name=FROM_SERVER)).to_be_visible()
    window.get_by_role("button", name="Full size").click()
    full = game.page.get_by_role("dialog", name="Dagger, full size")
    expect(full).to_contain_text(FROM_SERVER)
    assert_harmless(game)
    game.page.keyboard.press("Escape")
    window.get_by_role("button", name="Delete picture 1").click()
    window.get_by_role("button", name="Undo").click()
    expect(window.get_by_role("button", name="Delete picture 1")).to_be_visible()
    game.page.keyboard.press("Escape")
    window = game.open_item("Miner's Note")
    star = window.get_by_role("button", name="Star picture 1")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "true")
    window.get_by_role("button", name="Read", exact=True).click()
    expect(game.log).to_contain_text("bring rope")
    assert_harmless(game)
    game.assert_clean()


def carry_the_note(state: dict[str, Any]) -> None:
    state["flags"]["noteRead"] = True
    state["inventory"].append({"id": "note", "count": 1})


def test_scenes_saves_and_preferences_from_the_server(
    game: GamePage, server: RunningServer
) -> None:
    game.begin()
    game.expect_painting()
    game.expect_saved()
    alt_texts = "SELECT id, alt_text FROM image_assets"
    before = execute(server.settings, alt_texts)
    execute(server.settings, "UPDATE image_assets SET alt_text = ?", FROM_SERVER)
    try:
        game.change_save(poison)
        preferences = {"theme": FROM_SERVER, "effects": FROM_SERVER, "keys": [FROM_SERVER]}
        answer = game.ask("PUT", f"{server.url}/api/v1/preferences", data=preferences)
        assert answer.ok
        game.open()
        expect(game.page.locator("html")).to_have_attribute("data-theme", "green")
        expect(game.region("Saved adventures")).to_contain_text(FROM_SERVER)
        game.button("New adventure").click()
        expect(game.dialog).to_contain_text(FROM_SERVER)
        game.page.keyboard.press("Escape")
        game.button("Load slot 1").click()
        expect(game.log).to_contain_text(FROM_SERVER)
        game.expect_painting()
        expect(game.scene.get_by_role("img", name=FROM_SERVER)).to_be_visible()
        assert_harmless(game)
        assert_playable(game)
    finally:
        for image_id, text in before:
            change = "UPDATE image_assets SET alt_text = ? WHERE id = ?"
            execute(server.settings, change, text, image_id)


def poison(body: dict[str, Any]) -> None:
    body["label"] = FROM_SERVER
    body["state"]["hero"]["name"] = FROM_SERVER[:LONGEST_NAME]
    body["log"] = [{"text": FROM_SERVER, "tone": f"good {FROM_SERVER}", "turn": 1}]
    body["log"].append({"text": FROM_SERVER, "tone": "good", "turn": 1})
