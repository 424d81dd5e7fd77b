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


@pytest.mark.parametrize("name", Settings.model_fields)
def test_same_default(name: str, example: str, tmp_path: Path) -> None:
    (value,) = (
        entry["value"] for entry in _ENTRY.finditer(example) if entry["name"].lower() == name
    )
    (tmp_path / "one.env").write_text(f"{name.upper()}={value}\n", encoding="utf-8")
    assert getattr(Settings(_env_file=tmp_path / "one.env"), name) == getattr(
        Settings(_env_file=None), name
    )
    # A value that is left out must be one that means "not set", and no other may be left out.
    assert (value not in {"", "false"}) == bool(getattr(Settings(_env_file=None), name))


def test_all_lines_uncommented_are_the_defaults(example: str, tmp_path: Path) -> None:
    lines = [f"{entry['name']}={entry['value']}" for entry in _ENTRY.finditer(example)]
    (tmp_path / "all.env").write_text("\n".join(lines), encoding="utf-8")
    assert Settings(_env_file=tmp_path / "all.env") == Settings(_env_file=None)


@pytest.mark.parametrize("name", ["GEMINI_API_KEY", "ADMIN_TOKEN"])
def test_no_secret_in_it(name: str, example: str) -> None:
    assert re.search(rf"^# {name}=$", example, re.MULTILINE)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_documentation_names_it(name: str) -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert f"| `{name.upper()}` |" in page
