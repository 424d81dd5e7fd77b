"""The page's modules, checked like TypeScript: their types stand in JSDoc comments."""

from pathlib import Path

import pytest

from tests.frontend.conftest import ROOT, RunNode

pytestmark = pytest.mark.xdist_group("frontend-types")

OPTIONS = (
    *("--noEmit", "--allowJs", "--checkJs", "--strict", "--noUncheckedIndexedAccess"),
    *("--target", "es2021", "--module", "es2022", "--moduleResolution", "bundler"),
    *("--lib", "es2021,dom,dom.iterable", "--types", ""),
)


def test_every_module(run_node: RunNode, tsc: Path) -> None:
    modules = sorted(str(path) for path in (ROOT / "frontend" / "js").rglob("*.js"))
    assert len(modules) > 50
    answer = run_node(str(tsc), *OPTIONS, *modules)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_the_check_finds_a_wrong_type(run_node: RunNode, tsc: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.js"
    wrong.write_text("/** @type {number} */\nexport const five = 'five';\n", "utf-8")
    answer = run_node(str(tsc), *OPTIONS, str(wrong))
    assert answer.returncode != 0
    assert "TS2322" in answer.stdout
