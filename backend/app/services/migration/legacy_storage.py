"""The keys that the old game really wrote: ``nanoBananaSceneCache`` and its like."""

from typing import Any

from app.domain import SceneSetting, SubjectType
from app.services.migration.fields import count, entries, images, text
from app.services.migration.offer import BadEntry, Dump, Offer
from app.services.migration.timestamps import fill_gaps, read_time, time_of_id

SCENES = "nanoBananaSceneCache"
ITEMS = "nanoBananaImageLibrary"


def read_legacy_storage(body: dict[str, Any], dump: Dump) -> None:
    """Add what lies under the old game's own keys, whether text or already parsed."""
    for name, entry in entries(body, SCENES, dump):
        _read_scene(f"{SCENES}/{name}", entry, dump)
    for name, entry in entries(body, ITEMS, dump):
        _read_item(name, entry, dump)


def _read_scene(key: str, entry: Any, dump: Dump) -> None:
    if not isinstance(entry, dict):
        dump.bad.append(BadEntry(key, "The entry is empty, or no object."))
        return
    # The key cannot be split back: a place may hold the underscores that join its parts.
    place, hour, weather = (text(entry.get(part)) for part in ("location", "timeOfDay", "weather"))
    if not place.strip():
        dump.bad.append(BadEntry(key, "The entry does not say which place it shows."))
        return
    dump.offers.append(
        Offer(
            key=key,
            subject_type=SubjectType.SCENE,
            subject_name=place,
            setting=SceneSetting(
                place, hour if hour.strip() else "day", weather if weather.strip() else "clear"
            ),
            payload=text(entry.get("imageData")),
            prompt=text(entry.get("prompt")),
            created_at=read_time(entry.get("timestamp")),
            last_used=read_time(entry.get("lastUsed")),
            use_count=count(entry.get("useCount")),
        )
    )


def _read_item(name: str, entry: Any, dump: Dump) -> None:
    found = images(f"{ITEMS}/{name}", entry, dump)
    times = fill_gaps(
        [read_time(image.get("timestamp")) or time_of_id(image.get("id")) for _, image in found]
    )
    for (key, image), time in zip(found, times, strict=True):
        image_id = text(image.get("id"))
        dump.offers.append(
            Offer(
                key=key,
                subject_type=SubjectType.ITEM,
                subject_name=name,
                payload=text(image.get("data")),
                custom_prompt=text(image.get("customPrompt")),
                is_featured=bool(image_id) and image_id == entry.get("featured"),
                created_at=time,
                last_used=read_time(image.get("lastUsed")),
                use_count=count(image.get("useCount")),
            )
        )
