"""The log of `python -m app`: one JSON object a line, one line a request, and no secret."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from app.api.dependencies import PLAYER_COOKIE
from tests.api.conftest import ADMIN_TOKEN
from tests.conftest import GEMINI_KEY
from tests.support import gemini_answers, gemini_failures
from tests.support.errors import assert_error
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import IMAGES, MAINTENANCE, execute, order
from tests.support.raw_http import HOST, exchange
from tests.support.server_process import ServerProcess, server_process

# One process for the file.
pytestmark = pytest.mark.xdist_group("request log")

GENERATE = f"{IMAGES}/generate"
INTERNALS = ("sqlite", "SELECT", "image_assets", "Traceback", "Error", "/app/", ".py")


def line_of(process: ServerProcess, request_id: str, event: str = "request") -> dict[str, Any]:
    """The line of a request."""
    return process.wait_for_line(
        lambda line: line["event"] == event and line.get("request_id") == request_id
    )


@pytest.fixture
def broken(own_process: ServerProcess) -> Iterator[ServerProcess]:
    """A server whose column another program takes away, and gives back."""
    execute(own_process.settings, "ALTER TABLE image_assets RENAME alt_text TO taken_away")
    yield own_process
    execute(own_process.settings, "ALTER TABLE image_assets RENAME taken_away TO alt_text")
    assert_error(own_process.client.get(f"{IMAGES}/424242"), 404)


class TestRequestLine:
    @pytest.mark.parametrize(
        ("path", "route", "status"),
        [
            ("/health", "/health", 200),
            (f"{IMAGES}/7", f"{IMAGES}/{{image_id}}", 404),
            (f"{IMAGES}/abc", f"{IMAGES}/{{image_id}}", 422),
            ("/images/full/x.webp", "/images/{folder}/{name}", 404),
            (f"{MAINTENANCE}/stats", f"{MAINTENANCE}/stats", 401),
            ("/docs/vendor/nothing", "/docs/vendor/{path}", 404),
            ("/nothing", "unmatched", 404),
        ],
    )
    def test_what_it_says(
        self, path: str, route: str, status: int, own_process: ServerProcess
    ) -> None:
        request_id = f"line-{status}{path.replace('/', '.')}"
        own_process.client.get(path, headers={"X-Request-ID": request_id})
        line = line_of(own_process, request_id)
        assert (line["method"], line["path"], line["route"]) == ("GET", path, route)
        assert (line["status"], line["client"], line["level"]) == (status, "127.0.0.1", "info")
        assert line["ms"] >= 0
        assert line["timestamp"].endswith("Z")
        assert datetime.fromisoformat(line["timestamp"]).tzinfo

    def test_every_line_of_a_request_has_its_id(self, own_process: ServerProcess) -> None:
        headers = {"X-Request-ID": "in-the-log"}
        own_process.client.post(GENERATE, json=order(), headers=headers)
        own_process.client.get("/health", headers={"X-Request-ID": "then-another"})
        line_of(own_process, "then-another")
        lines = own_process.log_lines()
        for request_id, expected in (
            ("in-the-log", ["image stored", "request"]),
            ("then-another", ["request"]),
        ):
            found = [line["event"] for line in lines if line.get("request_id") == request_id]
            assert found == expected

    @pytest.mark.parametrize(
        "path", ["/a%0a%7b%22event%22:%22forged%22%7d", "/a%0d%0aforged", "/a%e2%80%a8forged%1b[2J"]
    )
    def test_no_path_makes_a_second_line(self, path: str, own_process: ServerProcess) -> None:
        request_id = f"forged-{len(path)}"
        own_process.client.get(path, headers={"X-Request-ID": request_id})
        assert "forged" in line_of(own_process, request_id)["path"]
        assert all(line["event"] != "forged" for line in own_process.log_lines())
        assert not {"\x1b", "\r"} & set(own_process.log_file.read_text("utf-8"))

    def test_of_a_connection_that_is_refused(self, own_process: ServerProcess) -> None:
        reported = exchange(own_process.url, b"BREW / HTTP/1.1\r\n\r\n").json()["request_id"]
        line = own_process.wait_for_line(lambda line: line.get("request_id") == reported)
        assert (line["event"], line["status"]) == ("refused a connection", 400)
        head = f"POST {GENERATE} HTTP/1.1\r\nX-Request-ID: no-http\r\n".encode() + HOST
        answer = exchange(own_process.url, head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n")
        assert answer.json()["request_id"] == "no-http"
        line = line_of(own_process, "no-http")
        assert (line["route"], line["status"], answer.status) == (GENERATE, 400, 400)


class TestSecrets:
    def test_tokens_and_cookies_are_never_logged(self, own_process: ServerProcess) -> None:
        for offered in (ADMIN_TOKEN, "wrong-token-never-shown"):
            headers = {
                "Authorization": f"Bearer {offered}",
                "X-Request-ID": f"as-{offered[:5]}",
            }
            own_process.client.get(f"{MAINTENANCE}/stats", headers=headers)
        line = line_of(own_process, "as-wrong", "wrong admin token")
        assert (line["client"], line["level"]) == ("127.0.0.1", "warning")
        own_process.client.post(GENERATE, json=order(), headers={"X-Request-ID": "with-cookie"})
        line_of(own_process, "with-cookie")
        log = own_process.log_file.read_text("utf-8")
        assert "never-shown" not in log
        assert own_process.client.cookies[PLAYER_COOKIE] not in log

    def test_prompts_are_never_logged_above_debug(self, broken: ServerProcess) -> None:
        """Not even if the database refuses the row that the prompt is a part of."""
        body = order(prompt="A most unmistakable prompt", custom_prompt="unmistakable style")
        refused = broken.client.post(GENERATE, json=body, headers={"X-Request-ID": "prompt-2"})
        assert refused.status_code == 500
        line_of(broken, "prompt-2")
        assert "unmistakable" not in broken.log_file.read_text("utf-8")


class TestCrash:
    """An unexpected exception inside a route: the client learns the request id, nothing else."""

    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", "/1"), ("GET", "/search"), ("PUT", "/1/feature"), ("DELETE", "/1")],
    )
    def test_is_answered_without_and_logged_with_its_cause(
        self, method: str, path: str, broken: ServerProcess
    ) -> None:
        request_id = f"crash-{method}{path.replace('/', '.')}"
        headers = {
            "X-Request-ID": request_id,
            "Authorization": f"Bearer {ADMIN_TOKEN}",
            "Cookie": f"{PLAYER_COOKIE}={'ab' * 16}",
        }
        answer = broken.client.request(method, IMAGES + path, headers=headers)
        assert assert_error(answer, 500)["detail"] is None
        assert not any(word in answer.text for word in INTERNALS)
        line = line_of(broken, request_id, "request crashed")
        assert line["level"] == "error"
        assert "no such column" in json.dumps(line["exception"])
        line = line_of(broken, request_id)
        assert (line["status"], line["level"]) == (500, "error")
        log = broken.log_file.read_text("utf-8")
        assert ADMIN_TOKEN not in log
        assert "ab" * 16 not in log


def test_expected_errors_have_no_traceback(tmp_path: Path, gemini: GeminiStandin) -> None:
    gemini.answer_with(
        gemini_failures.BAD_REQUEST,
        gemini_failures.HTML_200,
        gemini_answers.picture,
        gemini_failures.QUOTA_PER_MINUTE,
    )
    environment: Any = {
        "GEMINI_API_KEY": GEMINI_KEY,
        "GOOGLE_GEMINI_BASE_URL": gemini.base_url,
        "LOG_LEVEL": "DEBUG",
    }
    with server_process(tmp_path, **environment) as process:
        asked = [process.client.post(GENERATE, json=order()) for _ in range(4)]
        asked.append(process.client.post(GENERATE, content=b"no json"))
    assert [answer.status_code for answer in asked] == [502, 502, 200, 429, 422]
    lines = process.log_lines()
    assert "starting" in [line["event"] for line in lines]
    assert lines[-1]["event"].startswith("Finished server process")
    assert all("exception" not in line for line in lines)
    text = process.log_file.read_text("utf-8")
    assert "Traceback" not in text
    assert GEMINI_KEY not in text
    failed = [line for line in lines if line["event"] == "a call brought no image"]
    assert [(line["outcome"], line["reason"]) for line in failed] == [
        ("error", "rejected_request"),
        ("error", "unreadable_answer"),
        ("quota", "quota_minute"),
    ]
