"""/docs and /redoc in a real browser: rendered, with no outside network and no inline script."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from tests.support.patience import PATIENCE_MS
from tests.support.running_server import RunningServer

# One browser on one worker is enough.
pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("browser")]

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


@pytest.fixture
def server(shared_server: RunningServer) -> RunningServer:
    """One server for the file: nothing is stored in it."""
    return shared_server


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    watching = Watched(page := context.new_page())

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
    context.close()


def test_swagger(watched: Watched, server: RunningServer) -> None:
    page = watched.page
    page.goto(f"{server.url}/docs")
    paths = server.client.get("/openapi.json").json()["paths"]
    shown = page.locator(".opblock")
    expect(shown).to_have_count(sum(len(methods) for methods in paths.values()))
    expect(page.locator(".info .title")).to_contain_text("Emberpeak")
    page.locator(".opblock", has_text="/api/v1/images/generate").first.click()
    opened = page.locator(".opblock.is-open")
    expect(opened).to_contain_text("Healing Potion")
    expect(opened).to_contain_text("quota_minute")
    for path, answer in (
        ("/health", '"database": "ok"'),
        ("/cleanup/expired-cache", "Removed 0 expired scene entries"),
    ):
        block = page.locator(".opblock", has_text=path).first
        block.click()
        block.get_by_role("button", name="Try it out").click()
        block.get_by_role("button", name="Execute").click()
        expect(block.locator(".live-responses-table")).to_contain_text(answer)
    assert f"{server.url}/health" in watched.requests
    watched.assert_clean(server)


def test_redoc(watched: Watched, server: RunningServer) -> None:
    page = watched.page
    page.goto(f"{server.url}/redoc")
    expect(page.locator("h1").first).to_contain_text("Emberpeak")
    for summary in ("Make a new image", "How the server is", "Empty the trash"):
        expect(page.get_by_role("heading", name=summary)).to_be_visible()
    page.get_by_placeholder("Search...").fill("trash")
    found = page.locator("[data-role='search:results']")
    expect(found).to_contain_text("Put an image into the trash")
    watched.assert_clean(server)


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_no_inline_script_and_a_strict_policy(path: str, server: RunningServer) -> None:
    answer = server.client.get(path)
    assert answer.headers["content-type"].startswith("text/html")
    for attributes, content in re.findall(r"<script([^>]*)>(.*?)</script>", answer.text, re.DOTALL):
        assert 'src="docs/' in attributes
        assert content.strip() == ""
    assert not re.search(r"\son\w+\s*=|javascript:", answer.text)
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", answer.text)
    policy = answer.headers["content-security-policy"]
    for directive in ("default-src 'none'", "script-src 'self'", "connect-src 'self'"):
        assert f"{directive};" in policy
    assert policy.endswith("frame-ancestors 'none'")
