"""A real Chromium, driven by Playwright: one browser for each file, a fresh profile a test."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Only the last list of features counts, so what Playwright switches off stands here too.
_OFF_BY_PLAYWRIGHT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "TcpPortRandomizationWin",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
# Chromium loads a page of its own for each window's address bar: a third of a short test.
_ADDRESS_BAR = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")


def arguments(*switched_off: str) -> list[str]:
    """How Chromium is started.

    Args:
        switched_off: Further features of Chromium to be without.
    """
    features = ",".join((*_OFF_BY_PLAYWRIGHT, *_ADDRESS_BAR, *switched_off))
    return [*_ARGUMENTS, f"--disable-features={features}"]


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
        running = playwright.chromium.launch(executable_path=path, args=arguments())
        yield running
        running.close()


@pytest.fixture
def browser_context(browser: Browser) -> Iterator[BrowserContext]:
    """A profile without cookies or storage of other tests."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    yield context
    context.close()


# What a page still wants to send when it is closed would reach the server in the next test.
_LEAVE_NOTHING = """
() => {
  window.fetch = () => new Promise(() => {});
  if (location.protocol === 'http:') localStorage.clear();
}
"""


@contextmanager
def tidied(context: BrowserContext) -> Iterator[BrowserContext]:
    """Use a profile again: its tabs, cookies and storage go, its cache of the page's files stays.

    Fetching and compiling a hundred modules anew is half the work of a short test.
    """
    yield context
    for page in context.pages:
        page.evaluate(_LEAVE_NOTHING)
        page.close()
    context.clear_cookies()
    context.set_offline(offline=False)
