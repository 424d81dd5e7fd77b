"""An item's window by keyboard: what keys do in it, and where the focus is."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.game_page import GamePage
from tests.support.library import make_image
from tests.support.running_server import RunningServer

pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("e2e-items")]

A_THIRD = 0.34
PAGE_SIZE = 6


class TestKeys:
    def test_escape_closes_and_the_focus_returns(
        self, game: GamePage, server: RunningServer
    ) -> None:
        game.begin()
        button = game.region("Inventory").get_by_role("button", name="Rope (50ft)", exact=True)
        button.focus()
        game.page.keyboard.press("Enter")
        window = game.page.get_by_role("dialog", name="Rope (50ft)", exact=True)
        expect(window).to_be_visible()
        game.page.keyboard.press("Escape")
        expect(window).to_have_count(0)
        expect(button).to_be_focused()
        button.click()
        window.get_by_role("button", name="Close").click()
        expect(window).to_have_count(0)
        expect(button).to_be_focused()
        game.watch.assert_clean(server.url)

    def test_never_lose_the_focus(self, game: GamePage, server: RunningServer) -> None:
        for _ in range(PAGE_SIZE + 1):
            make_image(server.client, subject_name="Torch")
        game.begin()
        window = game.open_item("Torch")
        gallery = window.get_by_role("heading", name="Gallery", exact=True)

        def press(name: str) -> None:
            window.get_by_role("button", name=name, exact=True).focus()
            game.page.keyboard.press("Enter")

        press("Next page")
        expect(window).to_contain_text("Page 2 of 2")
        expect(gallery).to_be_focused()
        press("Previous page")
        expect(window).to_contain_text("Page 1 of 2")
        expect(gallery).to_be_focused()
        press("Delete picture 1")
        expect(window).to_contain_text("in the trash")
        expect(gallery).to_be_focused()
        press("Undo")
        expect(window).to_contain_text("The picture is back.")
        expect(gallery).to_be_focused()
        press("Generate new image")
        expect(window).to_contain_text("A new picture is in the gallery.")
        expect(window.get_by_role("button", name="Generate new image")).to_be_focused()
        game.watch.assert_clean(server.url)

    def test_do_nothing_behind_the_window(self, game: GamePage, server: RunningServer) -> None:
        game.begin()
        game.set_luck(A_THIRD)
        game.expect_saved()
        before = (game.place, game.log.inner_text(), len(game.watch.asked("/saves", "PUT")))
        window = game.open_item("Dagger")
        for key in ("s", "ArrowDown", "w", "l", "t", "r", "1", "i", "?"):
            game.page.keyboard.press(key)
        window.get_by_role("textbox", name="Style", exact=True).press_sequentially("swat lr1?")
        for _ in range(40):
            game.page.keyboard.press("Tab")
            inside = "() => document.activeElement.closest('dialog') !== null"
            assert game.page.evaluate(inside) or game.page.evaluate(
                "() => document.activeElement === document.body"
            )
        expect(window.get_by_role("textbox", name="Style", exact=True)).to_have_value("swat lr1?")
        after = (game.place, game.log.inner_text(), len(game.watch.asked("/saves", "PUT")))
        assert after == before
        expect(game.dialog).to_have_count(1)
        game.watch.assert_clean(server.url)

    def test_a_potion_is_drunk_from_its_window(self, game: GamePage, server: RunningServer) -> None:
        game.begin()
        game.walk("West")
        game.reopen_with(hurt_with_a_potion)
        assert game.hit_points == 20
        window = game.open_item("Healing Potion")
        window.get_by_role("button", name="Drink", exact=True).click()
        expect(window).to_have_count(0)
        assert game.hit_points > 20
        expect(game.region("Inventory").get_by_role("button", name="Healing Potion")).to_have_count(
            0
        )
        game.watch.assert_clean(server.url)


def hurt_with_a_potion(state: dict[str, Any]) -> None:
    state["hero"]["hp"] = 20
    state["inventory"].append({"id": "potion", "count": 1})
