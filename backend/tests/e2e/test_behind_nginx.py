"""Several players behind one address, in front of a real nginx with the shipped configuration."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.support.browser import launch
from tests.support.game_page import GamePage, game_in
from tests.support.nginx import NAME, Nginx, running_nginx
from tests.support.patience import PATIENCE_MS
from tests.support.server_process import server_process

pytestmark = pytest.mark.thorough

PLAYERS = 4


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """nginx, and the server behind it."""
    with (
        server_process(
            tmp_path_factory.mktemp("behind"),
            ADMIN_TOKEN="operator-token-never-shown",
            ALLOWED_HOSTS=NAME,
            TRUSTED_PROXIES="127.0.0.1",
        ) as behind,
        running_nginx(
            tmp_path_factory.mktemp("nginx"), int(behind.url.rpartition(":")[2])
        ) as running,
    ):
        yield running


@pytest.fixture(scope="module")
def school(playwright: Playwright) -> Iterator[Browser]:
    """A browser that finds the game's name on this machine."""
    running = launch(playwright, f"--host-resolver-rules=MAP {NAME} 127.0.0.1")
    yield running
    running.close()


@pytest.fixture
def players(school: Browser, nginx: Nginx) -> Iterator[list[GamePage]]:
    """Each with a cache and a connection of their own."""
    contexts = [school.new_context(ignore_https_errors=True) for _ in range(PLAYERS)]
    for context in contexts:
        context.set_default_timeout(PATIENCE_MS)
    yield [game_in(context, nginx.url, seed=seed) for seed, context in enumerate(contexts, 1)]
    for context in contexts:
        context.close()


def test_all_open_the_game_at_once_and_play(players: list[GamePage]) -> None:
    for player in players:
        player.page.goto(f"{player.url}/game/", wait_until="commit")
    for player in players:
        expect(player.button("New adventure")).to_be_enabled(timeout=PATIENCE_MS)
        protocol = "performance.getEntriesByType('navigation')[0].nextHopProtocol"
        assert player.page.evaluate(protocol) == "h2"
    for player in players:
        player.button("New adventure").click()
    for step, place in (("North", "Town Square"), ("South", "Starting Tavern")):
        for player in players:
            player.walk(step)
        for player in players:
            player.expect_place(place)
    for player in players:
        expect(player.save_status).to_have_attribute("data-status", "saved", timeout=PATIENCE_MS)
        expect(player.scene).to_have_attribute("data-kind", "painting", timeout=PATIENCE_MS)
        player.assert_clean()
