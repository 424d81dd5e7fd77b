"""Every field too short, too long, of the wrong kind or missing, and bodies that are none."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.errors import assert_error
from tests.support.library import IMAGES, MAINTENANCE, SCENES, make_image, order
from tests.support.running_server import RunningServer

GENERATE = f"{IMAGES}/generate"
JSON = {"Content-Type": "application/json"}

BAD_VALUES: dict[str, list[Any]] = {
    "subject_type": [..., None, "", "place", "Item", 1, [], "item "],
    "subject_name": [..., None, "", " \t ", "x" * 201, 1, True, ["Lamp"]],
    "prompt": [..., None, "", "too short", "short     ", "x" * 1001, 3.5, {}],
    "custom_prompt": ["x" * 201, 1, ["in ink"], False],
    "aspect_ratio": [None, "", "2:1", "16x9", 1.78, "16:9 "],
    "component": [None, "", "  ", "x" * 51, 7],
}
BAD_FIELDS = [(field, value) for field, values in BAD_VALUES.items() for value in values]

BAD_SCENE_WORDS = [
    ("location", None),
    ("location", ""),
    ("location", "   "),
    ("location", "x" * 201),
    ("time_of_day", "x" * 51),
    ("weather", "x" * 51),
    ("force_regenerate", "maybe"),
    ("allow_fallback", "2"),
]

BAD_SEARCH = [
    *(("page", value) for value in ("abc", "1.5", "9" * 5000)),
    ("page_size", "many"),
    *((field, "x" * 201) for field in ("subject_name", "component", "q")),
    *(("subject_type", value) for value in ("place", "ITEM")),
    *(("is_featured", value) for value in ("maybe", "2")),
]


def fields(body: Any) -> list[str]:
    return [problem["field"] for problem in body["detail"]["errors"]]


class TestGenerate:
    @pytest.mark.parametrize(("field", "value"), BAD_FIELDS)
    def test_bad_field(self, field: str, value: Any, shared_server: RunningServer) -> None:
        answer = shared_server.client.post(GENERATE, json=order(**{field: value}))
        body = assert_error(answer, 422)
        assert fields(body) == [field]
        assert field in body["message"]

    @pytest.mark.parametrize(
        ("field", "value", "says"),
        [
            ("prompt", "short", "at least 10 characters"),
            ("subject_name", "x" * 201, "at most 200 characters"),
            ("custom_prompt", "x" * 201, "at most 200 characters"),
            ("aspect_ratio", "2:1", "'16:9'"),
        ],
    )
    def test_message_says_what_is_allowed(
        self, field: str, value: str, says: str, shared_server: RunningServer
    ) -> None:
        answer = shared_server.client.post(GENERATE, json=order(**{field: value}))
        assert says in assert_error(answer, 422)["message"]

    def test_all_problems_at_once(self, shared_server: RunningServer) -> None:
        body = assert_error(shared_server.client.post(GENERATE, json={}), 422)
        assert fields(body) == ["subject_type", "subject_name", "prompt"]

    def test_unknown_fields_are_let_be(self, shared_server: RunningServer) -> None:
        make_image(shared_server.client, colour="red")


class TestBody:
    @pytest.mark.parametrize(
        "content",
        [b"", b"no json", b"{", b"[]", b"null", b'"text"', b"17", b"\xff\xfe{}", b"{'a': 1}"],
    )
    def test_no_json_object(self, content: bytes, shared_server: RunningServer) -> None:
        answer = shared_server.client.post(GENERATE, content=content, headers=JSON)
        assert fields(assert_error(answer, 422)) == ["body"]

    @pytest.mark.parametrize("content", [b"[" * 15_000, b'{"prompt": ' + b"1" * 5000 + b"}"])
    def test_json_that_no_parser_takes(self, content: bytes, shared_server: RunningServer) -> None:
        answer = shared_server.client.post(GENERATE, content=content, headers=JSON)
        assert assert_error(answer, 400)["message"] == "The body of the request cannot be read."

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "x"])
    def test_wrong_content_type(self, kind: str, shared_server: RunningServer) -> None:
        answer = shared_server.client.post(
            GENERATE, content=json.dumps(order()), headers={"Content-Type": kind}
        )
        assert_error(answer, 422)

    def test_no_content_type(self, shared_server: RunningServer) -> None:
        answer = shared_server.client.post(GENERATE, content=json.dumps(order()))
        assert_error(answer, 422)

    def test_two_megabytes(self, shared_server: RunningServer) -> None:
        answer = shared_server.client.post(GENERATE, json=order(prompt="x" * 2 * 2**20))
        assert_error(answer, 413)

    def test_two_megabytes_without_saying_so(self, shared_server: RunningServer) -> None:
        def pieces() -> Iterator[bytes]:
            yield b'{"prompt": "'
            for _ in range(32):
                yield b"x" * 2**16
            yield b'"}'

        answer = shared_server.client.post(GENERATE, content=pieces(), headers=JSON)
        assert_error(answer, 413)

    @pytest.mark.parametrize("path", [f"{SCENES}/generate", "/nothing", "/health"])
    def test_two_megabytes_elsewhere(self, path: str, shared_server: RunningServer) -> None:
        assert_error(shared_server.client.post(path, content=bytes(2 * 2**20)), 413)

    def test_just_under_a_megabyte_is_read(self, shared_server: RunningServer) -> None:
        answer = shared_server.client.post(GENERATE, json=order(note="x" * (2**20 - 1000)))
        assert answer.status_code == 200


class TestSceneWords:
    @pytest.mark.parametrize(("field", "value"), BAD_SCENE_WORDS)
    def test_bad_word(self, field: str, value: str | None, shared_server: RunningServer) -> None:
        params = {"location": "Mill", field: value}
        answer = shared_server.client.post(
            f"{SCENES}/generate",
            params={name: text for name, text in params.items() if text is not None},
        )
        assert fields(assert_error(answer, 422)) == [field]


class TestSearch:
    @pytest.mark.parametrize(("field", "value"), BAD_SEARCH)
    def test_bad_parameter(self, field: str, value: str, shared_server: RunningServer) -> None:
        answer = shared_server.client.get(f"{IMAGES}/search", params={field: value})
        assert fields(assert_error(answer, 422)) == [field]


class TestOddText:
    """Text that is allowed, and what becomes of it."""

    @pytest.mark.thorough
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("  A   lamp \t of\n brass ", "A lamp of brass"),
            ("A lamp\u00a0of\u2003brass, thick", "A lamp of brass, thick"),
            ("A lamp\x00 of\x07 brass\x1b[31m", "A lamp of brass[31m"),
            ("A lamp \x00 of brass", "A lamp of brass"),
            ("A lamp \u202eof brass\u202c", "A lamp of brass"),
            ("\u200fA lamp of brass\u200e", "A lamp of brass"),
            ("\u2066A lamp\u2069 of brass", "A lamp of brass"),
            ("مصباح من النحاس", "مصباح من النحاس"),
            ("一盏小小的黄铜灯,带灯芯", "一盏小小的黄铜灯,带灯芯"),
            ("A lamp 🪔👩‍🚀 of brass", "A lamp 🪔👩‍🚀 of brass"),
            ("A lamp \"of\" 'brass' & <3", "A lamp \"of\" 'brass' & <3"),
            ("'; DROP TABLE image_assets; --", "'; DROP TABLE image_assets; --"),
            ("<b>A lamp</b> of brass", "<b>A lamp</b> of brass"),
        ],
    )
    def test_prompt_is_tidied(self, given: str, kept: str, shared_server: RunningServer) -> None:
        assert make_image(shared_server.client, prompt=given)["prompt_used"] == kept

    def test_lone_surrogates_are_dropped(self, shared_server: RunningServer) -> None:
        text = json.dumps(order()).replace("brass", "\\ud800brass\\udfff")
        answer = shared_server.client.post(GENERATE, content=text, headers=JSON)
        assert answer.status_code == 200, answer.text
        assert answer.json()["prompt_used"] == order()["prompt"]

    @pytest.mark.parametrize("field", ["subject_type", "aspect_ratio"])
    def test_lone_surrogates_where_there_is_a_choice(
        self, field: str, shared_server: RunningServer
    ) -> None:
        text = json.dumps(order(**{field: "?"})).replace("?", "\\ud800")
        answer = shared_server.client.post(GENERATE, content=text, headers=JSON)
        assert fields(assert_error(answer, 422)) == [field]

    @pytest.mark.parametrize("text", ["\x00", "\u202e", "\x07\x08", "\ud800"])
    def test_nothing_left_is_too_short(self, text: str, shared_server: RunningServer) -> None:
        content = json.dumps(order(subject_name=text))
        answer = shared_server.client.post(GENERATE, content=content, headers=JSON)
        assert fields(assert_error(answer, 422)) == ["subject_name"]

    def test_bytes_that_are_no_utf8_in_a_query(self, shared_server: RunningServer) -> None:
        answer = shared_server.client.get(f"{IMAGES}/search?q=%ff%fe")
        assert answer.status_code == 200
        assert answer.json()["total"] == 0

    def test_white_space_is_tidied_before_it_is_measured(
        self, shared_server: RunningServer
    ) -> None:
        long = " ".join(["lamp"] * 40)
        assert len(long) == 199
        made = make_image(shared_server.client, subject_name=long.replace(" ", " " * 9))
        assert made["subject_name"] == long

    @pytest.mark.parametrize("field", ["subject_name", "component"])
    def test_names_with_markup_are_kept_as_they_are(
        self, field: str, shared_server: RunningServer
    ) -> None:
        made = make_image(shared_server.client, **{field: '<img src=x onerror="alert(1)">'})
        assert made[field] == '<img src=x onerror="alert(1)">'


class TestCustomPrompt:
    @pytest.mark.parametrize(
        "style",
        [
            "<script>alert(1)</script>",
            "<SCRIPT src=//evil.example>",
            "in ink </b>",
            "< img src=x>",
            "<!-- note -->",
            "<svg/onload=alert(1)>",
            "<iframe",
            "javascript:alert(1)",
            "JavaScript :alert(1)",
            "java\tscript:alert(1)",
            "java\x00script:alert(1)",
            "vbscript:x",
            "<scr\x00ipt>",
        ],
    )
    def test_markup_and_script_addresses_are_refused(
        self, style: str, shared_server: RunningServer
    ) -> None:
        answer = shared_server.client.post(GENERATE, json=order(custom_prompt=style))
        body = assert_error(answer, 422)
        assert fields(body) == ["custom_prompt"]
        assert "must not contain" in body["message"]

    @pytest.mark.thorough
    @pytest.mark.parametrize(
        "style",
        [
            "<3",
            "I <3 copper",
            "medieval(ish)",
            "\"quoted\" and 'quoted'",
            "a < b",
            "5 > 4",
            "script: gothic letters",
            "the java script of a monk",
            "50% grey; #ffaa00",
            "A & B",
        ],
    )
    def test_what_only_looks_odd_is_fine(self, style: str, shared_server: RunningServer) -> None:
        assert make_image(shared_server.client, custom_prompt=style)["custom_prompt"] == style

    def test_white_space_is_tidied(self, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client, custom_prompt="  etched \n in\t copper ")
        assert made["custom_prompt"] == "etched in copper"

    def test_need_not_name_the_subject(self, shared_server: RunningServer) -> None:
        make_image(shared_server.client, subject_name="Lamp", custom_prompt="in ink")


class TestOtherRoutes:
    @pytest.mark.parametrize(
        ("method", "path", "field"),
        [
            ("GET", f"{IMAGES}/abc", "image_id"),
            ("GET", f"{IMAGES}/1?include_data=perhaps", "include_data"),
            ("GET", f"{SCENES}/preview", "location"),
            ("DELETE", f"{SCENES}/cache/clear?location={'x' * 201}", "location"),
            ("POST", f"{MAINTENANCE}/cleanup/expired-cache?dry_run=2", "dry_run"),
            ("GET", "/images/elsewhere/x.webp", "folder"),
        ],
    )
    def test_bad_parameter(
        self, method: str, path: str, field: str, shared_server: RunningServer
    ) -> None:
        answer = shared_server.client.request(method, path)
        assert fields(assert_error(answer, 422)) == [field]
