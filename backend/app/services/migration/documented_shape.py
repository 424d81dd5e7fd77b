"""The shape that the old backend documented: ``scene_cache`` and ``item_images``."""

from typing import Any

from app.services.migration.offer import BadEntry, Dump, Offer
from app.services.migration.timestamps import read_time
from app.services.picture import SceneSetting, SubjectType

SCENES = "scene_cache"
ITEMS = "item_images"
_SCENE_PREFIX = "scene_cache_"
_ITEM_PREFIX = "item_image_"
_HOURS = {
    "dawn", "sunrise", "morning", "day", "noon", "midday", "afternoon", "dusk", "sunset",
    "evening", "night", "midnight",
}  # fmt: skip


def read_documented_shape(body: dict[str, Any], dump: Dump) -> None:
    """Add what lies under the two documented keys."""
    for name, entry in _entries(body, SCENES, dump):
        _read_scene(name, entry, dump)
    for name, entry in _entries(body, ITEMS, dump):
        _read_item(name, entry, dump)


def _entries(body: dict[str, Any], key: str, dump: Dump) -> list[tuple[str, Any]]:
    value = body.get(key)
    if value is None:
        return []
    if not isinstance(value, dict):
        dump.bad.append(BadEntry(key, "The value is no JSON object."))
        return []
    return list(value.items())


def _read_scene(name: str, entry: Any, dump: Dump) -> None:
    key = f"{SCENES}/{name}"
    if not isinstance(entry, dict):
        dump.bad.append(BadEntry(key, "The entry is empty, or no object."))
        return
    setting = _split_key(name)
    if setting is None:
        dump.bad.append(BadEntry(key, "The key does not hold place, hour and weather."))
        return
    dump.offers.append(
        Offer(
            key=key,
            subject_type=SubjectType.SCENE,
            subject_name=setting.location,
            setting=setting,
            payload=_text(entry.get("image")),
            prompt=_text(entry.get("prompt")),
            created_at=read_time(entry.get("timestamp")),
        )
    )


def _split_key(name: str) -> SceneSetting | None:
    """Find the last word for an hour, because place and weather may hold underscores too."""
    parts = name.removeprefix(_SCENE_PREFIX).split("_")
    for index in range(len(parts) - 2, 0, -1):
        if parts[index].casefold() in _HOURS:
            return _setting(parts[:index], parts[index], parts[index + 1 :])
    # No known word for an hour: the place has one part, as the documentation's example.
    return _setting(parts[:1], parts[1], parts[2:]) if len(parts) > 2 else None


def _setting(place: list[str], hour: str, weather: list[str]) -> SceneSetting | None:
    words = ("_".join(place).strip(), hour.strip(), "_".join(weather).strip())
    return SceneSetting(*words) if all(words) else None


def _read_item(name: str, entry: Any, dump: Dump) -> None:
    key = f"{ITEMS}/{name}"
    images = entry.get("images") if isinstance(entry, dict) else None
    if not isinstance(images, list):
        dump.bad.append(BadEntry(key, "The entry is empty, or has no list of images."))
        return
    for index, image in enumerate(images):
        if not isinstance(image, dict):
            dump.bad.append(BadEntry(f"{key}/{index}", "The image is empty, or no object."))
            continue
        dump.offers.append(
            Offer(
                key=f"{key}/{index}",
                subject_type=SubjectType.ITEM,
                subject_name=name.removeprefix(_ITEM_PREFIX),
                payload=_text(image.get("image")),
                custom_prompt=_text(image.get("custom_prompt")),
                is_featured=image.get("is_featured") is True,
                created_at=read_time(image.get("timestamp")),
            )
        )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
