"""The log of `python -m app`: one JSON object a line, one line a request, and no secret."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import structlog

from app.api.middleware.request_context import _SLOW_SECONDS
from app.database.engine import Database
from app.observability.request_id import current_request_id
from tests.api.conftest import ADMIN_TOKEN
from tests.conftest import GEMINI_KEY, SettingsFactory
from tests.support import gemini_answers, gemini_failures
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import wait_until
from tests.support.library import IMAGES, MAINTENANCE, SCENES, execute, order, write_lock
from tests.support.raw_http import HOST, exchange
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
            ("GET", "/docs/vendor/nothing", "/docs/vendor/{path}", 404),
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
        assert line["client"] == "127.0.0.1"
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


class TestRefusedConnection:
    def test_line_has_the_id_that_the_client_was_told(self, own_process: ServerProcess) -> None:
        told = exchange(own_process.url, b"BREW / HTTP/1.1\r\n\r\n").json()["request_id"]
        line = own_process.wait_for_line(lambda line: line.get("request_id") == told)
        assert (line["event"], line["status"]) == ("refused a connection", 400)

    def test_request_that_it_ended_has_its_status_and_id(self, own_process: ServerProcess) -> None:
        head = f"POST {IMAGES}/generate HTTP/1.1\r\nX-Request-ID: no-http\r\n".encode() + HOST
        answer = exchange(own_process.url, head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n")
        assert answer.json()["request_id"] == "no-http"
        line = own_process.wait_for_line(lambda line: line.get("route") == f"{IMAGES}/generate")
        assert (
            (line["request_id"], line["status"]) == ("no-http", answer.status) == ("no-http", 400)
        )


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
        with server_process(tmp_path, fresh=False, **environment) as process:
            asked = [process.client.post(f"{IMAGES}/generate", json=order()) for _ in range(4)]
            asked.append(process.client.post(f"{IMAGES}/generate", content=b"no json"))
        assert [answer.status_code for answer in asked] == [502, 502, 200, 429, 422]
        text = process.log_file.read_text("utf-8")
        assert "Traceback" not in text
        assert all("exception" not in line for line in process.log_lines())
        assert GEMINI_KEY not in text
        told = [
            line for line in process.log_lines() if line["event"] == "a call brought no picture"
        ]
        assert [(line["outcome"], line["reason"]) for line in told] == [
            ("error", "rejected_request"),
            ("error", "unreadable_answer"),
            ("quota", "quota_minute"),
        ]

    def test_every_line_is_json_from_start_to_end(self, tmp_path: Path) -> None:
        with server_process(tmp_path) as process:
            process.client.get("/")
        events = [line["event"] for line in process.log_lines()]
        assert "starting" in events
        assert events[-1].startswith("Finished server process")


@pytest.fixture(scope="module")
def for_people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """`python -m app` with its log for people."""
    with server_process(
        tmp_path_factory.mktemp("people"), fresh=True, LOG_FORMAT="console"
    ) as process:
        yield process


def wait_for_text(process: ServerProcess, text: str) -> str:
    """The first line with a text in it."""
    wait_until(lambda: text in process.log_file.read_text("utf-8"))
    log = process.log_file.read_text("utf-8")
    return next(line for line in log.split("\n") if text in line)


class TestForPeople:
    @pytest.mark.thorough
    def test_one_line_a_request(self, for_people: ServerProcess) -> None:
        path = "/a%0a2026-11-23%20forged%1b[2J%0d%e2%80%a8"
        for_people.client.get(path, headers={"X-Request-ID": "for-people-1"})
        line = wait_for_text(for_people, "for-people-1")
        assert "[info     ] request" in line
        assert "status=404" in line
        assert "forged" in line
        assert not set(for_people.log_file.read_text("utf-8")) & set("\r\x1b\u2028")

    @pytest.mark.thorough
    def test_crash_stays_below_its_line(self, for_people: ServerProcess) -> None:
        rename = "ALTER TABLE image_assets RENAME COLUMN {} TO {}"
        execute(for_people.settings, rename.format("alt_text", "taken_away"))
        headers = {"X-Request-ID": "for-people-2"}
        for_people.client.get(f"{IMAGES}/1", headers=headers)
        execute(for_people.settings, rename.format("taken_away", "alt_text"))
        line = wait_for_text(for_people, "for-people-2")
        assert "[error    ] request crashed" in line
        log = for_people.log_file.read_text("utf-8").split("\n")
        below = log[log.index(line) + 1 :]
        assert below[0] == "Traceback (most recent call last):"
        assert all(line.startswith(("    ", "20")) or not line for line in below[1:])
        assert "no such column" in "".join(below)


class TestPrompts:
    def test_are_never_logged_above_debug(self, own_process: ServerProcess) -> None:
        """Not even where the database refuses the row that the prompt is a part of."""
        rename = "ALTER TABLE image_assets RENAME COLUMN {} TO {}"
        body = order(prompt="A most unmistakable prompt", custom_prompt="unmistakable style")
        made = own_process.client.post(f"{IMAGES}/generate", json=body)
        execute(own_process.settings, rename.format("alt_text", "taken_away"))
        refused = own_process.client.post(
            f"{IMAGES}/generate", json=body, headers={"X-Request-ID": "prompt-2"}
        )
        execute(own_process.settings, rename.format("taken_away", "alt_text"))
        assert (made.status_code, refused.status_code) == (200, 500)
        line_of(own_process, "prompt-2")
        text = own_process.log_file.read_text("utf-8")
        assert "request crashed" in text
        assert "unmistakable" not in text


class TestSlow:
    def test_stands_out(self, own_process: ServerProcess) -> None:
        made = own_process.client.post(f"{IMAGES}/generate", json=order()).json()
        star = f"{IMAGES}/{made['id']}/feature"
        with ThreadPoolExecutor() as threads:
            with write_lock(own_process.settings):
                headers = {"X-Request-ID": "slow-one"}
                asked = threads.submit(own_process.client.put, star, headers=headers)
                time.sleep(_SLOW_SECONDS + 0.2)
            assert asked.result().status_code == 200
        line = line_of(own_process, "slow-one")
        assert line["level"] == "warning"
        assert line["ms"] > 1000 * _SLOW_SECONDS


class TestThreads:
    def test_lines_of_the_writing_thread_have_the_request(
        self, make_settings: SettingsFactory
    ) -> None:
        async def write() -> str:
            structlog.contextvars.bind_contextvars(request_id="on-a-thread")
            database = Database(make_settings().database_url)
            try:
                return await database.write(lambda _session: current_request_id())
            finally:
                database.close()
                structlog.contextvars.clear_contextvars()

        assert asyncio.run(write()) == "on-a-thread"


def test_start_says_that_no_picture_can_be_paid_for(tmp_path: Path) -> None:
    with server_process(
        tmp_path, GEMINI_API_KEY=GEMINI_KEY, GEMINI_MODEL="brand-new", MONTHLY_BUDGET_USD="20"
    ) as process:
        line = process.wait_for_line(
            lambda line: line["event"] == "no picture will be made with these settings"
        )
    assert line["level"] == "warning"
    assert "the price of brand-new at 1K is not known" in line["reason"]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("environment", "level", "who"),
    [
        ({}, "info", "programs on this machine may do everything"),
        ({"TRUSTED_PROXIES": "127.0.0.1"}, "warning", "nobody may do"),
        ({"TRUSTED_PROXIES": "127.0.0.1", "ADMIN_TOKEN": "long-enough-for-all"}, None, None),
        ({"ADMIN_TOKEN": "too-short-by-it"}, "warning", "short enough to be guessed"),
    ],
)
def test_start_says_who_may_be_the_operator(
    environment: dict[str, str], level: str | None, who: str | None, tmp_path: Path
) -> None:
    with server_process(tmp_path, fresh=False, **environment) as process:
        told = [line for line in process.log_lines() if "ADMIN_TOKEN" in line["event"]]
    assert [line["level"] for line in told] == ([level] if level else [])
    assert all(str(who) in line["event"] for line in told)
    assert "too-short" not in process.log_file.read_text("utf-8")
