"""Dumps made up by the hundred: they add up, nothing is lost, and pixels stay what they were."""

import base64
import io
import math
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

from app.schemas.text import storable
from tests.support.legacy_dumps import (
    LIBRARY,
    SCENE_CACHE,
    Json,
    as_text,
    assert_no_strays,
    bare,
    data_uri,
    empty,
    gallery,
    image,
    library,
    move,
    picture,
)
from tests.support.library import row_count
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.thorough

# Measured over 600 of these images a size: WebP at quality 85 leaves 32.1 dB at worst and 35.7
# on average; an image taken for its neighbour has less than 20.
LEAST_PSNR = 30.0
MINUTE = "2026-11-22T23:%02d:%02d.000Z"


def psnr(one: Image.Image, other: Image.Image) -> float:
    """How alike two images are, in dB."""
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    error = sum(ImageStat.Stat(difference).sum2) / (3 * one.width * one.height)
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


@cache
def worth_of(payload: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(payload.rpartition(",")[2]))).convert("RGB")


class TestLargeDumps:
    def test_order_of_100_of_one_second(self, server: RunningServer) -> None:
        move(server, library(Rope=[image(seed, id=f"{seed}") for seed in range(100)]))
        ids = [
            result["image_id"]
            for result in move(
                server, library(Rope=[image(seed, id=f"{seed}") for seed in range(100)])
            )["results"]
        ]
        assert ids == [found["id"] for found in gallery(server, "Rope")]


payloads = st.one_of(
    st.builds(
        lambda seed, kind, size, write: write(picture(seed, kind, size)),
        st.integers(0, 5),
        st.sampled_from(["PNG", "JPEG", "WEBP"]),
        st.sampled_from([(24, 24), (33, 17), (1, 1)]),
        st.sampled_from([bare, data_uri]),
    ),
    st.sampled_from(["", "data:image/webp;base64,", "AAA", bare(picture())[:40], None, 5]),
)
times = st.one_of(
    st.none(), st.builds(lambda minute: MINUTE % (minute, 0), st.integers(0, 59)), st.text()
)
texts = st.one_of(st.just(""), st.text(max_size=20))
library_images = st.one_of(
    st.sampled_from([None, [], {}, "x"]),
    st.fixed_dictionaries(
        {"id": st.sampled_from(["img_1", "img_2", "img_3", "", None]), "data": payloads},
        optional={"timestamp": times, "customPrompt": texts},
    ),
)
items = st.one_of(
    st.sampled_from([None, {}, {"images": None}, []]),
    st.fixed_dictionaries(
        {"images": st.lists(library_images, max_size=4)},
        optional={"featured": st.sampled_from(["img_1", "img_2", None])},
    ),
)
names = st.one_of(st.sampled_from(["Rope", "rope", "Miner's Note"]), texts)
scenes = st.one_of(
    st.sampled_from([None, {}, 1]),
    st.fixed_dictionaries(
        {"location": names, "imageData": payloads},
        optional={
            "timeOfDay": st.sampled_from(["dawn", "Night"]),
            "weather": texts,
            "timestamp": times,
            "useCount": st.integers(-5, 5),
        },
    ),
)
documented_images: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([None, {}]),
    st.fixed_dictionaries(
        {"image": payloads}, optional={"custom_prompt": texts, "is_featured": st.booleans()}
    ),
)
dumps = st.fixed_dictionaries(
    {},
    optional={
        LIBRARY: st.one_of(st.none(), st.just("{cut"), st.dictionaries(names, items, max_size=3)),
        SCENE_CACHE: st.one_of(st.just("null"), st.dictionaries(texts, scenes, max_size=4)),
        "item_images": st.dictionaries(
            names.map(lambda name: f"item_image_{name}"),
            st.fixed_dictionaries({"images": st.lists(documented_images, max_size=3)}),
            max_size=2,
        ),
        "scene_cache": st.dictionaries(
            names.map(lambda name: f"scene_cache_{name}_night_light_rain"),
            st.fixed_dictionaries({"image": payloads}),
            max_size=2,
        ),
    },
)


def payloads_by_key(dump: Json) -> dict[str, str]:
    """What was offered under each key, found without any of the server's code."""
    found: dict[str, str] = {}
    for key, data_field in ((LIBRARY, "data"), ("item_images", "image")):
        for name, item in _dict(dump.get(key)).items():
            for index, one in enumerate(_dict(item).get("images") or []):
                if isinstance(one, dict):
                    own = f"{key}/{name}/{one.get('id') or index}"
                    found[f"{own}/{index}" if own in found else own] = str(one.get(data_field))
    for key, data_field in ((SCENE_CACHE, "imageData"), ("scene_cache", "image")):
        for name, one in _dict(dump.get(key)).items():
            found[f"{key}/{name}"] = str(_dict(one).get(data_field))
    return found


def _dict(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


class TestAnyDump:
    @given(dump=dumps, written=st.booleans())
    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    def test_adds_up_and_keeps_the_pixels(
        self, file_server: RunningServer, dump: Json, written: bool
    ) -> None:
        server = file_server
        empty(server)
        body = as_text(dump) if written else dump
        report = move(server, body)
        offered = {storable(key): payload for key, payload in payloads_by_key(dump).items()}
        pictures: dict[int, Image.Image] = {}
        for result in report["results"]:
            if result["image_id"] not in pictures:
                found = server.client.get(f"/api/v1/images/{result['image_id']}").json()
                data = server.client.get(found["url"]).content
                pictures[result["image_id"]] = Image.open(io.BytesIO(data))
            original = worth_of(offered[result["key"]])
            assert pictures[result["image_id"]].size == original.size
            assert psnr(original, pictures[result["image_id"]]) > LEAST_PSNR
        assert len(pictures) == report["scenes"] + report["items"] == row_count(server.settings)
        assert_no_strays(server)
        again = move(server, body)
        assert (again["scenes"], again["items"]) == (0, 0)
        assert again["errors"] == report["errors"]
        assert {result["key"] for result in again["results"]} == {
            result["key"] for result in report["results"]
        }
        assert_no_strays(server)
