"""A dump cut into batches is the same dump, and each batch is a dump of its own."""

import json
from typing import Any

import pytest

from app.services.migration.dump_batches import MOST_BYTES, MOST_ENTRIES, batches
from app.services.migration.formats import read_dump
from app.services.migration.offers import Offer
from tests.support.legacy_dumps import (
    LIBRARY,
    SCENE_CACHE,
    Json,
    as_text,
    documented,
    image,
    library,
    parsed,
    sample,
    scene,
)


def read(dump: Json) -> Any:
    return read_dump(bytearray(json.dumps(dump).encode()))


def essence(offer: Offer) -> Any:
    return (
        offer.subject_name,
        offer.setting,
        offer.payload,
        offer.custom_prompt,
        offer.is_featured,
        offer.created_at,
        offer.use_count,
    )


@pytest.mark.parametrize("shape", [as_text, parsed, documented])
@pytest.mark.parametrize("name", ["bare-base64", "data-uri", "empty-image"])
@pytest.mark.parametrize("most_entries", [1, 3, 20])
def test_nothing_is_lost_or_changed(name: str, shape: Any, most_entries: int) -> None:
    dump = shape(sample(name))
    cut = batches(dump, most_entries=most_entries)
    sent = [offer for batch in cut for offer in read(batch.body).offers]
    assert [essence(offer) for offer in sent] == [essence(offer) for offer in read(dump).offers]


def test_bounded() -> None:
    images = [image(seed, id=f"{seed}", data="A" * 1000) for seed in range(50)]
    found = list(batches(library(Rope=images), most_bytes=10_000))
    assert sum(len(batch.keys) for batch in found) == 50
    for batch in found:
        assert len(json.dumps(batch.body)) <= 10_000
    assert (MOST_BYTES, MOST_ENTRIES) == (2 * 2**20, 20)


def test_an_entry_that_is_too_large_goes_alone() -> None:
    images = [image(1), image(2, id="large", data="A" * (MOST_BYTES + 1)), image(3)]
    assert [len(batch.keys) for batch in batches(library(Rope=images))] == [1, 1, 1]


def test_the_server_finds_the_same_faults() -> None:
    dump = {
        LIBRARY: {"Rope": {"images": [None, image(id=None), "x"]}, "None": None, "Odd": {}},
        SCENE_CACHE: '{"cut',
        "scene_cache": {"x": None},
        "item_images": 7,
    }
    [batch] = batches(dump)
    found = read(batch.body)
    keys = [entry.key for entry in found.bad] + [offer.key for offer in found.offers]
    whole = read(dump)
    assert sorted(keys) == sorted(
        [entry.key for entry in whole.bad] + [offer.key for offer in whole.offers]
    )
    assert sorted(keys) == sorted(batch.keys)


def test_images_without_ids_keep_their_numbers() -> None:
    dump = documented(library(Rope=[image(1), image(2)]))
    keys = [read(batch.body).offers[0].key for batch in batches(dump, most_entries=1)]
    assert keys == ["item_images/item_image_Rope/0", "item_images/item_image_Rope/1"]


@pytest.mark.parametrize(
    "dump", [{}, {"x": 1}, {LIBRARY: ""}, {SCENE_CACHE: "null"}, {LIBRARY: {}}]
)
def test_nothing_to_send(dump: Json) -> None:
    assert list(batches(dump)) == []


def test_scenes_and_items_share_a_batch() -> None:
    [batch] = batches({**scene(), **library(Rope=[image()])})
    assert set(batch.body) == {SCENE_CACHE, LIBRARY}
