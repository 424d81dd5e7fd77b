"""POST /api/v1/images/generate: what a good order gives."""

import hashlib
import re
from io import BytesIO

import pytest
from PIL import Image

from tests.conftest import ServerFactory
from tests.support import gemini_answers
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import file_of, make_image
from tests.support.running_server import RunningServer

FIELDS = {
    *("id", "subject_name", "subject_type", "component", "storage_path_full"),
    *("storage_path_thumbnail", "file_size_bytes", "generation_time_ms", "created_at"),
    *("is_featured", "use_count", "url", "thumbnail_url", "width", "height", "aspect_ratio"),
    *("prompt_used", "custom_prompt", "model_used", "content_hash", "last_used", "preview"),
    "alt_text",
}


class TestFacts:
    def test_every_documented_field_and_no_other(self, shared_server: RunningServer) -> None:
        assert set(make_image(shared_server.client)) == FIELDS

    def test_what_was_ordered(self, shared_server: RunningServer) -> None:
        made = make_image(
            shared_server.client,
            subject_type="character",
            subject_name="Mira the Smith",
            prompt="A smith with soot on her face",
            component="dialogue",
            aspect_ratio="4:3",
        )
        assert made["subject_type"] == "character"
        assert made["subject_name"] == "Mira the Smith"
        assert made["component"] == "dialogue"
        assert made["aspect_ratio"] == "4:3"
        assert made["prompt_used"] == "A smith with soot on her face"
        assert "Mira the Smith" in made["alt_text"]

    def test_defaults(self, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client, aspect_ratio=..., component=...)
        assert made["aspect_ratio"] == "16:9"
        assert made["component"] == "scene-viewer"
        assert made["custom_prompt"] is None
        assert made["is_featured"] is False
        assert made["use_count"] == 0
        assert made["last_used"] is None

    def test_paths_and_addresses(self, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client, subject_name="Healing Potion")
        name = r"Healing_Potion_\d{8}_\d{6}_[0-9a-f]{16}\.webp"
        assert re.fullmatch(f"images/full/{name}", made["storage_path_full"])
        assert re.fullmatch(f"images/thumbnails/{name}", made["storage_path_thumbnail"])
        assert made["url"] == "/" + made["storage_path_full"]
        assert made["thumbnail_url"] == "/" + made["storage_path_thumbnail"]

    def test_name_without_latin_letters(self, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client, subject_name="火炎剣 🔥")
        assert made["subject_name"] == "火炎剣 🔥"
        assert shared_server.client.get(made["url"]).status_code == 200


class TestFiles:
    def test_hash_and_size_are_those_of_the_file(self, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client, subject_type="scene", subject_name="Harbour")
        data = shared_server.client.get(made["url"]).content
        assert hashlib.sha256(data).hexdigest() == made["content_hash"]
        assert len(data) == made["file_size_bytes"]
        assert file_of(shared_server, made).read_bytes() == data

    @pytest.mark.parametrize(("ratio", "wide"), [("1:1", 1), ("16:9", 16 / 9), ("4:3", 4 / 3)])
    def test_size_has_the_ratio(
        self, ratio: str, wide: float, shared_server: RunningServer
    ) -> None:
        made = make_image(shared_server.client, aspect_ratio=ratio)
        picture = Image.open(BytesIO(shared_server.client.get(made["url"]).content))
        assert picture.format == "WEBP"
        assert picture.size == (made["width"], made["height"])
        assert made["width"] / made["height"] == pytest.approx(wide, rel=0.02)

    def test_thumbnail_fits_its_box(self, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client, aspect_ratio="16:9")
        small = Image.open(BytesIO(shared_server.client.get(made["thumbnail_url"]).content))
        assert small.format == "WEBP"
        assert small.width == 200
        assert small.height == pytest.approx(112, abs=1)


class TestStyle:
    @pytest.mark.parametrize(
        ("prompt", "whole"),
        [
            ("A lamp of thick brass", "A lamp of thick brass. Style: etched in copper"),
            ("A lamp of thick brass.", "A lamp of thick brass. Style: etched in copper"),
            ("What a bright lamp!", "What a bright lamp! Style: etched in copper"),
            ("一盏小小的黄铜灯带灯芯。", "一盏小小的黄铜灯带灯芯。 Style: etched in copper"),
        ],
    )
    def test_style_is_a_sentence_after_the_prompt(
        self, prompt: str, whole: str, shared_server: RunningServer
    ) -> None:
        made = make_image(shared_server.client, prompt=prompt, custom_prompt="etched in copper")
        assert made["prompt_used"] == whole
        assert made["custom_prompt"] == "etched in copper"

    @pytest.mark.parametrize("style", ["", "   ", None])
    def test_no_style(self, style: str | None, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client, prompt="A lamp of thick brass", custom_prompt=style)
        assert made["prompt_used"] == "A lamp of thick brass"
        assert made["custom_prompt"] is None


class TestNewPictures:
    def test_the_same_orders_elsewhere_give_the_same_pictures(
        self, make_server: ServerFactory
    ) -> None:
        wanted = {"subject_type": "scene", "subject_name": "Harbour"}
        server = make_server()
        one = [make_image(server.client, **wanted)["content_hash"] for _ in range(2)]
        other = make_server(
            database_url="sqlite://",
            image_storage_dir=server.settings.image_storage_dir.with_name("elsewhere"),
        )
        assert [make_image(other.client, **wanted)["content_hash"] for _ in range(2)] == one


class TestGemini:
    def test_picture_of_the_model(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        made = make_image(gemini_server.client, aspect_ratio="16:9", custom_prompt="in ink")
        (call,) = gemini.calls
        assert call.problem is None
        assert call.prompt == made["prompt_used"]
        assert call.aspect_ratio == "16:9"
        assert made["model_used"] == "gemini-nano-banana-2.1"
        assert (made["width"], made["height"]) == (1376, 768)

    def test_jpeg_becomes_webp(self, gemini_server: RunningServer, gemini: GeminiStandin) -> None:
        gemini.answer_with(gemini_answers.jpeg_picture)
        made = make_image(gemini_server.client)
        answer = gemini_server.client.get(made["url"])
        assert answer.headers["content-type"] == "image/webp"
        assert Image.open(BytesIO(answer.content)).format == "WEBP"

    def test_pixel_with_a_key_paints_here(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(image_provider="pixel")
        assert make_image(server.client)["model_used"] == "pixel-artist"
        assert gemini.calls == []
