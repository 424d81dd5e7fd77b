"""axe-core in the page, as the package brings it."""

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

_SOURCE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")

# Colours are judged as they stay, not in the middle of a fade; and flat, because axe gives up on
# the contrast of text over a gradient or under scan lines.
_SETTLE = """
async () => {
  const flat = new CSSStyleSheet();
  flat.replaceSync(`
    *, *::before, *::after { background-image: none !important; transition: none !important }
    *::before, *::after { display: none !important }`);
  document.adoptedStyleSheets = [flat];
  await new Promise(requestAnimationFrame);
}
"""
_RUN = """
async (only) => {
  const { violations, incomplete } = await axe.run(document, {
    resultTypes: ['violations', 'incomplete'],
    ...(only.length > 0 ? { runOnly: only } : {}),
  });
  const unsure = incomplete.filter(({ id }) => id === 'color-contrast')
    .flatMap(({ nodes }) => nodes)
    .filter(({ failureSummary }) => /gradient|pseudo|image/.test(failureSummary));
  const lines = (nodes, id) => nodes.map(
    ({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`);
  return [
    ...violations.flatMap(({ id, nodes }) => lines(nodes, id)),
    ...lines(unsure, 'unsure of'),
  ];
}
"""
_READABLE = """
async () => {
  const { passes } = await axe.run(document, { runOnly: ['color-contrast'] });
  return passes.flatMap(({ nodes }) => nodes).length;
}
"""


# The rules that look at styles; all others read elements and attributes, which no theme changes.
LOOKS = ("color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable")


def violations_of(page: Page, *rules: str) -> list[str]:
    """What axe finds wrong with the page as it is now, one line for each element.

    Args:
        page: The page.
        rules: The only rules to check; all where none is named.
    """
    return list(_run(page, _RUN, list(rules)))


def readable_texts(page: Page) -> int:
    """How many texts axe could measure, and found readable."""
    return int(_run(page, _READABLE))


def _run(page: Page, script: str, argument: Any = None) -> Any:
    if not page.evaluate("'axe' in window"):
        page.evaluate(_SOURCE)
    page.evaluate(_SETTLE)
    found = page.evaluate(script, argument)
    page.evaluate("() => { document.adoptedStyleSheets = [] }")
    return found
