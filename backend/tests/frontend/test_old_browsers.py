"""The page plays in a browser of 2021 (Safari 15): what is newer is not used.

JavaScript's own library is checked by its types: ``test_types.py`` asks for ES2021. Here stand the
functions of browsers, the syntax and the CSS that no type check knows the year of.
"""

import re
from itertools import pairwise

import pytest

from tests.frontend.conftest import ROOT

PAGE = ROOT / "frontend"

# What is newer, and the one module that has another way where it is missing.
NEWER_IN_MODULES = {
    r"AbortSignal\.(any|timeout)": None,
    r"\bstructuredClone\b": None,
    r"\brandomUUID\b": None,
    r"\breportError\b": None,
    r"\bcheckVisibility\b": None,
    r"\bshowModal\(": "items/item-window.js ui/dialogs.js",  # both use ui/plain-window.js
    r"\bshowPicker\b|showSaveFilePicker|showOpenFilePicker": None,
    r"\bpopover\b|togglePopover|showPopover": None,
    r"\binert\b": None,
    r"\brequestIdleCallback\b|\bscheduler\.": None,
    r"\bstartViewTransition\b": None,
    r"URL\.(canParse|parse)\b": None,
    r"\b(De)?[cC]ompressionStream\b": None,
    r"navigator\.(locks|share|userAgentData|storage)\b": None,
    r"\bSegmenter\b": None,
    r"\(\?<[=!]": None,  # looking behind in a regular expression: Safari 16.4
    r"\bstatic \{": None,
    r"#\w+ in \b": None,
    r"\bwith \{ type": None,
    r"/[dgimsuy]*v[dgimsuy]*\.(test|exec)": None,
    r"crypto\.subtle": "migration/sha256.js",  # computes it itself on plain http
}
NEWER_IN_STYLES = (
    r":has\(",
    r"@(layer|container|property|starting-style|scope)\b",
    r"\b(color-mix|light-dark|oklch|oklab|lab|lch)\(",
    r"^\s*(translate|rotate|scale|field-sizing|text-wrap):",
    r"^\s*&",
    r"\d(cqw|cqh|svh|lvh)\b",
)


def modules_that_use(pattern: str) -> set[str]:
    folder = PAGE / "js"
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*.js")
        if re.search(pattern, without_comments(path.read_text("utf-8")))
    }


def without_comments(source: str) -> str:
    return re.sub(r"/\*.*?\*/|^\s*//.*$", "", source, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("pattern", NEWER_IN_MODULES)
def test_modules(pattern: str) -> None:
    assert modules_that_use(pattern) <= set((NEWER_IN_MODULES[pattern] or "").split())


@pytest.mark.parametrize("pattern", NEWER_IN_STYLES)
def test_styles(pattern: str) -> None:
    found = [
        path.name
        for path in (PAGE / "styles").glob("*.css")
        if re.search(pattern, path.read_text("utf-8"), re.MULTILINE)
    ]
    assert found == []


def test_a_height_that_moves_with_the_bars_has_one_that_does_not_before_it() -> None:
    for path in (PAGE / "styles").glob("*.css"):
        lines = path.read_text("utf-8").splitlines()
        for before, line in pairwise(lines):
            if "dvh" in line:
                assert before == line.replace("dvh", "vh"), f"{path.name}: {line.strip()}"
