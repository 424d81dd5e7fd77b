"""Files, functions and folders stay small, and no module is a fragment of another."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.test_layers import APP, imported

ROOT = Path(__file__).parents[3]
MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 60
MOST_MODULES_OF_A_FOLDER = 12
# A module below this that only one other imports belongs into that one.
LEAST_LINES_OF_A_MODULE = 25
# One table of the database each, whoever uses them.
SMALL_BY_NATURE = {"models"}
# Python's lines are ruff's business.
WIDEST_LINE_OF_THE_PAGE = 120
FOLDERS = ("backend", "scripts", "frontend")
KINDS = {".py", ".js", ".css", ".html"}
NOT_OURS = {"node_modules", "__pycache__", "versions"}


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in KINDS and not NOT_OURS.intersection(path.parts):
                yield path


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def too_long_functions(path: Path) -> list[str]:
    return [
        f"{short(path)}:{node.lineno} {node.name}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    ]


def test_files() -> None:
    found = {short(path): lines(path) for path in sources()}
    assert {path: n for path, n in found.items() if n > MOST_LINES_OF_A_FILE} == {}


def too_wide(path: Path) -> list[int]:
    text = path.read_text(encoding="utf-8").splitlines()
    return [number for number, line in enumerate(text, 1) if len(line) > WIDEST_LINE_OF_THE_PAGE]


def test_lines_of_the_page() -> None:
    page = [path for path in sources() if short(path).startswith("frontend/")]
    assert {short(path): too_wide(path) for path in page if too_wide(path)} == {}


def test_functions() -> None:
    found = [
        name for path in sources() if path.suffix == ".py" for name in too_long_functions(path)
    ]
    assert found == []


def modules() -> dict[str, Path]:
    """Every module of the app by its name, packages left out."""
    return {
        ".".join(path.relative_to(APP.parent).with_suffix("").parts): path
        for path in APP.rglob("*.py")
        if path.name != "__init__.py"
    }


def test_folders_of_the_app() -> None:
    counts = Counter(str(path.parent.relative_to(APP)) for path in modules().values())
    too_large = {name for name, count in counts.items() if count > MOST_MODULES_OF_A_FOLDER}
    assert too_large == set()


def test_fragments_of_the_app() -> None:
    importers = Counter(name for path in modules().values() for name in imported(path))
    found = [
        name
        for name, path in modules().items()
        if path.parent.name not in SMALL_BY_NATURE
        and lines(path) < LEAST_LINES_OF_A_MODULE
        and importers[name] == 1
    ]
    assert found == []


def test_the_checks_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    path = tmp_path / "long.py"
    for length, found in ((60, 0), (61, 1)):
        path.write_text("async def f() -> None:\n" + "    pass\n" * (length - 1))
        assert len(too_long_functions(path)) == found
    path.write_text(f"\n{'x' * 120}\n{'x' * 121}\n")
    assert too_wide(path) == [3]


def test_no_two_test_files_have_one_name() -> None:
    """Pytest collects only the first of them."""
    names = [path.name for path in (ROOT / "backend" / "tests").rglob("test_*.py")]
    assert {name for name in names if names.count(name) > 1} == set()
