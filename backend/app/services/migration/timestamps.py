"""Times as the old game wrote them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from app.clock import utc_now

# The old game made ids such as img_1795389482568_bao6d8tiv: milliseconds since 1970.
_IMAGE_ID = re.compile(r"img_(\d{12,14})_\w*", re.ASCII)


def read_time(value: object) -> datetime | None:
    """Read an ISO 8601 time; None if it is none.

    One in the future becomes now: dated ahead, a picture would lead its gallery for ever.
    """
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    return _in_range(time if time.tzinfo else time.replace(tzinfo=UTC))


def time_of_id(image_id: object) -> datetime | None:
    """Read the time that an image's id holds, for entries whose own time is damaged."""
    found = _IMAGE_ID.fullmatch(image_id) if isinstance(image_id, str) else None
    if found is None:
        return None
    try:
        return _in_range(datetime.fromtimestamp(int(found[1]) / 1000, UTC))
    except (OverflowError, ValueError, OSError):  # pragma: no cover - where time_t is short
        return None


def fill_gaps(times: Sequence[datetime | None]) -> list[datetime | None]:
    """Give an image without a time that of its neighbour in a list, so that the order stays."""
    filled = list(times)
    for index in range(1, len(filled)):
        filled[index] = filled[index] or filled[index - 1]
    for index in range(len(filled) - 2, -1, -1):
        filled[index] = filled[index] or filled[index + 1]
    return filled


def _in_range(time: datetime) -> datetime | None:
    try:
        utc = time.astimezone(UTC)
    except OverflowError:
        return None
    return min(utc, utc_now()) if utc.year >= 1970 else None
