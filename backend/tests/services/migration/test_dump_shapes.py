"""From a body to offers: every shape, and every defect that LEGACY_STORAGE.md names."""

import codecs
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain import SceneSetting, SubjectType
from app.services.migration.formats import InvalidDumpError, read_dump
from app.services.migration.offers import Dump
from tests.support.legacy_dumps import (
    LIBRARY,
    SCENE_CACHE,
    as_text,
    documented,
    image,
    library,
    parsed,
    sample,
    scene,
)

SAMPLES = ["bare-base64", "data-uri", "empty-image"]


def read(content: Any) -> Dump:
    return read_dump(bytearray(json.dumps(content).encode()))


class TestShapes:
    @pytest.mark.parametrize("name", SAMPLES)
    def test_text_and_parsed_values_give_the_same(self, name: str) -> None:
        assert read(sample(name)) == read(parsed(sample(name)))

    @pytest.mark.parametrize("name", SAMPLES)
    def test_documented_shape_gives_the_same_pictures(self, name: str) -> None:
        def essence(dump: Dump) -> list[Any]:
            return [
                (
                    o.subject_type,
                    o.subject_name,
                    o.setting,
                    o.payload,
                    o.custom_prompt,
                    o.is_featured,
                )
                for o in dump.offers
            ]

        assert essence(read(documented(sample(name)))) == essence(read(sample(name)))

    def test_what_the_old_game_wrote(self) -> None:
        dump = read(sample("bare-base64"))
        assert not dump.bad
        assert not dump.notes
        tavern = dump.offers[1]
        assert tavern.key == f"{SCENE_CACHE}/scene_starting-tavern_night_light-rain"
        assert tavern.setting == SceneSetting("Starting Tavern", "Night", "Light Rain")
        assert tavern.created_at == datetime(2026, 11, 22, 23, 18, 2, 896000, UTC)
        assert tavern.last_used == datetime(2026, 11, 22, 23, 18, 3, 62000, UTC)
        assert tavern.use_count == 2
        note = dump.offers[-1]
        assert note.key == f"{LIBRARY}/Miner's Note/img_1795389482568_bao6d8tiv"
        assert (note.subject_type, note.subject_name) == (SubjectType.ITEM, "Miner's Note")
        assert note.custom_prompt == "torn at the edges"
        assert note.is_featured
        assert [o.is_featured for o in dump.offers[2:6]] == [False, False, True, False]

    def test_mixture_in_one_body(self) -> None:
        mixture = {
            **as_text(scene(1)),
            **library(Dagger=[image(2)]),
            **documented(scene(3)),
            "item_images": json.dumps(documented(library(Rope=[image(4)]))["item_images"]),
        }
        assert [offer.subject_name for offer in read(mixture).offers] == [
            "Old Mill", "Dagger", "Old Mill", "Rope",
        ]  # fmt: skip

    def test_foreign_keys_are_ignored(self) -> None:
        assert read({"lastActiveTab": "quest", "dnd-theme": "cyber", "x": [1, {}]}) == Dump()

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"7", b"\xff\xfe{", b"[" * 10**5])
    def test_body_that_is_no_object(self, body: bytes) -> None:
        with pytest.raises(InvalidDumpError):
            read_dump(bytearray(body))

    def test_number_of_thousands_of_digits_spoils_nothing(self) -> None:
        body = json.dumps(library(Dagger=[image(useCount=1, lastUsed=2)]))
        body = body.replace('"useCount": 1', f'"useCount": {"9" * 5000}')
        dump = read_dump(bytearray(body.encode()))
        assert [(offer.use_count, offer.last_used) for offer in dump.offers] == [(0, None)]

    @pytest.mark.parametrize("filling", range(8))
    def test_characters_across_the_edges_of_chunks(self, filling: int) -> None:
        text = "x" * filling + "\N{DRAGON}é剣" * 20_000
        dump = {"x": "", **library(**{text: [image(customPrompt=text)]})}
        raw = json.dumps(dump, ensure_ascii=False).encode()
        assert read_dump(bytearray(raw)) == read(dump)
        assert read_dump(bytearray(codecs.BOM_UTF8 + raw)) == read(dump)
        [offer] = read(dump).offers
        assert (offer.subject_name, offer.custom_prompt) == (text, text)


class TestDefects:
    @pytest.mark.parametrize("key", [LIBRARY, SCENE_CACHE, "scene_cache", "item_images"])
    @pytest.mark.parametrize("value", [None, "", " ", "null", {}, "{}"])
    def test_nothing_offered(self, key: str, value: object) -> None:
        assert read({key: value}) == Dump()

    @pytest.mark.parametrize("key", [LIBRARY, SCENE_CACHE, "scene_cache", "item_images"])
    @pytest.mark.parametrize("value", ['{"a": {"b', "no JSON", "[1]", [], 3, True, "[" * 10**5])
    def test_value_that_cannot_be_read(self, key: str, value: object) -> None:
        dump = read(
            {key: value, **as_text(library(Rope=[image()]))} if key != LIBRARY else {key: value}
        )
        assert [entry.key for entry in dump.bad] == [key]
        assert len(dump.offers) == (key != LIBRARY)

    @pytest.mark.parametrize("entry", [None, [], "x", 1, {}, {"images": None}, {"images": {}}])
    def test_item_without_images(self, entry: object) -> None:
        dump = read({LIBRARY: {"Rope": entry, "Dagger": {"images": [image()]}}})
        assert [bad.key for bad in dump.bad] == [f"{LIBRARY}/Rope"]
        assert [offer.subject_name for offer in dump.offers] == ["Dagger"]

    def test_image_that_is_none(self) -> None:
        dump = read(library(Rope=[None, image(1), "x"]))  # type: ignore[list-item]
        assert [bad.key for bad in dump.bad] == [f"{LIBRARY}/Rope/0", f"{LIBRARY}/Rope/2"]
        assert len(dump.offers) == 1

    @pytest.mark.parametrize("entry", [None, [], "x", {}, {"location": ""}, {"location": " \t"}])
    def test_scene_without_place(self, entry: object) -> None:
        dump = read({SCENE_CACHE: {"scene_a_b_c": entry}})
        assert [bad.key for bad in dump.bad] == [f"{SCENE_CACHE}/scene_a_b_c"]

    def test_scene_without_hour_and_weather(self) -> None:
        dump = read(scene(timeOfDay=None, weather=" "))
        assert dump.offers[0].setting == SceneSetting("Old Mill", "day", "clear")

    def test_entries_of_one_id_have_keys_of_their_own(self) -> None:
        dump = read(library(Rope=[image(1, id="a"), image(2, id="a"), image(3, id=None)]))
        assert [offer.key for offer in dump.offers] == [
            f"{LIBRARY}/Rope/a", f"{LIBRARY}/Rope/a/1", f"{LIBRARY}/Rope/2",
        ]  # fmt: skip

    @pytest.mark.parametrize("featured", ["img_none", None, "", 0, {}, ["img_1"]])
    def test_featured_id_that_matches_none(self, featured: Any) -> None:
        dump = read(library(featured, Rope=[image(1), image(2, id="")]))
        assert not any(offer.is_featured for offer in dump.offers)

    def test_half_characters_are_replaced_and_noted(self) -> None:
        half = "x\ud83d"
        dump = read({**library(**{half: [image(customPrompt=half)]}), **scene(weather=half)})
        whole = "x\N{REPLACEMENT CHARACTER}"
        scene_offer, item_offer = dump.offers
        assert scene_offer.setting == SceneSetting("Old Mill", "dusk", whole)
        assert (item_offer.subject_name, item_offer.custom_prompt) == (whole, whole)
        assert len(dump.notes) == 2

    def test_halves_beside_each_other_are_one_character(self) -> None:
        body = b'{"%s": {"\\ud83d\\ude00": null}}' % LIBRARY.encode()
        assert read_dump(bytearray(body)).bad[0].key == f"{LIBRARY}/\N{GRINNING FACE}"


class TestDocumentedKeys:
    @pytest.mark.parametrize(
        ("key", "place", "hour", "weather"),
        [
            ("Dark Cave_night_light_rain", "Dark Cave", "night", "light_rain"),
            ("Dark Cave_Night_morning_mist", "Dark Cave", "Night", "morning_mist"),
            ("emberpeak_entrance_dawn_clear", "emberpeak_entrance", "dawn", "clear"),
            ("Mill_tea time_clear", "Mill", "tea time", "clear"),
            ("night_night_night", "night", "night", "night"),
        ],
    )
    def test_three_parts(self, key: str, place: str, hour: str, weather: str) -> None:
        dump = read({"scene_cache": {f"scene_cache_{key}": {"image": "x"}}})
        assert dump.offers[0].setting == SceneSetting(place, hour, weather)

    @pytest.mark.parametrize("key", ["", "Mill", "Mill_night", "Mill_night_", "_night_clear", "__"])
    def test_fewer_parts(self, key: str) -> None:
        dump = read({"scene_cache": {f"scene_cache_{key}": {"image": "x"}}})
        assert [bad.key for bad in dump.bad] == [f"scene_cache/scene_cache_{key}"]

    def test_empty_entry(self) -> None:
        dump = read({"scene_cache": {"scene_cache_a_night_b": None}, "item_images": {"x": None}})
        assert [bad.key for bad in dump.bad] == [
            "scene_cache/scene_cache_a_night_b",
            "item_images/x",
        ]


class TestSavedGame:
    def test_found_in_any_shape(self) -> None:
        assert read(sample("data-uri")).saved_game == parsed(sample("data-uri"))["aidnd_savegame"]

    @pytest.mark.parametrize(
        "value",
        [
            "{cut", 7, [], {}, {"version": "1.0"}, {"version": 1, "state": {"character": {}}},
            {"version": "1.0", "state": {"character": []}},
            '{"version": "1.0", "state": {"character": {"hp": NaN}}}',
            '{"version": "1.0", "state": {"character": {"hp": %s}}}' % ("9" * 5000),
            {"version": "1.0", "state": {"character": {"name": "x" * 256 * 1024}}},
        ],
    )  # fmt: skip
    def test_one_that_fits_nothing_is_a_note(self, value: object) -> None:
        dump = read({"aidnd_savegame": value})
        assert dump.saved_game is None
        assert not dump.bad
        assert dump.notes[0].startswith("aidnd_savegame: ")

    @pytest.mark.parametrize("value", [None, "", "null"])
    def test_none(self, value: object) -> None:
        assert read({"aidnd_savegame": value}) == Dump()
