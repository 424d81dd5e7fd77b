"""Which calls count: what the ledger says after each kind of end, and the limits after it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.conftest import ServerFactory
from tests.support import gemini_answers, gemini_failures
from tests.support.errors import assert_error
from tests.support.gemini_answers import SMALL, Script
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import outcomes, wait_until
from tests.support.library import (
    MAINTENANCE,
    SCENES,
    ask_scene,
    ask_together,
    execute,
    image_asked,
    scene_asked,
)
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import RunningServer

HASTY = {"gemini_timeout_seconds": gemini_failures.HASTY_SECONDS}


def ask(server: RunningServer, location: str, **words: str) -> httpx.Response:
    return server.client.post(f"{SCENES}/generate", params={"location": location, **words})


@contextmanager
def under_way(server: RunningServer, gemini: GeminiStandin) -> Iterator[None]:
    """While somebody waits for a model that does not answer."""
    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(ask, server, "Mill")
        gemini.wait_for_calls(1)
        try:
            yield
        finally:
            gemini.release()
            asking.result()


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (gemini_failures.BAD_REQUEST, 502),
        (gemini_answers.blocked_prompt(), 422),
        (gemini_failures.INTERNAL_ERROR, 502),
        (gemini_failures.OVERLOADED, 503),
    ],
    ids=["bad request", "refused prompt", "500", "overloaded"],
)
def test_failed_call_gives_its_place_back(
    failure: Script, status: int, make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    server = make_gemini_server(daily_image_limit=1, monthly_budget_usd="0.04")
    gemini.answer_always(failure)
    assert ask(server, "Mill").status_code == status
    assert outcomes(server.settings) == {"failed": 1}
    gemini.answer_always(SMALL)
    assert ask_scene(server.client, "Ford")["served"] == "generated"
    assert_error(ask(server, "Hill"), 429, "daily_limit")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (gemini_failures.NEVER_ANSWERS, 504),
        (gemini_failures.DROPPED_MIDWAY, 502),
        (gemini_failures.HTML_200, 502),
        (gemini_answers.no_image_bytes, 502),
        (gemini_answers.blocked_image(), 422),
    ],
    ids=["time-out", "dropped", "html", "garbage", "refused image"],
)
def test_what_may_have_been_billed_counts(
    failure: Script, status: int, make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    server = make_gemini_server(daily_image_limit=1, **HASTY)
    gemini.answer_always(failure)
    assert ask(server, "Mill").status_code == status
    assert outcomes(server.settings) == {"unknown": 1}
    assert_error(ask(server, "Ford"), 429, "daily_limit")
    assert len(gemini.calls) == 1
    metrics = server.client.get("/metrics").text
    assert 'emberpeak_ledger_outcomes{outcome="unknown",period="day"} 1.0' in metrics


class TestBudget:
    @pytest.mark.parametrize(("usd", "calls"), [("0", 0), ("0.0336", 1), ("0.11", 3)])
    def test_exact_number_of_calls(
        self, usd: str, calls: int, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(monthly_budget_usd=usd)
        gemini.answer_always(SMALL)
        answers = ask_together(server.url, [scene_asked(f"Place {n}") for n in range(6)])
        assert sorted(answer.status_code for answer in answers) == [200] * calls + [429] * (
            6 - calls
        )
        body = assert_error(ask(server, "One more"), 429, "budget")
        assert body["detail"]["budget_usd"] == float(usd)
        assert len(gemini.calls) == calls

    @pytest.mark.parametrize(
        ("setting", "named"),
        [
            ({"gemini_model": "brand-new"}, "brand-new at 1K"),
            ({"gemini_image_size": "2K"}, "2.1 at 2K"),
        ],
        ids=["model", "size"],
    )
    def test_unknown_price_refuses(
        self,
        setting: dict[str, str],
        named: str,
        make_gemini_server: ServerFactory,
        gemini: GeminiStandin,
    ) -> None:
        server = make_gemini_server(monthly_budget_usd=100, **setting)
        body = assert_error(ask(server, "Mill"), 503, "unknown_price")
        assert named in body["message"]
        assert gemini.calls == []

    def test_unknown_price_without_a_budget(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(gemini_model="brand-new")
        gemini.answer_always(SMALL)
        ask_scene(server.client)
        report = server.client.get(f"{MAINTENANCE}/spending").json()
        assert (report["calls_today"], report["lines"][0]["usd"]) == (1, None)
        assert report["saved_usd"] is None


class TestZero:
    @pytest.mark.parametrize(
        ("setting", "reason"),
        [("daily_image_limit", "daily_limit"), ("player_daily_image_limit", "player_limit")],
    )
    def test_nothing_is_made(
        self, setting: str, reason: str, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(**{setting: 0})
        for answer in ask_together(server.url, [image_asked(), scene_asked("Mill")]):
            assert_error(answer, 429, reason)
        assert gemini.calls == []


class TestPlayer:
    def test_by_cookie_and_three_times_by_address(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(player_daily_image_limit=1)
        gemini.answer_always(SMALL)
        ask_scene(server.client, "Mill")
        assert_error(ask(server, "Ford"), 429, "player_limit")
        assert ask_scene(server.client, "Mill")["served"] == "cached"
        for number in range(2):
            with server.another_client() as other:
                ask_scene(other, f"Place {number}")
        with server.another_client() as fourth:
            answer = fourth.post(f"{SCENES}/generate", params={"location": "Hill"})
            assert_error(answer, 429, "player_limit")
        assert len(gemini.calls) == 3


class TestPerMinute:
    def test_what_a_limit_refuses_is_not_counted(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(scene_requests_per_minute=2)
        gemini.answer_with(gemini_answers.blocked_prompt(), SMALL)
        assert ask(server, "Refused").status_code == 422
        for _ in range(4):
            assert_error(ask(server, "Refused"), 422, "prompt_prohibited_content")
        ask_scene(server.client, "Mill")
        assert_error(ask(server, "Ford"), 429, "rate_limit")

    def test_refusal_of_the_day_does_not_count(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(scene_requests_per_minute=2, daily_image_limit=0)
        reasons = [ask(server, "Mill").json()["detail"]["reason"] for _ in range(5)]
        assert reasons == ["daily_limit"] * 5
        assert gemini.calls == []


class TestSpending:
    def test_says_what_was_really_called(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(daily_image_limit=10, monthly_budget_usd=1)
        gemini.answer_with(
            *(SMALL, SMALL, gemini_failures.BAD_REQUEST, gemini_failures.DEADLINE_EXCEEDED)
        )
        statuses = [ask(server, name).status_code for name in ("Mill", "Ford", "Hill", "Pond")]
        assert statuses == [200, 200, 502, 504]
        for _ in range(5):
            ask_scene(server.client, "Mill")
        report: dict[str, Any] = server.client.get(f"{MAINTENANCE}/spending").json()
        lines = {line["outcome"]: (line["calls"], line["usd"]) for line in report["lines"]}
        assert lines == {"ok": (2, 0.0672), "failed": (1, 0.0), "unknown": (1, 0.0336)}
        assert {line["model"] for line in report["lines"]} == {"gemini-nano-banana-2.1"}
        assert (report["calls_today"], report["calls_left_today"], report["reserved"]) == (3, 7, 0)
        assert (report["month_usd"], report["budget_left_usd"]) == (0.1008, 0.8992)
        assert (report["served_from_cache"], report["saved_usd"]) == (5, 0.168)
        assert len(gemini.calls) == 4

    def test_call_under_way(self, make_gemini_server: ServerFactory, gemini: GeminiStandin) -> None:
        server = make_gemini_server(gemini_timeout_seconds=PATIENCE_SECONDS)
        gemini.answer_with(gemini_failures.NEVER_ANSWERS)
        with under_way(server, gemini):
            assert server.client.get(f"{MAINTENANCE}/spending").json()["reserved"] == 1
        wait_until(lambda: outcomes(server.settings) == {"unknown": 1})

    def test_pictures_that_cost_nothing_save_nothing(self, server: RunningServer) -> None:
        for _ in range(3):
            ask_scene(server.client)
        report = server.client.get(f"{MAINTENANCE}/spending").json()
        assert (report["lines"], report["served_from_cache"], report["saved_usd"]) == ([], 2, 0)


class TestDatabase:
    def test_no_connection_is_held_during_a_model_call(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(gemini_timeout_seconds=PATIENCE_SECONDS)
        gemini.answer_always(gemini_failures.NEVER_ANSWERS)

        def nobody_reads_or_writes() -> bool:
            """An open transaction, even one that only reads, would keep the log from shrinking."""
            ((is_busy, _, _),) = execute(server.settings, "PRAGMA wal_checkpoint(TRUNCATE)")
            return not is_busy

        with under_way(server, gemini):
            wait_until(nobody_reads_or_writes)
            assert outcomes(server.settings) == {"reserved": 1}
        wait_until(lambda: outcomes(server.settings) == {"unknown": 1})
