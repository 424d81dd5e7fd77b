"""The shape that the old backend documented: ``scene_cache`` and ``item_images``."""

from typing import Any

from app.domain import SceneSetting, SubjectType
from app.services.migration.fields import entries, images, text
from app.services.migration.offer import BadEntry, Dump, Offer
from app.services.migration.timestamps import fill_gaps, read_time

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
    for name, entry in entries(body, SCENES, dump):
        _read_scene(name, entry, dump)
    for name, entry in entries(body, ITEMS, dump):
        _read_item(name, entry, dump)


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
            payload=text(entry.get("image")),
            prompt=text(entry.get("prompt")),
            created_at=read_time(entry.get("timestamp")),
        )
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


def _read_item(name: str, entry: Any, dump: Dump) -> None:
    found = images(f"{ITEMS}/{name}", entry, dump)
    times = fill_gaps([read_time(image.get("timestamp")) for _, image in found])
    for (key, image), time in zip(found, times, strict=True):
        dump.offers.append(
            Offer(
                key=key,
                subject_type=SubjectType.ITEM,
                subject_name=name.removeprefix(_ITEM_PREFIX),
                payload=text(image.get("image")),
                custom_prompt=text(image.get("custom_prompt")),
                is_featured=image.get("is_featured") is True,
                created_at=time,
            )
        )
