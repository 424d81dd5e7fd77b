"""/docs and /redoc in a real browser: rendered, with no outside network and no inline script."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests.support.patience import PATIENCE_MS
from tests.support.running_server import RunningServer

# One browser on one worker is enough.
pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("browser")]

SCREENSHOTS = Path("/tmp")

WATCH_POLICY = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(event.violatedDirective + " " + event.blockedURI));
"""


@dataclass
class Watched:
    """A page, and everything about it that must not happen."""

    page: Page
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def assert_clean(self, server: RunningServer) -> None:
        """Nothing was reported, blocked, or asked of another host."""
        assert self.page.evaluate("window.violations") == []
        assert self.console == []
        foreign = [
            url for url in self.requests if not url.startswith((server.url, "data:", "blob:"))
        ]
        assert foreign == []
        assert any(url == f"{server.url}/openapi.json" for url in self.requests)


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """The profile that all share: the pages' scripts are large."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def server(shared_server: RunningServer) -> RunningServer:
    """One server for the file: nothing is stored in it."""
    return shared_server


@pytest.fixture
def watched(reader: BrowserContext) -> Iterator[Watched]:
    page = reader.new_page()
    watching = Watched(page)

    def on_console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            watching.console.append(message.text)

    def on_request(request: Request) -> None:
        watching.requests.append(request.url)

    page.add_init_script(WATCH_POLICY)
    page.on("console", on_console)
    page.on("pageerror", lambda error: watching.console.append(str(error)))
    page.on("request", on_request)
    yield watching
    page.close()


class TestSwagger:
    def test_every_operation_is_shown(self, watched: Watched, server: RunningServer) -> None:
        watched.page.goto(f"{server.url}/docs")
        paths = server.client.get("/openapi.json").json()["paths"]
        shown = watched.page.locator(".opblock")
        expect(shown).to_have_count(sum(len(methods) for methods in paths.values()))
        expect(watched.page.get_by_text("Make a new picture").first).to_be_visible()
        expect(watched.page.locator(".info .title")).to_contain_text("Emberpeak")
        watched.page.screenshot(path=SCREENSHOTS / "emberpeak-docs.png")
        watched.assert_clean(server)

    def test_an_operation_can_be_opened(self, watched: Watched, server: RunningServer) -> None:
        watched.page.goto(f"{server.url}/docs")
        watched.page.locator(".opblock", has_text="/api/v1/images/generate").first.click()
        opened = watched.page.locator(".opblock.is-open")
        expect(opened).to_contain_text("Healing Potion")
        expect(opened).to_contain_text("quota_minute")
        watched.assert_clean(server)

    def test_health_can_be_tried_out(self, watched: Watched, server: RunningServer) -> None:
        watched.page.goto(f"{server.url}/docs")
        watched.page.locator(".opblock", has_text="/health").first.click()
        watched.page.get_by_role("button", name="Try it out").click()
        watched.page.get_by_role("button", name="Execute").click()
        answer = watched.page.locator(".live-responses-table")
        expect(answer.locator(".response-col_status").last).to_contain_text("200")
        expect(answer).to_contain_text('"database": "ok"')
        assert f"{server.url}/health" in watched.requests
        watched.assert_clean(server)

    def test_a_change_can_be_tried_out(self, watched: Watched, server: RunningServer) -> None:
        watched.page.goto(f"{server.url}/docs")
        watched.page.locator(".opblock", has_text="/cleanup/expired-cache").first.click()
        watched.page.get_by_role("button", name="Try it out").click()
        watched.page.get_by_role("button", name="Execute").click()
        answer = watched.page.locator(".live-responses-table")
        expect(answer).to_contain_text("Removed 0 expired scene entries")
        watched.assert_clean(server)


class TestRedoc:
    def test_is_rendered(self, watched: Watched, server: RunningServer) -> None:
        watched.page.goto(f"{server.url}/redoc")
        expect(watched.page.locator("h1").first).to_contain_text("Emberpeak")
        for summary in ("Make a new picture", "How the server is", "Empty the trash"):
            expect(watched.page.get_by_role("heading", name=summary)).to_be_visible()
        watched.page.screenshot(path=SCREENSHOTS / "emberpeak-redoc.png")
        watched.assert_clean(server)

    def test_search_finds(self, watched: Watched, server: RunningServer) -> None:
        watched.page.goto(f"{server.url}/redoc")
        watched.page.get_by_placeholder("Search...").fill("trash")
        found = watched.page.locator("[data-role='search:results']")
        expect(found).to_contain_text("Put a picture into the trash")
        watched.assert_clean(server)


class TestPage:
    @pytest.mark.parametrize("path", ["/docs", "/redoc"])
    def test_no_inline_script_and_a_strict_policy(
        self, path: str, shared_server: RunningServer
    ) -> None:
        answer = shared_server.client.get(path)
        assert answer.headers["content-type"].startswith("text/html")
        for attributes, content in re.findall(
            r"<script([^>]*)>(.*?)</script>", answer.text, re.DOTALL
        ):
            assert 'src="docs/' in attributes
            assert content.strip() == ""
        assert not re.search(r"\son\w+\s*=|javascript:", answer.text)
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", answer.text)
        policy = dict(
            directive.strip().split(" ", 1)
            for directive in answer.headers["content-security-policy"].split(";")
        )
        assert policy["script-src"] == "'self'"
        assert policy["default-src"] == "'none'"
        assert policy["connect-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
