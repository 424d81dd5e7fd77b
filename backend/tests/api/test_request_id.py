"""The request id: taken in where it is harmless, in every answer, in the log, and sent on."""

import re

import pytest

from tests.support import gemini_failures
from tests.support.errors import assert_error
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import IMAGES, SCENES, ask_scene, make_image, order
from tests.support.running_server import RunningServer
from tests.support.server_process import ServerProcess

NEW = re.compile(r"[0-9a-f]{32}")

GOOD = ["a", "abc-123", "0b9d2b1c-3a5e-4c62-9f0a-0e6d3b1f7c11", "A.b_C-9", "x" * 128]
HOSTILE = [
    "",
    "two words",
    "x" * 129,
    "x" * 200,
    "<script>",
    'quo"te',
    "back\\slash",
    "semi;colon",
    "line%0abreak",
    "tab\tbed",
    "ümlaut",
    "{}",
]


class TestAnswer:
    @pytest.mark.parametrize("offered", GOOD)
    def test_valid_one_is_kept(self, offered: str, shared_server: RunningServer) -> None:
        answer = shared_server.client.get("/health", headers={"X-Request-ID": offered})
        assert answer.headers.get_list("X-Request-ID") == [offered]

    @pytest.mark.parametrize("offered", HOSTILE)
    def test_hostile_one_is_replaced(self, offered: str, shared_server: RunningServer) -> None:
        headers = [(b"X-Request-ID", offered.encode())]
        answer = shared_server.client.get("/health", headers=headers)
        assert NEW.fullmatch(answer.headers["X-Request-ID"])

    def test_missing_one_is_made(self, shared_server: RunningServer) -> None:
        ids = {shared_server.client.get("/").headers["X-Request-ID"] for _ in range(5)}
        assert len(ids) == 5
        assert all(NEW.fullmatch(made) for made in ids)

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/nothing", 404),
            ("POST", "/health", 405),
            ("GET", f"{IMAGES}/abc", 422),
            ("POST", f"{IMAGES}/1/restore", 404),
        ],
    )
    def test_errors_have_it_in_header_and_body(
        self, method: str, path: str, status: int, shared_server: RunningServer
    ) -> None:
        answer = shared_server.client.request(method, path, headers={"X-Request-ID": "mine-1"})
        assert assert_error(answer, status)["request_id"] == "mine-1"

    @pytest.mark.parametrize(
        "path", ["/docs", "/openapi.json", "/metrics", "/docs/vendor/swagger-ui.css"]
    )
    def test_pages_and_files_have_it(self, path: str, shared_server: RunningServer) -> None:
        answer = shared_server.client.get(path, headers={"X-Request-ID": "mine-2"})
        assert (answer.status_code, answer.headers["X-Request-ID"]) == (200, "mine-2")


class TestUpstream:
    @pytest.mark.thorough
    def test_is_sent_to_gemini(self, gemini_server: RunningServer, gemini: GeminiStandin) -> None:
        for request_id in ("to-gemini-1", "to-gemini-2"):
            gemini_server.client.headers["X-Request-ID"] = request_id
            make_image(gemini_server.client)
            ask_scene(gemini_server.client, request_id)
        sent = [call.headers["x-request-id"] for call in gemini.calls]
        assert sent == ["to-gemini-1"] * 2 + ["to-gemini-2"] * 2

    def test_made_one_is_sent_too(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        answer = gemini_server.client.post(f"{IMAGES}/generate", json=order())
        assert gemini.calls[0].headers["x-request-id"] == answer.headers["X-Request-ID"]

    def test_upstream_errors_have_ours(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        gemini.answer_with(gemini_failures.QUOTA_PER_MINUTE)
        answer = gemini_server.client.post(
            f"{SCENES}/generate", params={"location": "Mill"}, headers={"X-Request-ID": "mine-3"}
        )
        assert assert_error(answer, 429, "quota_minute")["request_id"] == "mine-3"


class TestLog:
    def test_is_in_every_line_of_the_request(self, own_process: ServerProcess) -> None:
        own_process.client.post(
            f"{IMAGES}/generate", json=order(), headers={"X-Request-ID": "in-the-log"}
        )
        own_process.wait_for_line(
            lambda line: line["event"] == "request" and line.get("request_id") == "in-the-log"
        )
        events = [
            line["event"]
            for line in own_process.log_lines()
            if line.get("request_id") == "in-the-log"
        ]
        assert events == ["picture stored", "request"]

    def test_is_not_kept_for_the_next_request(self, own_process: ServerProcess) -> None:
        own_process.client.get("/health", headers={"X-Request-ID": "only-once"})
        own_process.client.get("/health", headers={"X-Request-ID": "then-another"})
        own_process.wait_for_line(lambda line: line.get("request_id") == "then-another")
        once = [line for line in own_process.log_lines() if line.get("request_id") == "only-once"]
        assert len(once) == 1
