"""A real Chromium, driven by Playwright."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, expect, sync_playwright

from tests.support.patience import PATIENCE_MS
from tests.support.tools import is_missing

# Two cores, and Chromium beside the server and its painter.
expect.set_options(timeout=PATIENCE_MS)

_IN_A_BROWSER = ("tests/e2e", "tests/frontend", "test_docs_pages", "test_foreign_pages")

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


def _arguments(*switched_off: str) -> list[str]:
    features = ",".join((*_OFF_BY_PLAYWRIGHT, *_ADDRESS_BAR, *switched_off))
    return [*_ARGUMENTS, f"--disable-features={features}"]


def lifetime(fixture_name: str, config: pytest.Config) -> Literal["module", "session"]:  # noqa: ARG001 - pytest names them
    """How long a browser stays: for the whole run where only tests in a browser are run.

    While Playwright's synchronous interface is open its event loop counts as running on this
    thread, so that ``asyncio.run`` fails in the tests of every other file.
    """
    alone = all(any(name in path for name in _IN_A_BROWSER) for path in config.args)
    return "session" if alone else "module"


@pytest.fixture(scope=lifetime)
def playwright() -> Iterator[Playwright]:
    """The driver: there can be but one at a time."""
    with sync_playwright() as running:
        yield running


def _program() -> str:
    path = os.environ.get("EMBERPEAK_BROWSER") or shutil.which("chromium")
    if not path:
        is_missing("Chromium, or another that EMBERPEAK_BROWSER names,")
    return path


def launch(playwright: Playwright, *more: str, switched_off: tuple[str, ...] = ()) -> Browser:
    """Start the browser that EMBERPEAK_BROWSER names, or the machine's Chromium.

    Args:
        playwright: The driver.
        more: Further arguments.
        switched_off: Further features to be without.
    """
    return playwright.chromium.launch(
        executable_path=_program(), args=[*_arguments(*switched_off), *more]
    )


def launch_with_profile(
    playwright: Playwright, folder: Path, preferences: dict[str, Any]
) -> BrowserContext:
    """Start a browser of its own whose owner has changed its settings.

    Args:
        playwright: The driver.
        folder: Where the profile is made.
        preferences: Chromium's, by their names.
    """
    profile = folder / "Default"
    profile.mkdir(parents=True)
    (profile / "Preferences").write_text(json.dumps(preferences), "utf-8")
    return playwright.chromium.launch_persistent_context(
        folder, executable_path=_program(), args=_arguments(), reduced_motion="reduce"
    )


@pytest.fixture(scope=lifetime)
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A browser for all tests of a file, or of the run."""
    running = launch(playwright)
    yield running
    running.close()


@pytest.fixture
def browser_context(browser: Browser) -> Iterator[BrowserContext]:
    """A profile without cookies or storage of other tests."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
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
