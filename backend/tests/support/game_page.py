"""The game's page as a player meets it: by roles and by the names that are read out."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from playwright.sync_api import (
    APIResponse,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    Route,
    expect,
)

from tests.support.patience import PATIENCE_SECONDS

GENERATE = "/api/v1/scenes/generate"

# Dice that fall the same way in every run (mulberry32); `luck` holds every die at one face.
_DICE = """
(() => {
  let a = %d;
  window.luck = null;
  Math.random = () => {
    if (window.luck !== null) return window.luck;
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
})();
"""
_WATCH_POLICY = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(event.violatedDirective + " " + event.blockedURI));
"""


def fulfilled(**answer: Any) -> Callable[[Route], None]:
    """A handler of ``page.route`` that answers in the server's place."""
    return lambda route: route.fulfill(**answer)


def aborted(route: Route) -> None:
    """A handler of ``page.route`` for a network that is away."""
    route.abort()


@dataclass
class Watch:
    """What a page asked for, what was refused, and what it complained of."""

    page: Page
    console: list[str] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(_WATCH_POLICY)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.console.append(str(error)))
        self.page.on("request", lambda asked: self.requests.append((asked.method, asked.url)))
        self.page.on("requestfailed", lambda asked: self.failed.append((asked.method, asked.url)))
        self.page.on("response", self._on_response)

    def asked(self, path: str, method: str = "POST") -> list[str]:
        """Addresses that were asked for under a path, in order."""
        return [url for how, url in self.requests if how == method and path in url]

    def assert_clean(self, url: str) -> None:
        """Nothing was reported, refused or blocked, and no other host was asked."""
        assert self.page.evaluate("window.violations") == []
        assert self.console == []
        assert self.refused == []
        self.assert_stayed_home(url)

    def assert_stayed_home(self, url: str) -> None:
        """No other host was asked for anything."""
        own = (f"{url}/", "data:", "blob:")
        assert [asked for _, asked in self.requests if not asked.startswith(own)] == []

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.console.append(message.text)

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self.refused.append((response.status, response.url))


class GamePage:
    """One tab with the game in it."""

    def __init__(self, page: Page, url: str, *, seed: int = 1) -> None:
        self.page = page
        self.url = url
        self.watch = Watch(page)
        page.add_init_script(_DICE % seed)

    def open(self) -> Self:
        """Go to the title."""
        self.page.goto(f"{self.url}/game/")
        expect(self.page.get_by_role("region", name="Saved adventures")).to_contain_text(
            re.compile("slot|Empty|Unknown|level", re.IGNORECASE)
        )
        return self

    def begin(self, hero: str = "") -> Self:
        """Begin an adventure when there is none yet."""
        self.open()
        if hero:
            self.page.get_by_label("Hero's name").fill(hero)
        self.button("New adventure").click()
        self.expect_place("Starting Tavern")
        return self

    def proceed(self) -> Self:
        """Go on with the newest adventure."""
        self.open()
        self.button("Continue").click()
        expect(self.scene).to_be_visible()
        return self

    def another_tab(self) -> "GamePage":
        """A second tab of the same player."""
        return game_in(self.page.context, self.url)

    def without_warming(self) -> Self:
        """Answer what is asked for ahead with a stand-in: for tests that count pictures."""
        stand_in = {"id": None, "served": "placeholder", "url": "/"}
        self.page.route(
            lambda url: GENERATE in url and "priority=low" in url,
            lambda route: route.fulfill(json=stand_in),
        )
        return self

    def assert_clean(self) -> None:
        """Nothing was reported, refused or blocked, and no other host was asked."""
        self.watch.assert_clean(self.url)

    # What there is to see

    def button(self, name: str) -> Locator:
        """A button by its whole name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def region(self, name: str) -> Locator:
        """A region by its whole name."""
        return self.page.get_by_role("region", name=name, exact=True)

    @property
    def scene(self) -> Locator:
        """The region with the picture."""
        return self.region("Scene")

    @property
    def picture(self) -> Locator:
        """The picture that is on the screen, not those that are fading away."""
        return self.scene.get_by_role("img").and_(self.page.locator("img"))

    @property
    def note(self) -> Locator:
        """The quiet note about the picture."""
        return self.scene.get_by_role("status")

    @property
    def log(self) -> Locator:
        """The adventure's log."""
        return self.page.get_by_role("log", name="Adventure log", exact=True)

    @property
    def dialog(self) -> Locator:
        """The open window."""
        return self.page.get_by_role("dialog")

    @property
    def place(self) -> str:
        """Where the hero stands."""
        return self.scene.get_by_role("heading").inner_text()

    @property
    def hit_points(self) -> int:
        """The hero's."""
        bar = self.page.locator("[role=progressbar][aria-label='Hit points']")
        return int(bar.get_attribute("aria-valuenow") or 0)

    @property
    def enemy(self) -> Locator:
        """The hit points of the enemy, shown in a fight only."""
        return self.scene.get_by_role("meter")

    @property
    def choices(self) -> Locator:
        """The numbered choices of the moment."""
        return self.page.locator("#choices").get_by_role("button")

    def choice(self, label: str) -> Locator:
        """A choice by its label, whatever its number."""
        return self.choices.filter(has_text=re.compile(rf"^\s*\S+\s*{re.escape(label)}"))

    def objective(self, text: str) -> Locator:
        """An objective of the quest log."""
        return self.region("Quests").get_by_role("listitem").filter(has_text=text)

    @property
    def save_status(self) -> Locator:
        """Whether the game is saved, in words."""
        return self.page.get_by_role("banner").get_by_role("status")

    def expect_place(self, name: str) -> None:
        """Wait until the hero stands there."""
        expect(self.scene.get_by_role("heading")).to_have_text(name)

    def expect_saved(self) -> None:
        """Wait until the server has this turn."""
        expect(self.save_status).to_have_attribute("data-status", "saved")

    def expect_painting(self) -> None:
        """Wait until the painted picture of this place has come."""
        expect(self.scene).to_have_attribute("data-kind", "painting")

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Let the page live until something outside of it is so."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, "it did not come to pass in time"
            self.page.evaluate("() => new Promise(requestAnimationFrame)")

    # What can be done

    def go(self, *directions: str) -> None:
        """Walk, by the compass."""
        for direction in directions:
            self.button(direction).click()

    def walk(self, *directions: str) -> None:
        """Walk where nothing waits on the road."""
        self.set_luck(0.999)
        self.go(*directions)

    def choose(self, *labels: str) -> None:
        """Take choices, one after the other."""
        for label in labels:
            self.choice(label).click()

    def answer(self, name: str) -> None:
        """Press a button of the open window."""
        self.dialog.get_by_role("button", name=name).click()

    def come_online(self) -> None:
        """Tell the page that the network is back, so that it tries at once."""
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def set_luck(self, luck: float | None) -> None:
        """Hold every die: 0 shows ones, 0.999 the highest; None lets them roll."""
        self.page.evaluate("luck => { window.luck = luck }", luck)

    def meet_enemy(self) -> None:
        """Walk into a fight, in which every die shows its middle."""
        self.set_luck(0)
        self.go("South")
        expect(self.enemy).to_be_visible()
        self.set_luck(0.5)

    def open_item(self, name: str) -> Locator:
        """Open an item's window, and let its gallery come: what lies below it moves then."""
        self.region("Inventory").get_by_role("button", name=name, exact=True).click()
        window = self.page.get_by_role("dialog", name=name, exact=True)
        expect(window).to_be_visible()
        expect(window.get_by_text("Looking for its picture")).to_have_count(0)
        return window

    def ask(self, method: str, address: str, **options: Any) -> APIResponse:
        """Ask the server as this player, beside the page.

        Again where the kept connection was just being closed, as the server does after 5 s.
        """
        return self.page.request.fetch(address, method=method, max_retries=3, **options)

    def change_save(self, change: Callable[[dict[str, Any]], None], slot: str = "1") -> None:
        """Change what the server holds, as another tab would."""
        address = f"{self.url}/api/v1/saves/{slot}"
        stored = self.ask("GET", address)
        body = stored.json()
        change(body)
        body.pop("stamp", None)
        answer = self.ask("PUT", address, data=body, headers={"If-Match": stored.headers["etag"]})
        assert answer.ok, answer.text()

    def reopen_with(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Go on with the saved game after its state was changed."""
        self.expect_saved()
        self.change_save(lambda body: change(body["state"]))
        self.proceed()


def game_in(context: BrowserContext, url: str, *, seed: int = 1) -> GamePage:
    """A new tab for the game."""
    return GamePage(context.new_page(), url, seed=seed)
