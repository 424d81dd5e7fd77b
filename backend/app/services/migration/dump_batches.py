"""A dump cut into bodies that a server takes one after the other."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

SCENES = ("nanoBananaSceneCache", "scene_cache")
ITEMS = ("nanoBananaImageLibrary", "item_images")
MOST_BYTES = 2 * 2**20
MOST_ENTRIES = 20

Json = dict[str, Any]


@dataclass(slots=True)
class Batch:
    """One body, and how much is in it.

    Attributes:
        body: A dump in the same shape as the whole one.
        keys: The entries in it, as the server's report names them.
        size: About as many bytes of JSON.
    """

    body: Json = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    size: int = 0


@dataclass(frozen=True, slots=True)
class _Entry:
    """One scene, one image of an item, or a value that cannot be taken apart."""

    path: tuple[str, ...]
    value: Any
    rest: Json = field(default_factory=dict)  # what else the item holds, such as its star

    @property
    def size(self) -> int:
        return len(json.dumps([self.path, self.value, self.rest]))


def batches(
    dump: Json, *, most_entries: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES
) -> Iterator[Batch]:
    """Cut a dump into batches of bounded size, in its own order.

    An entry that is larger than a batch goes alone.
    """
    batch = Batch()
    for entry in _entries(dump):
        full = len(batch.keys) >= most_entries or batch.size + entry.size > most_bytes
        if batch.keys and full:
            yield batch
            batch = Batch()
        _add(batch, entry)
    if batch.keys:
        yield batch


def _entries(dump: Json) -> Iterator[_Entry]:
    for key in (*SCENES, *ITEMS):
        value = _parsed(dump.get(key))
        if not isinstance(value, dict):
            if value is not None:
                yield _Entry((key,), value)  # the server says what is wrong with it
            continue
        for name, entry in value.items():
            if key in ITEMS and isinstance(entry, dict) and isinstance(entry.get("images"), list):
                yield from _images(key, name, entry)
            else:
                yield _Entry((key, name), entry)


def _images(key: str, name: str, item: Json) -> Iterator[_Entry]:
    rest = {field_name: value for field_name, value in item.items() if field_name != "images"}
    for index, image in enumerate(item["images"]):
        fields = image if isinstance(image, dict) else {}
        own_id = fields.get("id")
        named = own_id if own_id and isinstance(own_id, str) else f"{index}"
        # Without an id the report would count from the beginning of a batch.
        yield _Entry((key, name, named), {**fields, "id": named}, rest)


def _add(batch: Batch, entry: _Entry) -> None:
    batch.keys.append("/".join(entry.path))
    batch.size += entry.size
    match entry.path:
        case (key,):
            batch.body[key] = entry.value
        case (key, name):
            batch.body.setdefault(key, {})[name] = entry.value
        case (key, name, _):
            item = batch.body.setdefault(key, {}).setdefault(name, {**entry.rest, "images": []})
            item["images"].append(entry.value)


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.strip() else None
    except (ValueError, RecursionError):
        return value
