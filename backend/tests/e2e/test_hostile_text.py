"""Whatever was typed, here or elsewhere, is text: it is never parsed, and nothing of it runs."""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.conftest import ServerFactory
from tests.support.game_page import GamePage
from tests.support.library import execute, make_image
from tests.support.running_server import RunningServer

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-hostile")]

RUN = "window.hacked=1"
NAMES = [
    f"<img src=x onerror={RUN}>",
    f'"><details ontoggle={RUN}>',
    'O\'Brien "The & Quote" `x` ${1+1} {{7*7}}',
    "勇者 龍ノ介 🐉 ñandú",
    "عنوان \u202etxet\u202c שלום",
]
STYLES = [
    "it's \"quoted\" & 'single' <3 \\ %3Cimg%3E",
    "水墨画、繊細な線 🖌️",
    "رسم بالحبر الأسود",
    "y" * 200,
]
REFUSED = [f"<img src=x onerror={RUN}>", f'"><details open ontoggle={RUN}>x</details>']
FROM_SERVER = f'"><img src=x onerror="{RUN}"><details open ontoggle={RUN}>\'; {RUN}//'
LONGEST_NAME = 40


def assert_harmless(game: GamePage) -> None:
    """Nothing ran, nothing was parsed, nothing was blocked because nothing tried."""
    assert game.page.evaluate("window.hacked") is None
    assert game.page.evaluate("window.violations") == []
    foreign = "img[src='x'], [onerror], [ontoggle], [onload], details, dialog svg [onload]"
    assert game.page.locator(foreign).count() == 0


def assert_playable(game: GamePage) -> None:
    """The buttons still do what they say."""
    game.walk("South")
    game.expect_place("City Gates")
    game.button("Look").click()
    game.walk("North")
    game.expect_place("Starting Tavern")


def box(window: Locator) -> Locator:
    return window.get_by_role("textbox", name="Style", exact=True)


class TestHeroName:
    def test_is_text(self, game: GamePage, server: RunningServer) -> None:
        game.begin()
        shown = game.region("Character").locator(".hero-name")
        for name in NAMES:
            game.expect_saved()
            game.open()
            game.page.get_by_label("Hero's name").fill(name)
            game.button("New adventure").click()
            game.dialog.get_by_role("button", name="Replace slot 1").click()
            game.expect_place("Starting Tavern")
            expect(shown).to_contain_text(name)
            assert_harmless(game)
        assert_playable(game)
        game.watch.assert_clean(server.url)

    def test_comes_back_as_it_was(self, game: GamePage, server: RunningServer) -> None:
        name = NAMES[1]
        game.begin(name)
        game.expect_saved()
        game.proceed()
        expect(game.region("Character")).to_contain_text(name)
        assert_playable(game)
        assert_harmless(game)
        game.watch.assert_clean(server.url)

    def test_in_the_story_of_the_end(self, game: GamePage, server: RunningServer) -> None:
        game.begin(NAMES[0])
        game.walk("South")

        def finish(state: dict[str, Any]) -> None:
            state["flags"] = {"minersFree": True, "rubbleCleared": True, "runeSealed": True}
            state["ended"] = True

        game.expect_saved()
        game.change_save(lambda body: finish(body["state"]))
        game.open()
        game.button("Continue").click()
        expect(game.region("The story of this run")).to_contain_text(NAMES[0])
        assert_harmless(game)
        game.watch.assert_clean(server.url)


class TestStyle:
    def test_is_text(self, game: GamePage, server: RunningServer) -> None:
        game.begin()
        window = game.open_item("Rope (50ft)")
        cards = window.get_by_role("region", name="Gallery").get_by_role("listitem")
        for number, style in enumerate(STYLES, start=1):
            box(window).fill(style)
            expect(window.locator(".prompt-preview")).to_contain_text(f"Style: {style}")
            window.get_by_role("button", name="Generate new image", exact=True).click()
            expect(cards).to_have_count(number)
            expect(cards.first).to_contain_text(style)
            expect(window.get_by_text(f"Style: {style}", exact=True)).to_be_visible()
            assert window.evaluate("it => it.scrollWidth <= it.clientWidth")
            assert_harmless(game)
        window.get_by_role("button", name="Star picture 4").click()
        expect(cards.first).to_contain_text(STYLES[0])
        game.page.keyboard.press("Escape")
        assert_playable(game)
        game.watch.assert_clean(server.url)

    def test_markup_is_refused_in_words(self, game: GamePage) -> None:
        game.begin()
        window = game.open_item("Rope (50ft)")
        for style in REFUSED:
            box(window).fill(style)
            expect(window.get_by_role("alert")).to_have_count(0)
            expect(window.locator(".prompt-preview")).to_contain_text(f"Style: {style}")
            window.get_by_role("button", name="Generate new image", exact=True).click()
            expect(window.get_by_role("alert")).to_contain_text("must not contain HTML tags")
            expect(box(window)).to_have_value(style)
            assert_harmless(game)


class TestFromTheServer:
    @pytest.fixture
    def server(self, make_server: ServerFactory) -> RunningServer:
        """A server of the test's own: every picture in it is spoilt."""
        return make_server()

    def test_pictures(self, game: GamePage, server: RunningServer) -> None:
        image = make_image(server.client, subject_name="Dagger")
        execute(
            server.settings,
            "UPDATE image_assets SET custom_prompt = ?, alt_text = ?, prompt_used = ?,"
            " component = ?, model_used = ? WHERE id = ?",
            *[FROM_SERVER] * 5,
            image["id"],
        )
        game.begin()
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
        assert_harmless(game)
        game.watch.assert_clean(server.url)

    def test_scenes(self, game: GamePage, server: RunningServer) -> None:
        game.begin()
        game.expect_painting()
        execute(server.settings, "UPDATE image_assets SET alt_text = ?", FROM_SERVER)
        game.proceed()
        game.expect_painting()
        expect(game.scene.get_by_role("img", name=FROM_SERVER)).to_be_visible()
        assert_harmless(game)
        assert_playable(game)
        game.watch.assert_clean(server.url)

    def test_saves(self, game: GamePage, server: RunningServer) -> None:
        game.begin()
        game.expect_saved()

        def poison(body: dict[str, Any]) -> None:
            body["label"] = FROM_SERVER
            body["state"]["hero"]["name"] = FROM_SERVER[:LONGEST_NAME]
            body["log"] = [{"text": FROM_SERVER, "tone": f"good {FROM_SERVER}", "turn": 1}]
            body["log"].append({"text": FROM_SERVER, "tone": "good", "turn": 1})

        game.change_save(poison)
        game.open()
        expect(game.region("Saved adventures")).to_contain_text(FROM_SERVER)
        game.button("New adventure").click()
        expect(game.dialog).to_contain_text(FROM_SERVER)
        game.page.keyboard.press("Escape")
        game.button("Load slot 1").click()
        expect(game.log).to_contain_text(FROM_SERVER)
        assert_harmless(game)
        assert_playable(game)
        game.watch.assert_clean(server.url)

    def test_preferences(self, game: GamePage, server: RunningServer) -> None:
        game.open()
        answer = game.ask(
            "PUT",
            f"{server.url}/api/v1/preferences",
            data={"theme": FROM_SERVER, "effects": FROM_SERVER, "keys": [FROM_SERVER]},
        )
        assert answer.ok
        game.open()
        expect(game.page.locator("html")).to_have_attribute("data-theme", "green")
        assert_harmless(game)
        game.watch.assert_clean(server.url)


def test_the_policy_forbids_what_would_run(server: RunningServer) -> None:
    answer = server.client.get("/game/")
    policy = dict(
        part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
    )
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
