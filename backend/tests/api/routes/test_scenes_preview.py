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


class TestPicture:
    @pytest.mark.parametrize(
        ("ratio", "width", "height"),
        [("16:9", 16, 9), ("1:1", 1, 1), ("4:3", 4, 3), ("9:16", 9, 16)],
    )
    def test_size_has_the_ratio(
        self, ratio: str, width: int, height: int, shared_server: RunningServer
    ) -> None:
        picture = pixels(preview(shared_server, aspect_ratio=ratio))
        assert picture.width * height == pytest.approx(picture.height * width, rel=0.02)
        assert picture.width % 4 == picture.height % 4 == 0, "scaled by whole numbers"

    def test_case_and_spaces_do_not_matter(self, shared_server: RunningServer) -> None:
        one = preview(shared_server, "Echo Cave", weather="fog")
        other = preview(shared_server, " echo  CAVE", weather="Fog")
        assert one.content == other.content

    def test_equals_the_first_picture_painted_for_the_scene(self, server: RunningServer) -> None:
        words = {"time_of_day": "dusk", "weather": "rain"}
        shown = pixels(preview(server, "Temple", **words))
        made = ask_scene(server.client, "Temple", **words)
        stored = pixels(server.client.get(made["url"]))
        assert shown.size == stored.size
        assert ImageChops.difference(shown, stored).getbbox() is None


class TestNothingIsKept:
    def test_no_row_no_file_no_entry(self, server: RunningServer) -> None:
        preview(server)
        assert row_count(server.settings) == 0
        assert row_count(server.settings, "scene_cache") == 0
        assert stored_files(server.settings) == []

    def test_works_where_gemini_has_no_key(self, make_server: ServerFactory) -> None:
        preview(make_server(image_provider="gemini"))


class TestCaching:
    def test_known_tag_is_not_sent_again(self, shared_server: RunningServer) -> None:
        tag = preview(shared_server).headers["etag"]
        again = shared_server.client.get(
            f"{SCENES}/preview", params={"location": "Old Mill"}, headers={"If-None-Match": tag}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag

    def test_other_words_have_another_tag(self, shared_server: RunningServer) -> None:
        tags = {
            preview(shared_server, "Old Mill", **words).headers["etag"]
            for words in (
                {},
                {"weather": "rain"},
                {"time_of_day": "night"},
                {"aspect_ratio": "1:1"},
            )
        }
        assert len(tags) == 4


class TestRefused:
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
    def test_bad_words(
        self, params: dict[str, str], field: str, shared_server: RunningServer
    ) -> None:
        answer = shared_server.client.get(f"{SCENES}/preview", params=params)
        assert [problem["field"] for problem in assert_error(answer, 422)["detail"]["errors"]] == [
            field
        ]
