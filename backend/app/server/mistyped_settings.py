"""Names that look like settings and are none: nothing would be said of them, and defaults hold."""

import difflib
import os
from collections.abc import Iterator
from pathlib import Path

from dotenv import dotenv_values

from app.config import Settings

_ENV_FILE = Path(".env")
# In .env nearly every name is meant for this program; the environment is everybody's.
_ALIKE_IN_FILE = 0.6
_ALIKE_IN_ENVIRONMENT = 0.8


def mistyped_settings() -> list[str]:
    """A line for each such name, with the setting that is meant; never with its value."""
    known = [name.upper() for name in Settings.model_fields]
    in_file = [name.upper() for name in _names_in_file()]
    lines = []
    for name in in_file:
        if name not in known:
            nearest = difflib.get_close_matches(name, known, 1, _ALIKE_IN_FILE)
            meant = f"is {nearest[0]} meant?" if nearest else "it is ignored"
            lines.append(f"{name} in .env is no setting of Emberpeak: {meant}")
    given = {name.upper() for name in os.environ} | set(in_file)
    for name in sorted(os.environ):
        lines += _in_environment(name, known, given)
    return lines


def _in_environment(name: str, known: list[str], given: set[str]) -> Iterator[str]:
    # Short ones such as PORTS or WORKER belong to anybody.
    if "_" not in name or name.upper() in known:
        return
    nearest = difflib.get_close_matches(name.upper(), known, 1, _ALIKE_IN_ENVIRONMENT)
    # Where the setting is there too, the other name is another program's.
    if nearest and nearest[0] not in given:
        yield f"{name} in the environment is no setting of Emberpeak: is {nearest[0]} meant?"


def _names_in_file() -> list[str]:
    try:
        return list(dotenv_values(_ENV_FILE)) if _ENV_FILE.is_file() else []
    except (OSError, UnicodeDecodeError):  # loading the settings says so
        return []
