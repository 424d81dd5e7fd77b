"""What a dump of the old game offers, and reading foreign JSON without ever raising."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from app.clock import utc_now
from app.domain import SceneSetting, SubjectType

Outcome = Literal["stored", "already_there", "restored", "healed"]


@dataclass(frozen=True, slots=True)
class Offer:
    """One entry of the old storage, as it was found.

    Attributes:
        key: Where it was found; names the entry in the report.
        subject_type: Scene or item.
        subject_name: The scene's place, or the item's name exactly as it was.
        payload: Base64 or data URI, not yet decoded.
        setting: The scene's three words, if it is a scene.
        prompt: What the image was made from, if known.
        custom_prompt: The style, if there was one.
        is_featured: Whether the player had starred it.
        created_at: When it was made; None if the entry does not say.
        last_used: When it was last shown, if the entry says so.
        use_count: How often it was shown, if the entry says so.
    """

    key: str
    subject_type: SubjectType
    subject_name: str
    payload: str
    setting: SceneSetting | None = None
    prompt: str = ""
    custom_prompt: str = ""
    is_featured: bool = False
    created_at: datetime | None = None
    last_used: datetime | None = None
    use_count: int = 0


@dataclass(frozen=True, slots=True)
class BadEntry:
    """An entry that offers no image, and why."""

    key: str
    error: str


@dataclass(slots=True)
class Dump:
    """Everything found in one body.

    Attributes:
        offers: Entries with an image, in the order they were found.
        bad: Entries without one.
        saved_game: The old game's own saved game, if there is one.
        notes: What was left aside, for a person.
    """

    offers: list[Offer] = field(default_factory=list)
    bad: list[BadEntry] = field(default_factory=list)
    saved_game: dict[str, object] | None = None
    notes: list[str] = field(default_factory=list)


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
    """The value under a key, parsed if it is still text; None if there is nothing.

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


# The old game made ids such as img_1795389482568_bao6d8tiv: milliseconds since 1970.
_IMAGE_ID = re.compile(r"img_(\d{12,14})_\w*", re.ASCII)


def read_time(value: object) -> datetime | None:
    """Read an ISO 8601 time; None if it is none.

    One in the future becomes now: dated ahead, an image would lead its gallery for ever.
    """
    time = read_moment(value)
    return None if time is None else min(time, utc_now())


def read_moment(value: object) -> datetime | None:
    """Read an ISO 8601 time, which may be in the future; None if it is none."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
        utc = (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return utc if utc.year >= 1970 else None


def time_of_id(image_id: object) -> datetime | None:
    """Read the time that an image's id holds, for entries whose own time is damaged."""
    found = _IMAGE_ID.fullmatch(image_id) if isinstance(image_id, str) else None
    if found is None:
        return None
    try:
        return min(datetime.fromtimestamp(int(found[1]) / 1000, UTC), utc_now())
    except (OverflowError, ValueError, OSError):  # pragma: no cover - if time_t is short
        return None


def fill_gaps(times: Sequence[datetime | None]) -> list[datetime | None]:
    """Give an image without a time that of its neighbour in a list, so that the order stays."""
    filled = list(times)
    for index in range(1, len(filled)):
        filled[index] = filled[index] or filled[index - 1]
    for index in range(len(filled) - 2, -1, -1):
        filled[index] = filled[index] or filled[index + 1]
    return filled
