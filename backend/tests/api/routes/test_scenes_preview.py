"""GET /api/v1/scenes/preview: a painted stand-in at once, stored nowhere."""

from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image, ImageChops

from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.library import SCENES, ask_scene, row_count, stored_files
from tests.support.running_server import RunningServer


def preview(server: RunningServer, location: str = "Old Mill", **words: Any) -> httpx.Response:
    response = server.client.get(f"{SCENES}/preview", params={"location": location, **words})
    assert response.status_code == 200, response.text
    return response


def pixels(response: httpx.Response) -> Image.Image:
    return Image.open(BytesIO(response.content)).convert("RGB")


@pytest.mark.parametrize(
    ("ratio", "width", "height"), [("16:9", 16, 9), ("1:1", 1, 1), ("4:3", 4, 3), ("9:16", 9, 16)]
)
def test_size_has_the_ratio(
    ratio: str, width: int, height: int, shared_server: RunningServer
) -> None:
    picture = pixels(preview(shared_server, aspect_ratio=ratio))
    assert picture.width * height == pytest.approx(picture.height * width, rel=0.02)
    assert picture.width % 4 == picture.height % 4 == 0, "scaled by whole numbers"


def test_is_stored_nowhere_and_is_the_first_image_of_its_scene(server: RunningServer) -> None:
    words = {"time_of_day": "dusk", "weather": "rain"}
    preview_of_temple = preview(server, "Temple", **words)
    assert preview(server, " temple", time_of_day="Dusk", weather=" RAIN").content == (
        preview_of_temple.content
    )
    assert row_count(server.settings) == row_count(server.settings, "scene_cache") == 0
    assert stored_files(server.settings) == []
    shown = pixels(preview_of_temple)
    stored = pixels(server.client.get(ask_scene(server.client, "Temple", **words)["url"]))
    assert shown.size == stored.size
    assert ImageChops.difference(shown, stored).getbbox() is None


def test_works_where_gemini_has_no_key(share_server: ServerFactory) -> None:
    preview(share_server(image_provider="gemini"))


def test_known_tag_is_not_sent_again(shared_server: RunningServer) -> None:
    words: list[dict[str, str]] = [
        {},
        {"weather": "rain"},
        {"time_of_day": "night"},
        {"aspect_ratio": "1:1"},
    ]
    tags = {preview(shared_server, **asked).headers["etag"] for asked in words}
    assert len(tags) == 4
    tag = preview(shared_server).headers["etag"]
    again = shared_server.client.get(
        f"{SCENES}/preview", params={"location": "Old Mill"}, headers={"If-None-Match": tag}
    )
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "location"),
        ({"location": " "}, "location"),
        ({"location": "x" * 201}, "location"),
        ({"location": "Mill", "time_of_day": "x" * 51}, "time_of_day"),
        ({"location": "Mill", "aspect_ratio": "2:1"}, "aspect_ratio"),
    ],
)
def test_bad_words(params: dict[str, str], field: str, shared_server: RunningServer) -> None:
    answer = shared_server.client.get(f"{SCENES}/preview", params=params)
    (problem,) = assert_error(answer, 422)["detail"]["errors"]
    assert problem["field"] == field
