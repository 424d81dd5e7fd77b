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
    empty,
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
    "emoji": "👩‍👩‍👧‍👦🏴‍☠️",
    "RTL": "\u202egnp.exe\u2066x\u200f",
    "long": "x" * 10_000,
    "path": "../../../../etc/passwd",
    "__proto__": "__proto__",
    "spaces": "  two  spaces ",
    "empty": "",
    "separators": "a/b|c%7c?d#e&f=g",
    "not normal": "e\u0301\ufb01\u1e9e",
    "not a character": "\uffff\ufffe\U0010ffff",
}


def rows(server: RunningServer, column: str) -> list[Any]:
    found = execute(server.settings, f"SELECT {column} FROM image_assets ORDER BY id")
    return [row[0] for row in found]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_in_every_field(server: RunningServer, text: str) -> None:
    """Kept but for NUL, which PostgreSQL cannot hold; a name's accents are composed."""
    kept = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    assert move(server, library(**{text: [image(customPrompt=text)]}))["status"] == "success"
    assert rows(server, "subject_name") == [composed(kept)]
    assert rows(server, "custom_prompt") == [kept or None]
    listed = server.client.get("/api/v1/images/search").json()["items"][0]
    assert (listed["subject_name"], listed["custom_prompt"]) == (composed(kept), kept or None)
    assert listed["url"].isascii()
    assert server.client.get(listed["url"]).status_code == 200

    empty(server)
    of_image = ("id", "data", "timestamp", "lastUsed", "useCount", "customPrompt")
    images = [image(seed, **{field: text}) for seed, field in enumerate(of_image)]
    of_scene = ("location", "timeOfDay", "weather", "prompt", "timestamp", "lastUsed", "useCount")
    scenes = {
        f"{text}{seed}": scene(seed, **{field: text})[SCENE_CACHE][f"scene_{seed}"]
        for seed, field in enumerate(of_scene)
    }
    documented = {"image": bare(picture(9)), "custom_prompt": text, "timestamp": text}
    dump = {
        LIBRARY: {text: {"featured": text, "images": images}},
        SCENE_CACHE: scenes,
        "scene_cache": {f"scene_cache_{text}_night_{text}": {"image": bare(picture(8))}},
        "item_images": {f"item_image_{text}": {"images": [documented]}},
        text: text,
    }
    report = move(server, dump)
    assert report["items"] == 6
    assert report["scenes"] in {7, 8} if text else {6, 7}
    before = everything(server)
    assert move(server, dump)["already_there"] == len(report["results"])
    assert everything(server) == before
    assert_no_strays(server)


@pytest.mark.parametrize("kind", [None, True, -1, 10**400, [], {"a": {}}])
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
