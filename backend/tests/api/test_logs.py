"""The log of `python -m app`: one JSON object a line, one line a request, and no secret."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import ADMIN_TOKEN
from tests.conftest import GEMINI_KEY
from tests.support import gemini_answers, gemini_failures
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import IMAGES, MAINTENANCE, SCENES, order
from tests.support.server_process import ServerProcess, server_process


def line_of(process: ServerProcess, request_id: str) -> dict[str, Any]:
    """The line of a request."""
    return process.wait_for_line(
        lambda line: line["event"] == "request" and line.get("request_id") == request_id
    )


class TestRequestLine:
    @pytest.mark.parametrize(
        ("method", "path", "route", "status"),
        [
            ("GET", "/health", "/health", 200),
            ("GET", f"{IMAGES}/7", f"{IMAGES}/{{image_id}}", 404),
            ("GET", f"{IMAGES}/abc", f"{IMAGES}/{{image_id}}", 422),
            ("GET", "/images/full/x.webp", "/images/{folder}/{name}", 404),
            ("GET", f"{MAINTENANCE}/stats", f"{MAINTENANCE}/stats", 401),
            ("GET", "/nothing", "unmatched", 404),
        ],
    )
    def test_what_it_says(
        self, method: str, path: str, route: str, status: int, own_process: ServerProcess
    ) -> None:
        request_id = f"line-{status}{path.replace('/', '.')}"
        own_process.client.request(method, path, headers={"X-Request-ID": request_id})
        line = line_of(own_process, request_id)
        assert (line["method"], line["path"], line["route"]) == (method, path, route)
        assert line["status"] == status
        assert 0 <= line["ms"] < 60_000
        assert line["level"] == "info"
        assert line["timestamp"].endswith("Z")
        assert datetime.fromisoformat(line["timestamp"]).tzinfo

    def test_one_line_a_request(self, own_process: ServerProcess) -> None:
        for number in range(5):
            headers = {"X-Request-ID": f"one-line-{number}"}
            own_process.client.get(f"{IMAGES}/search", headers=headers)
        line_of(own_process, "one-line-4")
        lines = [
            line
            for line in own_process.log_lines()
            if str(line.get("request_id")).startswith("one-line-")
        ]
        assert len(lines) == 5

    @pytest.mark.parametrize(
        "path", ["/a%0a%7b%22event%22:%22forged%22%7d", "/a%0d%0aforged", "/a%e2%80%a8forged%1b[2J"]
    )
    def test_no_path_makes_a_second_line(self, path: str, own_process: ServerProcess) -> None:
        request_id = f"forged-{abs(hash(path))}"
        own_process.client.get(path, headers={"X-Request-ID": request_id})
        assert "forged" in line_of(own_process, request_id)["path"]
        assert all(line["event"] != "forged" for line in own_process.log_lines())
        text = own_process.log_file.read_text("utf-8")
        assert "\x1b" not in text
        assert "\r" not in text


class TestSecrets:
    def test_admin_token_is_never_logged(self, own_process: ServerProcess) -> None:
        for offered in (ADMIN_TOKEN, "wrong-token-never-shown"):
            own_process.client.delete(
                f"{SCENES}/cache/clear",
                headers={"Authorization": f"Bearer {offered}", "X-Request-ID": f"as-{offered[:5]}"},
            )
        line_of(own_process, "as-wrong")
        assert "never-shown" not in own_process.log_file.read_text("utf-8")

    def test_cookie_is_never_logged(self, own_process: ServerProcess) -> None:
        answer = own_process.client.post(
            f"{IMAGES}/generate", json=order(), headers={"X-Request-ID": "with-cookie"}
        )
        cookie = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
        line_of(own_process, "with-cookie")
        assert cookie not in own_process.log_file.read_text("utf-8")


class TestExpectedErrors:
    def test_no_traceback_and_no_key(self, tmp_path: Path, gemini: GeminiStandin) -> None:
        gemini.answer_with(
            gemini_failures.BAD_REQUEST,
            gemini_failures.HTML_200,
            gemini_answers.picture,
            gemini_failures.QUOTA_PER_MINUTE,
        )
        environment = {
            "GEMINI_API_KEY": GEMINI_KEY,
            "GOOGLE_GEMINI_BASE_URL": gemini.base_url,
            "LOG_LEVEL": "DEBUG",
        }
        with server_process(tmp_path, **environment) as process:
            asked = [process.client.post(f"{IMAGES}/generate", json=order()) for _ in range(4)]
            asked.append(process.client.post(f"{IMAGES}/generate", content=b"no json"))
        assert [answer.status_code for answer in asked] == [502, 502, 200, 429, 422]
        text = process.log_file.read_text("utf-8")
        assert "Traceback" not in text
        assert all("exception" not in line for line in process.log_lines())
        assert GEMINI_KEY not in text

    def test_every_line_is_json_from_start_to_end(self, tmp_path: Path) -> None:
        with server_process(tmp_path) as process:
            process.client.get("/")
        events = [line["event"] for line in process.log_lines()]
        assert "starting" in events
        assert events[-1].startswith("Finished server process")
