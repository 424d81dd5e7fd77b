"""Strings that nobody would type, in every field: kept, or refused alone, and never obeyed."""

import json
from typing import Any

import pytest

from app.schemas.text import composed
from tests.support.legacy_dumps import (
    LIBRARY,
    SCENE_CACHE,
    Json,
    assert_no_strays,
    bare,
    everything,
    gallery,
    image,
    library,
    move,
    picture,
    scene,
)
from tests.support.library import execute
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.thorough

HOSTILE = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "quotes": "'; DROP TABLE image_assets; --\"`{{7*7}}${x}%s%n",
    "NUL": "a\0b",
    "control": "a\x01\x1b[31m\x7f\x85\r\n\tb",
    "CJK": "剣と魔法の書",
    "emoji": "👩‍👩‍👧‍👦🏴‍☠️",
    "RTL": "\u202egnp.exe\u2066x\u200f",
    "long": "x" * 10_000,
    "path": "../../../../etc/passwd",
    "windows path": "..\\..\\C:\\con",
    "hidden file": ".htaccess",
    "__proto__": "__proto__",
    "constructor": "constructor",
    "spaces": "  two  spaces ",
    "only dots": "..",
    "empty": "",
    "separators": "a/b|c%7c?d#e&f=g",
    "not normal": "e\u0301\ufb01\u1e9e",
    "not a character": "\uffff\ufffe\U0010ffff",
}
HALF = "half \ud83d"
names = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())


def rows(server: RunningServer, column: str) -> list[Any]:
    found = execute(server.settings, f"SELECT {column} FROM image_assets ORDER BY id")
    return [row[0] for row in found]


@names
def test_item_name_and_prompt_are_kept_exactly(server: RunningServer, text: str) -> None:
    """But for NUL, which PostgreSQL cannot hold; a name's accents are composed."""
    dump = library(**{text: [image(customPrompt=text)]})
    text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    assert move(server, dump)["status"] == "success"
    assert rows(server, "subject_name") == [composed(text)]
    assert rows(server, "custom_prompt") == [text or None]
    before = everything(server)
    assert move(server, dump)["already_there"] == 1
    assert everything(server) == before
    listed = server.client.get("/api/v1/images/search").json()["items"][0]
    assert (listed["subject_name"], listed["custom_prompt"]) == (composed(text), text or None)
    address = listed["url"]
    assert address.isascii()
    assert server.client.get(address).status_code == 200
    assert_no_strays(server)


@names
def test_in_every_field_of_an_image(server: RunningServer, text: str) -> None:
    fields = ("id", "data", "timestamp", "lastUsed", "useCount", "customPrompt")
    images = [image(seed, **{field: text}) for seed, field in enumerate(fields)]
    report = move(server, {LIBRARY: {text: {"featured": text, "images": images}}, text: text})
    assert (report["items"], len(report["errors"])) == (5, 1)
    assert_no_strays(server)


@names
def test_in_every_field_of_a_scene(server: RunningServer, text: str) -> None:
    fields = ("location", "timeOfDay", "weather", "prompt", "timestamp", "lastUsed", "useCount")
    entries = {
        f"{text}{seed}": scene(seed, **{field: text})[SCENE_CACHE][f"scene_{seed}"]
        for seed, field in enumerate(fields)
    }
    report = move(server, {SCENE_CACHE: entries})
    assert (report["scenes"], len(report["errors"])) == (7 - (not text), int(not text))
    before = everything(server)
    assert move(server, {SCENE_CACHE: entries})["already_there"] == report["scenes"]
    assert everything(server) == before
    assert_no_strays(server)


@names
def test_in_the_documented_shape(server: RunningServer, text: str) -> None:
    dump = {
        "scene_cache": {f"scene_cache_{text}_night_{text}": {"image": bare(picture(1))}},
        "item_images": {
            f"item_image_{text}": {
                "images": [{"image": bare(picture(2)), "custom_prompt": text, "timestamp": text}]
            }
        },
    }
    report = move(server, dump)
    assert report["items"] == 1
    assert composed(text).replace("\0", "\N{REPLACEMENT CHARACTER}") in rows(server, "subject_name")
    assert_no_strays(server)


@pytest.mark.parametrize("kind", [None, True, 0, -1, 1.5, 10**400, [], {}, [[]], {"a": {}}])
def test_other_types_in_every_field(server: RunningServer, kind: Any) -> None:
    fields = ("id", "timestamp", "lastUsed", "useCount", "customPrompt")
    images: list[Json] = [image(seed, **{field: kind}) for seed, field in enumerate(fields)]
    dump = {LIBRARY: {"Rope": {"featured": kind, "images": [*images, image(7, data=kind), kind]}}}
    report = move(server, dump)
    assert (report["items"], len(report["errors"])) == (5, 2)
    entry = scene(imageData=kind)
    assert move(server, entry)["status"] == "failed"
    assert_no_strays(server)


def test_a_key_given_twice_counts_once(server: RunningServer) -> None:
    one = json.dumps(image())
    body = f'{{"{LIBRARY}": {{"Rope": {{"images": [{one}]}}, "Rope": {{"images": [{one}]}}}}}}'
    assert move(server, body)["offered"] == 1
    assert len(gallery(server, "Rope")) == 1
