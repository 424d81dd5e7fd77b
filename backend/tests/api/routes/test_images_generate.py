"""POST /api/v1/images/generate: what a good order gives."""

import hashlib
import re
from io import BytesIO
from typing import Any

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


def test_facts(shared_server: RunningServer) -> None:
    wanted = {
        "subject_type": "character",
        "subject_name": "Mira the Smith",
        "prompt": "A smith with soot on her face",
        "component": "dialogue",
        "aspect_ratio": "4:3",
    }
    made = make_image(shared_server.client, **wanted)
    assert set(made) == FIELDS
    assert made["prompt_used"] == wanted.pop("prompt")
    assert wanted.items() <= made.items()
    assert "Mira the Smith" in made["alt_text"]
    defaults = make_image(shared_server.client, aspect_ratio=..., component=...)
    assert (defaults["aspect_ratio"], defaults["component"]) == ("16:9", "scene-viewer")
    assert (defaults["custom_prompt"], defaults["last_used"]) == (None, None)
    assert (defaults["is_featured"], defaults["use_count"]) == (False, 0)


@pytest.mark.parametrize(("ratio", "wide"), [("1:1", 1), ("16:9", 16 / 9), ("9:16", 9 / 16)])
def test_files(ratio: str, wide: float, shared_server: RunningServer) -> None:
    made = make_image(
        shared_server.client, subject_type="scene", subject_name="Healing Well", aspect_ratio=ratio
    )
    name = r"Healing_Well_\d{8}_\d{6}_[0-9a-f]{16}\.webp"
    for field, folder, address in (
        ("storage_path_full", "full", "url"),
        ("storage_path_thumbnail", "thumbnails", "thumbnail_url"),
    ):
        assert re.fullmatch(f"images/{folder}/{name}", made[field])
        assert made[address] == "/" + made[field]
    data = shared_server.client.get(made["url"]).content
    assert hashlib.sha256(data).hexdigest() == made["content_hash"]
    assert len(data) == made["file_size_bytes"]
    assert file_of(shared_server, made).read_bytes() == data
    image = Image.open(BytesIO(data))
    assert (image.format, image.size) == ("WEBP", (made["width"], made["height"]))
    assert image.width / image.height == pytest.approx(wide, rel=0.02)


@pytest.mark.parametrize(
    ("prompt", "style", "whole"),
    [
        ("A lamp of brass", "in copper", "A lamp of brass. Style: in copper"),
        ("What a bright lamp!", "in copper", "What a bright lamp! Style: in copper"),
        ("一盏小小的黄铜灯带灯芯。", "in copper", "一盏小小的黄铜灯带灯芯。 Style: in copper"),
        *(("A lamp of brass", style, "A lamp of brass") for style in ("", "   ", None)),
    ],
)
def test_style_is_a_sentence_after_the_prompt(
    prompt: str, style: str | None, whole: str, shared_server: RunningServer
) -> None:
    made = make_image(shared_server.client, prompt=prompt, custom_prompt=style)
    assert made["prompt_used"] == whole
    assert made["custom_prompt"] == ((style or "").strip() or None)


def test_the_same_orders_elsewhere_give_the_same_images(make_server: ServerFactory) -> None:
    def painted(server: RunningServer) -> list[bytes]:
        wanted = {"subject_type": "scene", "subject_name": "Harbour"}
        made = [make_image(server.client, **wanted) for _ in range(2)]
        return [pixels_of(server, image) for image in made]

    server = make_server()
    other = make_server(
        database_url="sqlite://",
        image_storage_dir=server.settings.image_storage_dir.with_name("elsewhere"),
    )
    one, second = painted(server)
    assert painted(other) == [one, second]
    assert one != second


def pixels_of(server: RunningServer, image: dict[str, Any]) -> bytes:
    with Image.open(BytesIO(server.client.get(image["url"]).content)) as file:
        return file.tobytes()


def test_image_of_the_model(gemini_server: RunningServer, gemini: GeminiStandin) -> None:
    made = make_image(gemini_server.client, aspect_ratio="16:9", custom_prompt="in ink")
    (call,) = gemini.calls
    assert call.problem is None
    assert (call.prompt, call.aspect_ratio) == (made["prompt_used"], "16:9")
    assert made["model_used"] == "gemini-nano-banana-2.1"
    assert (made["width"], made["height"]) == (1376, 768)
    gemini.answer_with(gemini_answers.jpeg_picture)
    answer = gemini_server.client.get(make_image(gemini_server.client)["url"])
    assert Image.open(BytesIO(answer.content)).format == "WEBP"


def test_pixel_with_a_key_paints_here(
    make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    server = make_gemini_server(image_provider="pixel")
    assert make_image(server.client)["model_used"] == "pixel-artist"
    assert gemini.calls == []
