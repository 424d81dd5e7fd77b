"""The page's files look as Prettier writes them; its settings stand in frontend/package.json."""

from pathlib import Path

import pytest

from tests.frontend.conftest import ROOT, RunNode

pytestmark = pytest.mark.xdist_group("frontend-types")

PAGE = ROOT / "frontend"


def test_every_file(run_node: RunNode, prettier: Path) -> None:
    kinds = [str(PAGE / "**" / f"*.{kind}") for kind in ("js", "css", "html", "json")]
    answer = run_node(str(prettier), "--check", *kinds)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_the_check_finds_what_is_out_of_shape(
    run_node: RunNode, prettier: Path, tmp_path: Path
) -> None:
    (tmp_path / "odd.js").write_text("const one =1", "utf-8")
    answer = run_node(str(prettier), "--check", str(tmp_path / "*.js"))
    assert answer.returncode == 1
