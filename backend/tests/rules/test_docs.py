"""What the documentation tells people to type is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", ROOT / "findings/README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_scripts_exist(page: Path) -> None:
    named = set(re.findall(r"\b((?:scripts/)\w+\.(?:sh|py))\b", page.read_text("utf-8")))
    assert {name for name in named if not (ROOT / name).is_file()} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_within_the_project_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_file_that_the_architecture_names_exists() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    opened = re.findall(r"^\| .+ \| `([^`]+)` \|$", text, re.MULTILINE)
    assert len(opened) >= 30
    outside = ("backend/", "frontend/", "deploy")
    paths = [ROOT / n if n.startswith(outside) else ROOT / "backend" / "app" / n for n in opened]
    assert [path for path in paths if not path.exists()] == []
