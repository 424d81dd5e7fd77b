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
BAD_QUERIES: list[tuple[str, str, str, list[str]]] = [
    ("POST", f"{SCENES}/generate", "location", ["", "   ", "x" * 201]),
    ("POST", f"{SCENES}/generate?location=Mill", "time_of_day", ["x" * 51]),
    ("POST", f"{SCENES}/generate?location=Mill", "weather", ["x" * 51]),
    ("POST", f"{SCENES}/generate?location=Mill", "force_regenerate", ["maybe"]),
    ("POST", f"{SCENES}/generate?location=Mill", "allow_fallback", ["2"]),
    ("GET", f"{IMAGES}/search", "page", ["abc", "1.5", "9" * 5000]),
    ("GET", f"{IMAGES}/search", "page_size", ["many"]),
    ("GET", f"{IMAGES}/search", "subject_name", ["x" * 201]),
    ("GET", f"{IMAGES}/search", "component", ["x" * 201]),
    ("GET", f"{IMAGES}/search", "q", ["x" * 201]),
    ("GET", f"{IMAGES}/search", "subject_type", ["place", "ITEM"]),
    ("GET", f"{IMAGES}/search", "is_featured", ["maybe", "2"]),
    ("GET", f"{IMAGES}/1", "include_data", ["perhaps"]),
    ("GET", f"{SCENES}/preview", "location", [""]),
    ("DELETE", f"{SCENES}/cache/clear", "location", ["x" * 201]),
    ("POST", f"{MAINTENANCE}/cleanup/expired-cache", "dry_run", ["2"]),
]


def fields(body: Any) -> list[str]:
    return [problem["field"] for problem in body["detail"]["errors"]]


class TestFields:
    @pytest.mark.parametrize("field", BAD_VALUES)
    def test_of_a_body(self, field: str, shared_server: RunningServer) -> None:
        for value in BAD_VALUES[field]:
            answer = shared_server.client.post(GENERATE, json=order(**{field: value}))
            body = assert_error(answer, 422)
            assert fields(body) == [field], value
            assert field in body["message"]

    @pytest.mark.parametrize(("method", "path", "field", "values"), BAD_QUERIES)
    def test_of_a_query(
        self, method: str, path: str, field: str, values: list[str], shared_server: RunningServer
    ) -> None:
        for value in values:
            address = f"{path}{'&' if '?' in path else '?'}{field}={value}"
            answer = shared_server.client.request(method, address)
            assert fields(assert_error(answer, 422)) == [field], value

    def test_of_a_path(self, shared_server: RunningServer) -> None:
        for path, field in ((f"{IMAGES}/abc", "image_id"), ("/images/elsewhere/x.webp", "folder")):
            assert fields(assert_error(shared_server.client.get(path), 422)) == [field]

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

    def test_all_problems_at_once_and_unknown_fields_let_be(
        self, shared_server: RunningServer
    ) -> None:
        body = assert_error(shared_server.client.post(GENERATE, json={}), 422)
        assert fields(body) == ["subject_type", "subject_name", "prompt"]
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

    def test_content_type(self, shared_server: RunningServer) -> None:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "x", None):
            headers = {"Content-Type": kind} if kind else {}
            content = json.dumps(order())
            assert_error(shared_server.client.post(GENERATE, content=content, headers=headers), 422)

    @pytest.mark.parametrize("path", [GENERATE, f"{SCENES}/generate", "/nothing", "/health"])
    def test_two_megabytes(self, path: str, shared_server: RunningServer) -> None:
        assert_error(shared_server.client.post(path, content=bytes(2 * 2**20)), 413)

    def test_two_megabytes_that_were_not_announced(self, shared_server: RunningServer) -> None:
        def pieces() -> Iterator[bytes]:
            yield b'{"prompt": "'
            for _ in range(32):
                yield b"x" * 2**16
            yield b'"}'

        answer = shared_server.client.post(GENERATE, content=pieces(), headers=JSON)
        assert_error(answer, 413)

    def test_just_under_a_megabyte_is_read(self, shared_server: RunningServer) -> None:
        answer = shared_server.client.post(GENERATE, json=order(note="x" * (2**20 - 1000)))
        assert answer.status_code == 200


class TestOddText:
    """Text that is allowed, and what becomes of it."""

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

    def test_lone_surrogates(self, shared_server: RunningServer) -> None:
        text = json.dumps(order()).replace("brass", "\\ud800brass\\udfff")
        answer = shared_server.client.post(GENERATE, content=text, headers=JSON)
        assert answer.status_code == 200, answer.text
        assert answer.json()["prompt_used"] == order()["prompt"]
        for field in ("subject_type", "aspect_ratio"):
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
        assert (answer.status_code, answer.json()["total"]) == (200, 0)

    def test_names_are_tidied_before_they_are_measured(self, shared_server: RunningServer) -> None:
        long = " ".join(["lamp"] * 40)
        assert len(long) == 199
        made = make_image(shared_server.client, subject_name=long.replace(" ", " " * 9))
        assert made["subject_name"] == long

    def test_names_with_markup_are_kept_as_they_are(self, shared_server: RunningServer) -> None:
        markup = '<img src=x onerror="alert(1)">'
        made = make_image(shared_server.client, subject_name=markup, component=markup)
        assert (made["subject_name"], made["component"]) == (markup, markup)


class TestCustomPrompt:
    @pytest.mark.parametrize(
        "style",
        [
            *("<script>alert(1)</script>", "<SCRIPT src=//evil.example>", "in ink </b>"),
            *("< img src=x>", "<!-- note -->", "<svg/onload=alert(1)>", "<iframe", "vbscript:x"),
            *("javascript:alert(1)", "JavaScript :alert(1)", "java\tscript:alert(1)"),
            *("java\x00script:alert(1)", "<scr\x00ipt>"),
        ],
    )
    def test_markup_and_script_addresses_are_refused(
        self, style: str, shared_server: RunningServer
    ) -> None:
        answer = shared_server.client.post(GENERATE, json=order(custom_prompt=style))
        body = assert_error(answer, 422)
        assert fields(body) == ["custom_prompt"]
        assert "must not contain" in body["message"]

    @pytest.mark.parametrize(
        "style",
        [
            *("<3", "I <3 copper", "medieval(ish)", "\"quoted\" and 'quoted'", "a < b", "5 > 4"),
            *("script: gothic letters", "the java script of a monk", "50% grey; #ffaa00", "A & B"),
            "  etched \n in\t copper ",
        ],
    )
    def test_what_only_looks_odd_is_fine(self, style: str, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client, subject_name="Lamp", custom_prompt=style)
        assert made["custom_prompt"] == " ".join(style.split())
