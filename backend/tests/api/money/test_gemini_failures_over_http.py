"""Everything Gemini can do wrong, as the client sees it: the table of the backend issue.

Each row asks both endpoints, on a server each, since some failures are remembered; whatever
happens, nothing is left behind, and the next request works.
"""

from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.conftest import GEMINI_KEY, ServerFactory
from tests.support import gemini_answers, gemini_failures
from tests.support.errors import assert_error
from tests.support.gemini_answers import Script
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import (
    Ask,
    ask_scene,
    ask_together,
    image_asked,
    make_image,
    row_count,
    scene_asked,
    stored_files,
)
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.thorough

DAY = 25 * 3600


@dataclass(frozen=True)
class Row:
    """What Gemini does, and what the client gets.

    Attributes:
        name: Name of the test.
        script: What the stand-in answers, always.
        status: Status of our answer.
        reason: Its ``detail.reason``.
        says: A word of its message.
        retry_after: Smallest and largest Retry-After, or None where there must be none.
        calls: Calls of Gemini for one request.
        settings: Settings of the server.
    """

    name: str
    script: Script
    status: int
    reason: str
    says: str
    retry_after: tuple[int, int] | None = None
    calls: int = 1
    settings: dict[str, Any] = field(default_factory=dict)


HASTY = {"gemini_timeout_seconds": gemini_failures.HASTY_SECONDS}
ROWS = [
    Row("quota", gemini_failures.QUOTA_PER_MINUTE, 429, "quota_minute", "minute", (35, 35)),
    Row("daily quota", gemini_failures.QUOTA_PER_DAY, 429, "quota_day", "today", (1, DAY)),
    Row(
        "no details", gemini_failures.QUOTA_WITHOUT_DETAILS, 429, "quota_minute", "quota", (60, 60)
    ),
    Row("no image quota", gemini_failures.NO_IMAGE_QUOTA, 503, "no_image_quota", "quota", (1, DAY)),
    Row("500", gemini_failures.INTERNAL_ERROR, 502, "upstream_failure", "failed", calls=3),
    Row("503", gemini_failures.OVERLOADED, 503, "overloaded", "overloaded", (30, 30), calls=3),
    Row("never answers", gemini_failures.NEVER_ANSWERS, 504, "timeout", "in time", settings=HASTY),
    Row("drips", gemini_failures.drips(0.02), 504, "timeout", "in time", settings=HASTY),
    Row("upstream timeout", gemini_failures.DEADLINE_EXCEEDED, 504, "timeout", "in time"),
    Row("dropped", gemini_failures.DROPPED_MIDWAY, 502, "connection_lost", "connection"),
    Row(
        "bad key",
        gemini_answers.picture,
        503,
        "bad_key",
        "GEMINI_API_KEY",
        (1, DAY),
        settings={"gemini_api_key": "wrong-key-never-shown"},
    ),
    Row("leaked key", gemini_failures.FORBIDDEN, 503, "bad_key", "GEMINI_API_KEY", (1, DAY)),
    Row("unknown model", gemini_failures.UNKNOWN_MODEL, 503, "unknown_model", "MODEL", (1, DAY)),
    Row("bad request", gemini_failures.BAD_REQUEST, 502, "rejected_request", "accept"),
    Row("html", gemini_failures.HTML_200, 502, "unreadable_answer", "read"),
    Row(
        "blocked prompt",
        gemini_answers.blocked_prompt(),
        422,
        "prompt_prohibited_content",
        "safety rules",
    ),
    Row("blocked image", gemini_answers.blocked_image(), 422, "image_safety", "safety rules"),
    Row("text only", gemini_answers.TEXT_ONLY, 502, "no_picture", "without an image"),
    Row("nothing", gemini_answers.EMPTY, 502, "no_picture", "without an image"),
    Row("no image", gemini_answers.no_image_bytes, 502, "not_a_picture", "usable"),
    Row("cut short", gemini_answers.truncated_picture, 502, "not_a_picture", "usable"),
    Row("30000 x 30000", gemini_answers.huge_picture, 502, "too_many_pixels", "pixels"),
]


def ask_both(server: RunningServer) -> list[httpx.Response]:
    return ask_together(server.url, [image_asked(), scene_asked("Mill")])


def assert_nothing_left(server: RunningServer) -> None:
    assert row_count(server.settings) == 0
    assert row_count(server.settings, "scene_cache") == 0
    assert stored_files(server.settings) == []


@pytest.mark.parametrize("ask", [image_asked(), scene_asked("Mill")], ids=["image", "scene"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_failure(
    row: Row, ask: Ask, make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    server = make_gemini_server(**row.settings)
    gemini.answer_always(row.script)
    (answer,) = ask_together(server.url, [ask])
    body = assert_error(answer, row.status, row.reason)
    assert row.says in body["message"]
    assert "secret-upstream-text" not in answer.text
    assert "key-never-shown" not in answer.text
    if row.retry_after is None:
        assert "Retry-After" not in answer.headers
    else:
        shortest, longest = row.retry_after
        assert shortest <= int(answer.headers["Retry-After"]) <= longest
    assert len(gemini.calls) == row.calls
    assert_nothing_left(server)


PASSING = {"500", "never answers", "text only", "no image", "cut short"}


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.name in PASSING], ids=lambda row: row.name
)
def test_next_request_works(
    row: Row, make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    server = make_gemini_server(**row.settings, max_concurrent_generations=1)
    gemini.answer_with(*[row.script] * row.calls)
    (answer,) = ask_together(server.url, [image_asked()])
    assert answer.status_code == row.status
    assert make_image(server.client)["model_used"] == "gemini-nano-banana-2.1"
    assert ask_scene(server.client)["served"] == "generated"


@pytest.mark.parametrize("failure", [gemini_failures.OVERLOADED, gemini_failures.INTERNAL_ERROR])
def test_fails_then_fine(
    failure: Script, make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    server = make_gemini_server()
    gemini.answer_with(failure, failure)
    assert {answer.status_code for answer in ask_both(server)} == {200}
    assert len(gemini.calls) == 4
    assert row_count(server.settings) == 2
    assert len(stored_files(server.settings)) == 4


def test_unreachable(make_gemini_server: ServerFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:1")
    server = make_gemini_server()
    for answer in ask_both(server):
        assert_error(answer, 502, "unreachable")
        assert GEMINI_KEY not in answer.text
    assert_nothing_left(server)


def test_waiters_of_a_failed_scene_all_hear_why(
    make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    server = make_gemini_server(**HASTY)
    gemini.answer_with(gemini_failures.NEVER_ANSWERS)
    answers = ask_together(server.url, [scene_asked("Mill")] * 5)
    assert [assert_error(answer, 504, "timeout")["code"] for answer in answers] == [504] * 5
    assert len({answer.json()["request_id"] for answer in answers}) == 5
    assert len(gemini.calls) == 1
