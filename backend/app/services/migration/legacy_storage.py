"""The keys that the old game really wrote: ``nanoBananaSceneCache`` and its like."""

import json
from typing import Any

from app.services.migration.offer import BadEntry, Dump, Offer
from app.services.migration.timestamps import read_time, time_of_id
from app.services.picture import SceneSetting, SubjectType

SCENES = "nanoBananaSceneCache"
ITEMS = "nanoBananaImageLibrary"
SAVED_GAME = "aidnd_savegame"


def read_legacy_storage(body: dict[str, Any], dump: Dump) -> None:
    """Add what lies under the old game's own keys, whether text or already parsed."""
    for name, entry in _entries(body, SCENES, dump):
        _read_scene(f"{SCENES}/{name}", entry, dump)
    for name, entry in _entries(body, ITEMS, dump):
        _read_item(name, entry, dump)
    _read_saved_game(body, dump)


def _entries(body: dict[str, Any], key: str, dump: Dump) -> list[tuple[str, Any]]:
    value = body.get(key)
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else None
        except (ValueError, RecursionError):
            dump.bad.append(BadEntry(key, "The value is cut off, or no JSON."))
            return []
    if value is None:
        return []
    if not isinstance(value, dict):
        dump.bad.append(BadEntry(key, "The value is no JSON object."))
        return []
    return list(value.items())


def _read_scene(key: str, entry: Any, dump: Dump) -> None:
    if not isinstance(entry, dict):
        dump.bad.append(BadEntry(key, "The entry is empty, or no object."))
        return
    words = [_text(entry.get(part)).strip() for part in ("location", "timeOfDay", "weather")]
    if not words[0]:
        dump.bad.append(BadEntry(key, "The entry does not say which place it shows."))
        return
    setting = SceneSetting(words[0], words[1] or "day", words[2] or "clear")
    dump.offers.append(
        Offer(
            key=key,
            subject_type=SubjectType.SCENE,
            subject_name=setting.location,
            setting=setting,
            payload=_text(entry.get("imageData")),
            prompt=_text(entry.get("prompt")),
            created_at=read_time(entry.get("timestamp")),
            last_used=read_time(entry.get("lastUsed")),
            use_count=_count(entry.get("useCount")),
        )
    )


def _read_item(name: str, entry: Any, dump: Dump) -> None:
    key = f"{ITEMS}/{name}"
    images = entry.get("images") if isinstance(entry, dict) else None
    if not isinstance(images, list):
        dump.bad.append(BadEntry(key, "The entry is empty, or has no list of images."))
        return
    featured = entry.get("featured")
    for index, image in enumerate(images):
        if not isinstance(image, dict):
            dump.bad.append(BadEntry(f"{key}/{index}", "The image is empty, or no object."))
            continue
        image_id = _text(image.get("id"))
        dump.offers.append(
            Offer(
                key=f"{key}/{image_id or index}",
                subject_type=SubjectType.ITEM,
                subject_name=name,
                payload=_text(image.get("data")),
                custom_prompt=_text(image.get("customPrompt")),
                is_featured=bool(image_id) and image_id == featured,
                created_at=read_time(image.get("timestamp")) or time_of_id(image_id),
                last_used=read_time(image.get("lastUsed")),
                use_count=_count(image.get("useCount")),
            )
        )


def _read_saved_game(body: dict[str, Any], dump: Dump) -> None:
    value: Any = body.get(SAVED_GAME)
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else None
        except (ValueError, RecursionError):
            value = False
    if value is None:
        return
    state = value.get("state") if isinstance(value, dict) else None
    if isinstance(state, dict) and isinstance(state.get("character"), dict):
        dump.saved_game = dict(value)
    else:
        dump.notes.append(f"{SAVED_GAME}: this saved game cannot be read, and stays where it is.")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Any) -> int:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return min(max(value, 0), 10**9) if is_whole else 0
