"""``.env.example`` and docs/configuration.md, compared with the settings in the code."""

import re
from pathlib import Path

import pytest

from app.config import Settings

ROOT = Path(__file__).parents[2]
_ENTRY = re.compile(
    r"^# (?P<description>.+)\n# (?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)$", re.MULTILINE
)


@pytest.fixture(scope="module")
def example() -> str:
    return (ROOT / ".env.example").read_text(encoding="utf-8")


def test_same_names_in_the_same_order(example: str) -> None:
    names = [entry["name"].lower() for entry in _ENTRY.finditer(example)]
    assert names == list(Settings.model_fields)


def test_each_with_its_description(example: str) -> None:
    told = {entry["name"].lower(): entry["description"] for entry in _ENTRY.finditer(example)}
    assert told == {name: field.description for name, field in Settings.model_fields.items()}


def test_as_it_stands_it_changes_nothing(example: str) -> None:
    assert all(not line or line.startswith("#") for line in example.splitlines())


def test_all_lines_uncommented_are_the_defaults(example: str, tmp_path: Path) -> None:
    lines = [f"{entry['name']}={entry['value']}" for entry in _ENTRY.finditer(example)]
    (tmp_path / "all.env").write_text("\n".join(lines), encoding="utf-8")
    assert Settings(_env_file=tmp_path / "all.env") == Settings(_env_file=None)


def test_no_secret_in_it(example: str) -> None:
    for name in ("GEMINI_API_KEY", "ADMIN_TOKEN"):
        assert re.search(rf"^# {name}=$", example, re.MULTILINE)


def test_the_documentation_names_each() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert [n for n in Settings.model_fields if f"| `{n.upper()}` |" not in page] == []
