"""What makes two scenes the same."""

import unicodedata

from app.domain import SceneSetting


def scene_key(setting: SceneSetting) -> str:
    """The key of a scene; case, spaces and ways to write an accent do not matter.

    The separator is escaped inside the parts, so that no two scenes can share a key.
    """
    return "|".join(
        _normalized(part) for part in (setting.location, setting.time_of_day, setting.weather)
    )


def normalized_location(location: str) -> str:
    """The part of the key that stands for the place, with the separator after it."""
    return _normalized(location) + "|"


def normalized_hour(time_of_day: str) -> str:
    """The part of the key that stands for the hour, with the separator after it."""
    return _normalized(time_of_day) + "|"


def _normalized(part: str) -> str:
    # Taken apart before the case is folded: the order of accents matters to folding.
    apart = unicodedata.normalize("NFD", " ".join(part.split()))
    plain = unicodedata.normalize("NFC", apart.casefold())
    return plain.replace("%", "%25").replace("|", "%7c")
