"""GET /api/v1/images/{id}/provenance: enough to send the same request again."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import Base

from tests.conftest import ServerFactory
from tests.support.certificates import sign_as_service
from tests.support.errors import assert_error
from tests.support.gemini_answers import SMALL, picture_of
from tests.support.gemini_standin import GeminiStandin
from tests.support.legacy_dumps import gallery, image, library, move
from tests.support.library import IMAGES, ask_scene, make_image
from tests.support.pictures import encode, noise
from tests.support.running_server import RunningServer
from tests.support.xmp import PACKETS, file_with_xmp

TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
NO_MARKS = {"digital_source_type": None, "software": None, "has_manifest": False}


@pytest.fixture
def roomy_gemini_server(make_gemini_server: ServerFactory, gemini: GeminiStandin) -> RunningServer:
    gemini.answer_always(SMALL)
    return make_gemini_server(
        max_requests_per_minute=10**6,
        max_images_per_item=10**6,
        player_daily_image_limit=10**6,
        daily_image_limit=10**6,
    )


def provenance_of(server: RunningServer, image: dict[str, Any]) -> Any:
    answer = server.client.get(f"{IMAGES}/{image['id']}/provenance")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_image_of_a_model(make_gemini_server: ServerFactory, gemini: GeminiStandin) -> None:
    server = make_gemini_server(gemini_image_size="1K", admin_token="operator-token")
    gemini.answer_with(picture_of(sign_as_service(encode(noise(64, 64), "PNG"), "png")))
    made = make_image(server.client, custom_prompt="in ink")
    found = provenance_of(server, made)
    (call,) = gemini.calls
    assert found["request"] == {"method": "POST", "path": call.path, "body": call.sent.decode()}
    assert found["call"]["usd"] > 0
    assert found["hashes"]["file"] == made["content_hash"]
    assert found["original"] == {**NO_MARKS, "has_manifest": True}
    assert found["marks"] == {
        "digital_source_type": f"{TYPES}trainedAlgorithmicMedia",
        "software": "Emberpeak",
        "has_manifest": False,
    }
    assert (found["provider"], found["asked_by"]) == ("gemini", "you")
    assert (found["prompt"], found["style"]) == (made["prompt_used"], "in ink")
    with server.another_client() as somebody:
        other = somebody.get(f"{IMAGES}/{made['id']}/provenance").json()
    assert (other["asked_by"], other["call"]) == ("another_player", None)
    assert server.client.get(f"{IMAGES}/{made['id']}").json()["use_count"] == 1


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_marks_of_the_original(
    form: str, make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    software = Image.Exif()
    software[Base.Software] = "A model's service"
    gemini.answer_with(picture_of(file_with_xmp(form, PACKETS["element"], exif=software)))
    server = make_gemini_server()
    found = provenance_of(server, make_image(server.client))
    assert found["original"] == {
        "digital_source_type": f"{TYPES}trainedAlgorithmicMedia",
        "software": "A model's service",
        "has_manifest": False,
    }


@given(
    prompt=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=10),
    aspect_ratio=st.sampled_from(["1:1", "16:9", "4:3", "9:16"]),
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_request_can_be_sent_again(
    roomy_gemini_server: RunningServer, gemini: GeminiStandin, prompt: str, aspect_ratio: str
) -> None:
    server = roomy_gemini_server
    made = make_image(server.client, prompt=prompt, aspect_ratio=aspect_ratio)
    assert provenance_of(server, made)["request"]["body"].encode() == gemini.calls[-1].sent


def test_image_of_the_painter(server: RunningServer) -> None:
    made = ask_scene(server.client)
    found = provenance_of(server, made)
    assert (found["provider"], found["model"]) == ("pixel", "pixel-artist")
    assert found["request"] is None
    assert found["call"] is None
    assert found["marks"]["digital_source_type"] == f"{TYPES}algorithmicMedia"


def test_imported_image(server: RunningServer) -> None:
    move(server, library(Torch=[image()]))
    found = provenance_of(server, gallery(server, "Torch")[0])
    assert (found["provider"], found["request"]) == (None, None)
    assert found["original"] == NO_MARKS
    assert found["marks"] == {**NO_MARKS, "software": "Emberpeak"}


@pytest.mark.parametrize("image_id", [0, 99, 2**70])
def test_no_such_image(server: RunningServer, image_id: int) -> None:
    assert_error(server.client.get(f"{IMAGES}/{image_id}/provenance"), 404)


def test_image_in_the_trash(server: RunningServer) -> None:
    made = make_image(server.client)
    server.client.delete(f"{IMAGES}/{made['id']}")
    assert_error(server.client.get(f"{IMAGES}/{made['id']}/provenance"), 404)
