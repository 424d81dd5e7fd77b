"""From the body of a request to the images it offers, in any shape that the old game wrote."""

import codecs
import json
import re
from dataclasses import replace
from typing import Any

from app.domain import SceneSetting, SubjectType
from app.errors import AppError
from app.schemas.text import composed, storable
from app.services.migration.offers import (
    BadEntry,
    Dump,
    Offer,
    count,
    entries,
    fill_gaps,
    images,
    parse_json,
    read_time,
    take_value,
    text,
    time_of_id,
)
from app.services.players.saves import MOST_SAVE_BYTES

_CHUNK = 2**16
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


class InvalidDumpError(AppError):
    """The body as a whole is no storage of the old game."""

    status = 422


def read_dump(body: bytearray) -> Dump:
    """Read any of the shapes that may be posted, or a mixture of them.

    An entry that cannot be used is listed and stops no other.

    Args:
        body: JSON in UTF-8; it is emptied, because it is as large as all that is found in it.

    Raises:
        InvalidDumpError: When the body is no JSON object.
    """
    dump = Dump()
    content = _parse(body)
    for key, read, is_legacy in (
        (LEGACY_SCENES, _read_scene, True),
        (LEGACY_ITEMS, _read_item, True),
        (DOCUMENTED_SCENES, _read_scene, False),
        (DOCUMENTED_ITEMS, _read_item, False),
    ):
        for name, entry in entries(content, key, dump):
            read(name, entry, dump, is_legacy=is_legacy)
    _read_saved_game(content, dump)
    dump.offers = [_made_storable(offer, dump) for offer in dump.offers]
    dump.bad = [BadEntry(storable(entry.key), entry.error) for entry in dump.bad]
    return dump


def _parse(body: bytearray) -> dict[str, Any]:
    try:
        content = parse_json(_in_ascii(body))
    except ValueError as error:
        raise _invalid("The body is no JSON.") from error
    if not isinstance(content, dict):
        raise _invalid("The body is no JSON object.")
    return content


def _in_ascii(body: bytearray) -> str:
    """Decode JSON with everything but ASCII written as escapes, and empty the body.

    One emoji among 16 MB makes Python keep 64: four bytes for each character.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogatepass")
    parts = []
    for start in range(0, len(body), _CHUNK):
        part = decoder.decode(body[start : start + _CHUNK])
        parts.append(part if part.isascii() else _NOT_ASCII.sub(_escaped, part))
    decoder.decode(b"", final=True)
    body.clear()
    return "".join(parts)


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def _invalid(message: str) -> InvalidDumpError:
    problem = {"field": "body", "location": "body", "message": message, "type": "json_invalid"}
    return InvalidDumpError(message, detail={"errors": [problem]})


def _made_storable(offer: Offer, dump: Dump) -> Offer:
    """Replace halves of characters and NUL, which not every database and answer can hold.

    The old game cut prompts at 200 UTF-16 units, in the middle of an emoji where there was one:
    an image must not be lost for that.
    """
    changed = replace(
        offer,
        key=storable(offer.key),
        subject_name=storable(offer.subject_name),
        prompt=storable(offer.prompt),
        custom_prompt=storable(offer.custom_prompt),
        setting=offer.setting and _whole_setting(offer.setting),
    )
    named = replace(changed, subject_name=composed(changed.subject_name))
    if changed == offer:
        return named
    dump.notes.append(
        f"{changed.key}: half a character, or NUL, was replaced by \N{REPLACEMENT CHARACTER}."
    )
    return named


def _whole_setting(setting: SceneSetting) -> SceneSetting:
    return SceneSetting(
        storable(setting.location), storable(setting.time_of_day), storable(setting.weather)
    )


LEGACY_SCENES, LEGACY_ITEMS = "nanoBananaSceneCache", "nanoBananaImageLibrary"
DOCUMENTED_SCENES, DOCUMENTED_ITEMS = "scene_cache", "item_images"
_SCENE_PREFIX, _ITEM_PREFIX = "scene_cache_", "item_image_"
_HOURS = {
    "dawn", "sunrise", "morning", "day", "noon", "midday", "afternoon", "dusk", "sunset",
    "evening", "night", "midnight",
}  # fmt: skip


def _read_scene(name: str, entry: Any, dump: Dump, *, is_legacy: bool) -> None:
    key = f"{LEGACY_SCENES if is_legacy else DOCUMENTED_SCENES}/{name}"
    if not isinstance(entry, dict):
        dump.bad.append(BadEntry(key, "The entry is empty, or no object."))
        return
    # A legacy key cannot be split: a place may hold the underscores that join its parts.
    setting = _setting_in(entry) if is_legacy else _split_key(name)
    if setting is None:
        lacks = "say which place it shows" if is_legacy else "name place, hour and weather"
        dump.bad.append(BadEntry(key, f"The entry does not {lacks}."))
        return
    dump.offers.append(
        Offer(
            key=key,
            subject_type=SubjectType.SCENE,
            subject_name=setting.location,
            setting=setting,
            payload=text(entry.get("imageData" if is_legacy else "image")),
            prompt=text(entry.get("prompt")),
            created_at=read_time(entry.get("timestamp")),
            last_used=read_time(entry.get("lastUsed")),
            use_count=count(entry.get("useCount")),
        )
    )


def _setting_in(entry: dict[str, Any]) -> SceneSetting | None:
    place, hour, weather = (text(entry.get(part)) for part in ("location", "timeOfDay", "weather"))
    if not place.strip():
        return None
    return SceneSetting(
        place, hour if hour.strip() else "day", weather if weather.strip() else "clear"
    )


def _split_key(name: str) -> SceneSetting | None:
    """Split at the first word for an hour, because the weather may hold underscores too."""
    parts = name.removeprefix(_SCENE_PREFIX).split("_")
    for index in range(1, len(parts) - 1):
        if parts[index].strip().casefold() in _HOURS:
            return _setting(parts[:index], parts[index], parts[index + 1 :])
    # No known word for an hour: the place has one part, as in the documentation's example.
    return _setting(parts[:1], parts[1], parts[2:]) if len(parts) > 2 else None


def _setting(place: list[str], hour: str, weather: list[str]) -> SceneSetting | None:
    words = ("_".join(place), hour, "_".join(weather))
    return SceneSetting(*words) if all(word.strip() for word in words) else None


def _read_item(name: str, entry: Any, dump: Dump, *, is_legacy: bool) -> None:
    found = images(f"{LEGACY_ITEMS if is_legacy else DOCUMENTED_ITEMS}/{name}", entry, dump)
    times = fill_gaps(
        [read_time(image.get("timestamp")) or time_of_id(image.get("id")) for _, image in found]
    )
    for (key, image), time in zip(found, times, strict=True):
        image_id = text(image.get("id"))
        is_star = bool(image_id) and image_id == entry.get("featured")
        dump.offers.append(
            Offer(
                key=key,
                subject_type=SubjectType.ITEM,
                subject_name=name if is_legacy else name.removeprefix(_ITEM_PREFIX),
                payload=text(image.get("data" if is_legacy else "image")),
                custom_prompt=text(image.get("customPrompt" if is_legacy else "custom_prompt")),
                is_featured=is_star if is_legacy else image.get("is_featured") is True,
                created_at=time,
                last_used=read_time(image.get("lastUsed")),
                use_count=count(image.get("useCount")),
            )
        )


SAVED_GAME = "aidnd_savegame"
SAVE_LABEL = "Adventure of the old game"


def _read_saved_game(body: dict[str, Any], dump: Dump) -> None:
    """Add the saved game; one that fits nothing is only a note, because no image is lost."""
    try:
        value = take_value(body, SAVED_GAME)
    except ValueError:
        value = False
    if value is None:
        return
    if _fits(value):
        dump.saved_game = value
    else:
        dump.notes.append(f"{SAVED_GAME}: this saved game cannot be read, and stays where it is.")


def _fits(value: Any) -> bool:
    """Whether the new game can revive it (its ``rules/legacy-save.js``), and a slot can hold it."""
    if not isinstance(value, dict) or not isinstance(value.get("version"), str):
        return False
    state = value.get("state")
    if not isinstance(state, dict) or not isinstance(state.get("character"), dict):
        return False
    try:
        # Python reads NaN and Infinity, but no browser could read the object back.
        written = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return False
    # A larger one than a slot takes over HTTP could be loaded, and never be saved again.
    return len(written.encode("utf-8", "replace")) + len(SAVE_LABEL) + 100 <= MOST_SAVE_BYTES
