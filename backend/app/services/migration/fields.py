"""Reading foreign JSON: every function takes anything, and none ever raises."""

import json
from typing import Any

from app.services.migration.offer import BadEntry, Dump

# Python refuses to turn longer runs of digits into a number at all.
_LONGEST_NUMBER = 100


def parse_json(source: str) -> Any:
    """Read JSON; a number of a thousand digits becomes infinite instead of an error.

    Raises:
        ValueError: When it is no JSON, or nested too deeply.
    """
    try:
        return json.loads(source, parse_int=_number)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def take_value(body: dict[str, Any], key: str) -> Any:
    """The value under a key, parsed where it still is text; None where there is nothing.

    It is taken out of the body: text of megabytes is let go of as soon as it is parsed.

    Raises:
        ValueError: When it is cut off, or no JSON.
    """
    value = body.pop(key, None)
    if not isinstance(value, str):
        return value
    return parse_json(value) if value.strip() else None


def entries(body: dict[str, Any], key: str, dump: Dump) -> list[tuple[str, Any]]:
    """Names and entries of the object under a key; a value that is none counts as one error."""
    try:
        value = take_value(body, key)
    except ValueError:
        dump.bad.append(BadEntry(key, "The value is cut off, or no JSON."))
        return []
    if value is None:
        return []
    if not isinstance(value, dict):
        dump.bad.append(BadEntry(key, "The value is no JSON object."))
        return []
    return list(value.items())


def images(key: str, entry: Any, dump: Dump) -> list[tuple[str, dict[str, Any]]]:
    """The images of an item, each with its own key."""
    listed = entry.get("images") if isinstance(entry, dict) else None
    if not isinstance(listed, list):
        dump.bad.append(BadEntry(key, "The entry is empty, or has no list of images."))
        return []
    found: dict[str, dict[str, Any]] = {}
    for index, image in enumerate(listed):
        own_key = f"{key}/{(isinstance(image, dict) and text(image.get('id'))) or index}"
        if own_key in found:
            own_key = f"{own_key}/{index}"  # two entries of one id must not be taken for one
        if isinstance(image, dict):
            found[own_key] = image
        else:
            dump.bad.append(BadEntry(own_key, "The image is empty, or no object."))
    return list(found.items())


def text(value: Any) -> str:
    """Text as it is, anything else as no text."""
    return value if isinstance(value, str) else ""


def count(value: Any) -> int:
    """A whole number from 0 to a milliard; 0 for anything else."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return min(max(value, 0), 10**9) if is_whole else 0


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else float(digits)
