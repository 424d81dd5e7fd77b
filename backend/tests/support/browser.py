"""A real Chromium, driven by Playwright: one browser for each file, a fresh profile a test."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The browser that EMBERPEAK_BROWSER names, or the machine's Chromium.

    Not for the whole run: while Playwright's synchronous interface is open its event loop counts
    as running on this thread, so that ``asyncio.run`` fails in the tests of every other file.
    """
    path = os.environ.get("EMBERPEAK_BROWSER") or shutil.which("chromium")
    if not path:
        pytest.fail("no Chromium: install one, or name it in EMBERPEAK_BROWSER")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def browser_context(browser: Browser) -> Iterator[BrowserContext]:
    """A profile without cookies or storage of other tests."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    yield context
    context.close()
