"""Times as the old game wrote them."""

import re
from datetime import UTC, datetime, timedelta

from app.clock import utc_now

# The old game made ids such as img_1795389482568_bao6d8tiv: milliseconds since 1970.
_IMAGE_ID = re.compile(r"img_(\d{12,14})_\w*")
_ONE_DAY = timedelta(days=1)


def read_time(value: object) -> datetime | None:
    """Read an ISO 8601 time; None where it is none, or cannot be true."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    return _plausible(time if time.tzinfo else time.replace(tzinfo=UTC))


def time_of_id(image_id: object) -> datetime | None:
    """Read the time that an image's id holds, for entries whose own time is damaged."""
    found = _IMAGE_ID.fullmatch(image_id) if isinstance(image_id, str) else None
    if found is None:
        return None
    try:
        return _plausible(datetime.fromtimestamp(int(found[1]) / 1000, UTC))
    except (OverflowError, ValueError, OSError):
        return None


def _plausible(time: datetime) -> datetime | None:
    """Drop times from before the game and from the future: they would spoil the order."""
    try:
        utc = time.astimezone(UTC)
    except OverflowError:
        return None
    return utc if utc.year >= 2000 and utc <= utc_now() + _ONE_DAY else None
