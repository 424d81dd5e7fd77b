"""Quotas, refusals and overload: how many calls, how long, what is said, which label."""

import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.api.conftest import Restart
from tests.conftest import GEMINI_KEY
from tests.support import gemini_answers, gemini_failures
from tests.support.errors import assert_error
from tests.support.gemini_answers import SMALL
from tests.support.gemini_failures import PER_MINUTE_ID, quota_failure, violation
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import (
    MAINTENANCE,
    SCENES,
    ask_scene,
    ask_together,
    image_asked,
    scene_asked,
)
from tests.support.running_server import RunningServer

REFUSED = f"{MAINTENANCE}/refused-prompts"


def ask(server: RunningServer, location: str, **words: str) -> httpx.Response:
    return server.client.post(f"{SCENES}/generate", params={"location": location, **words})


def short_quota(delay: str) -> gemini_answers.Answer:
    return quota_failure([violation(PER_MINUTE_ID, "10")], delay, (10,))


class TestPerMinute:
    def test_everyone_is_told_and_nobody_asks(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(gemini_failures.QUOTA_PER_MINUTE)
        began = time.monotonic()
        first = assert_error(ask(gemini_server, "Mill"), 429, "quota_minute")
        assert time.monotonic() - began < 10, "it is told at once and not waited for"
        assert "this minute" in first["message"]
        asks = [image_asked(), *(scene_asked(f"Place {number}") for number in range(10))]
        for answer in ask_together(gemini_server.url, asks):
            assert assert_error(answer, 429, "quota_minute")["message"] == first["message"]
            assert 15 <= int(answer.headers["Retry-After"]) <= 35
        assert len(gemini.calls) == 1

    def test_time_left_counts_down(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(gemini_failures.QUOTA_PER_MINUTE)
        first = int(ask(gemini_server, "Mill").headers["Retry-After"])
        time.sleep(1.2)
        assert int(ask(gemini_server, "Mill").headers["Retry-After"]) < first

    def test_asked_again_after_the_delay(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(SMALL)
        gemini.answer_with(short_quota("1.2s"))
        began = time.monotonic()
        assert_error(ask(gemini_server, "Mill"), 429, "quota_minute")
        while (answer := ask(gemini_server, "Mill")).status_code != 200:
            assert_error(answer, 429, "quota_minute")
            assert len(gemini.calls) == 1
            time.sleep(0.1)
        assert time.monotonic() - began >= 1.2
        assert len(gemini.calls) == 2

    def test_with_fallback(self, gemini_server: RunningServer, gemini: GeminiStandin) -> None:
        gemini.answer_always(gemini_failures.QUOTA_PER_MINUTE)
        answer = ask(gemini_server, "Mill", allow_fallback="true")
        assert (answer.json()["served"], answer.json()["reason"]) == ("placeholder", "quota_minute")
        assert 1 <= int(answer.headers["Retry-After"]) <= 35

    def test_health_and_metrics(self, gemini_server: RunningServer, gemini: GeminiStandin) -> None:
        gemini.answer_always(gemini_failures.QUOTA_PER_MINUTE)
        healthy = gemini_server.client.get("/health").json()["checks"]["provider"]
        assert healthy == {"name": "gemini", "status": "ok", "reason": None, "until": None}
        ask(gemini_server, "Mill")
        health = gemini_server.client.get("/health").json()
        provider = health["checks"]["provider"]
        assert (provider["status"], provider["reason"]) == ("waiting", "quota_minute")
        left = datetime.fromisoformat(provider["until"]) - datetime.now(UTC)
        assert timedelta(seconds=10) < left < timedelta(seconds=35)
        assert health["status"] == "degraded"
        assert any("quota_minute" in reason for reason in health["reasons"])
        metrics = gemini_server.client.get("/metrics").text
        assert 'emberpeak_breaker_open{reason="quota_minute"} 1.0' in metrics
        assert 'emberpeak_generations_total{outcome="quota",provider="gemini"} 1.0' in metrics
        assert 'emberpeak_ledger_outcomes{outcome="failed",period="day"} 1.0' in metrics


class TestPerDay:
    def test_nothing_is_asked_until_it_resets(
        self, open_server: Restart, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(gemini_failures.QUOTA_PER_DAY)
        with open_server(gemini_api_key=GEMINI_KEY) as server:
            for number in range(5):
                answer = ask(server, f"Place {number}")
                assert "today" in assert_error(answer, 429, "quota_day")["message"]
                assert int(answer.headers["Retry-After"]) <= 25 * 3600
            assert len(gemini.calls) == 1
        gemini.answer_always(SMALL)
        with open_server(gemini_api_key=GEMINI_KEY) as server:
            assert ask_scene(server.client)["served"] == "generated", "a restart closes it"


PROHIBITED = (gemini_answers.blocked_prompt(), "prompt_prohibited_content")
UNSAFE_PICTURE = (gemini_answers.blocked_image(), "image_safety")


@pytest.mark.parametrize(("refusal", "reason"), [PROHIBITED, UNSAFE_PICTURE])
class TestRefusedPrompt:
    def test_is_remembered(
        self,
        refusal: gemini_answers.Answer,
        reason: str,
        open_server: Restart,
        gemini: GeminiStandin,
    ) -> None:
        gemini.answer_always(refusal)
        with open_server(gemini_api_key=GEMINI_KEY) as server:
            first = assert_error(ask(server, "Mill"), 422, reason)
            again = assert_error(ask(server, "Mill"), 422, reason)
            assert again["message"] == first["message"]
            metrics = server.client.get("/metrics").text
            assert 'emberpeak_generations_total{outcome="refused",provider="gemini"} 1.0' in metrics
        gemini.answer_always(SMALL)
        with open_server(gemini_api_key=GEMINI_KEY) as server:
            assert_error(ask(server, "Mill"), 422, reason)
            assert len(gemini.calls) == 1
            assert ask_scene(server.client, "Ford")["served"] == "generated"

    def test_can_be_forgotten_by_the_operator(
        self,
        refusal: gemini_answers.Answer,
        reason: str,
        open_server: Restart,
        gemini: GeminiStandin,
    ) -> None:
        gemini.answer_always(refusal)
        with open_server(gemini_api_key=GEMINI_KEY) as server:
            assert_error(ask(server, "Mill"), 422, reason)
            gemini.answer_always(SMALL)
            looked = server.client.delete(REFUSED, params={"dry_run": "true"}).json()
            assert (looked["deleted"], looked["dry_run"]) == (1, True)
            assert_error(ask(server, "Mill"), 422, reason)
            assert server.client.delete(REFUSED).json()["deleted"] == 1
            assert ask_scene(server.client, "Mill")["served"] == "generated"


def test_refused_picture_is_asked_for_again_when_forced(
    open_server: Restart, gemini: GeminiStandin
) -> None:
    gemini.answer_always(UNSAFE_PICTURE[0])
    with open_server(gemini_api_key=GEMINI_KEY) as server:
        answer = ask(server, "Mill")
        assert_error(answer, 422, "image_safety")
        assert 0 < int(ask(server, "Mill").headers["Retry-After"]) <= 3600
        gemini.answer_always(SMALL)
        made = ask(server, "Mill", force_regenerate="true")
        assert made.json()["served"] == "generated"


def test_prohibited_prompt_is_not_asked_again_when_forced(
    open_server: Restart, gemini: GeminiStandin
) -> None:
    gemini.answer_always(PROHIBITED[0])
    with open_server(gemini_api_key=GEMINI_KEY) as server:
        assert_error(ask(server, "Mill"), 422, "prompt_prohibited_content")
        assert_error(ask(server, "Mill", force_regenerate="true"), 422, "prompt_prohibited_content")
    assert len(gemini.calls) == 1
