"""POST /scenes/warm and the jobs behind it."""

import json
import signal
import time
from threading import Event
from typing import Any

import httpx
import pytest

from tests.api.conftest import Restart
from tests.api.money.conftest import StartProcess
from tests.conftest import GEMINI_KEY, ServerFactory
from tests.support import gemini_answers, gemini_failures
from tests.support.errors import assert_error
from tests.support.gemini_answers import SMALL, picture_once
from tests.support.gemini_failures import PER_MINUTE_ID, quota_failure, violation
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import outcomes, wait_until
from tests.support.library import IMAGES, SCENES, ask_scene, execute, row_count
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import RunningServer

WARM = f"{SCENES}/warm"
JOBS = "/api/v1/jobs"
TOKEN = {"Authorization": "Bearer operator"}


def warm(client: httpx.Client, *places: str, **params: str) -> httpx.Response:
    body = {"scenes": [{"location": place} for place in places]}
    return client.post(WARM, json=body, params=params)


def begin(client: httpx.Client, *places: str) -> str:
    answer = warm(client, *places)
    assert answer.status_code == 202, answer.text
    job_id: str = answer.json()["job"]["id"]
    assert answer.headers["Location"] == f"{JOBS}/{job_id}"
    return job_id


def job_of(client: httpx.Client, job_id: str) -> dict[str, Any]:
    answer = client.get(f"{JOBS}/{job_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def job_in(client: httpx.Client, job_id: str, *states: str) -> dict[str, Any]:
    """The job as soon as it is in one of these states."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (job := job_of(client, job_id))["state"] not in states:
        assert time.monotonic() < deadline, job
        time.sleep(0.02)
    return job


def events_of(client: httpx.Client, job_id: str) -> list[tuple[str, dict[str, Any]]]:
    """Every event until the server ends the stream."""
    answer = client.get(f"{JOBS}/{job_id}/events", timeout=PATIENCE_SECONDS)
    assert answer.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in answer.text.strip().split("\n\n"):
        fields = dict(
            line.split(": ", 1) for line in block.splitlines() if not line.startswith(":")
        )
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


class TestJob:
    def test_paints_what_is_missing(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(SMALL)
        client = gemini_server.client
        ask_scene(client, "Mill")
        job = job_in(client, begin(client, "Mill", "Ford", "Hill"), "done")
        assert (job["cached"], job["generated"], job["failed"]) == (1, 2, 0)
        assert (job["total"], job["finished"], job["resume_at"]) == (3, 3, None)
        assert job["finished_at"].endswith("Z")
        for item in job["items"]:
            assert ask_scene(client, item["location"])["id"] == item["image_id"]
        assert len(gemini.calls) == 3

    def test_same_scene_twice_counts_once(self, server: RunningServer) -> None:
        answer = warm(server.client, "Mill", " MILL ", "mill", "Ford").json()
        assert (answer["estimate"]["scenes"], answer["job"]["total"]) == (2, 2)
        assert job_in(server.client, answer["job"]["id"], "done")["generated"] == 2

    def test_dry_run_prices_and_makes_nothing(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(SMALL)
        ask_scene(gemini_server.client, "Mill")
        answer = warm(gemini_server.client, "Mill", "Ford", "Hill", dry_run="true")
        assert (answer.status_code, answer.json()["job"]) == (202, None)
        assert answer.json()["estimate"] == {
            "scenes": 3,
            "cached": 1,
            "to_make": 2,
            "usd": 0.0672,
        }
        assert row_count(gemini_server.settings, "warm_jobs") == 0
        assert len(gemini.calls) == 1

    def test_events(self, gemini_server: RunningServer, gemini: GeminiStandin) -> None:
        gemini.answer_always(gemini_answers.slow_picture(0.4, SMALL))
        events = events_of(gemini_server.client, begin(gemini_server.client, "Mill", "Ford"))
        assert {kind for kind, _ in events[:-1]} == {"progress"}
        assert events[-1][0] == "end"
        finished = [job["finished"] for _, job in events]
        assert finished == sorted(finished)
        assert (events[-1][1]["state"], finished[-1]) == ("done", 2)

    def test_one_that_fails_does_not_stop_the_others(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        gemini.answer_with(gemini_failures.BAD_REQUEST, SMALL)
        client = gemini_server.client
        job = job_in(client, begin(client, "Mill", "Ford"), "done")
        assert [item["state"] for item in job["items"]] == ["failed", "generated"]
        assert job["items"][0]["error"]

    @pytest.mark.thorough
    def test_timeout_is_not_paid_again_and_again(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(gemini_timeout_seconds=gemini_failures.HASTY_SECONDS)
        gemini.answer_always(gemini_failures.NEVER_ANSWERS)
        job = job_in(server.client, begin(server.client, "Mill"), "done")
        assert job["items"][0]["state"] == "failed"
        assert len(gemini.calls) == 1

    def test_cancel(self, gemini_server: RunningServer, gemini: GeminiStandin) -> None:
        finish = Event()
        gemini.answer_always(picture_once(finish))
        client = gemini_server.client
        job_id = begin(client, "Mill", "Ford", "Hill")
        gemini.wait_for_calls(1)
        assert client.delete(f"{JOBS}/{job_id}").json()["state"] == "cancelled"
        finish.set()
        wait_until(lambda: row_count(gemini_server.settings) == 1)
        time.sleep(0.5)
        assert len(gemini.calls) == 1
        job = job_of(client, job_id)
        assert (job["state"], job["finished"]) == ("cancelled", 1)
        assert_error(client.delete(f"{JOBS}/{job_id}"), 409, "job_ended")
        assert events_of(client, job_id)[0][0] == "end"

    @pytest.mark.thorough
    def test_one_that_cannot_be_read_stops_no_other(self, server: RunningServer) -> None:
        begin(server.client, "Mill")
        wanted = "UPDATE warm_jobs SET state = 'queued', finished_at = NULL, created_at = 'garbled'"
        execute(server.settings, wanted)
        time.sleep(1.5)  # it is looked at each second
        job_in(server.client, begin(server.client, "Ford"), "done")


class TestLimits:
    @pytest.mark.thorough
    def test_waits_on_quota_and_goes_on(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(SMALL)
        quota = quota_failure([violation(PER_MINUTE_ID, "10")], "1.5s", (10,))
        gemini.answer_with(SMALL, quota)
        client = gemini_server.client
        job_id = begin(client, "Mill", "Ford", "Hill")
        paused = job_in(client, job_id, "paused", "done")
        assert (paused["state"], paused["reason"], paused["finished"]) == (
            "paused",
            "quota_minute",
            1,
        )
        assert paused["resume_at"].endswith("Z")
        job = job_in(client, job_id, "done")
        assert (job["generated"], job["reason"]) == (3, None)
        assert len(gemini.calls) == 4

    def test_stays_within_the_day_and_leaves_the_last_tenth(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(daily_image_limit=4)
        gemini.answer_always(SMALL)
        places = [f"Place {number}" for number in range(6)]
        job = job_in(server.client, begin(server.client, *places), "paused")
        assert (job["reason"], job["generated"]) == ("daily_limit", 3)
        assert len(gemini.calls) == 3
        assert ask_scene(server.client, "Asked by a player")["served"] == "generated"

    def test_stays_within_the_budget(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(monthly_budget_usd="0.07")
        gemini.answer_always(SMALL)
        job = job_in(server.client, begin(server.client, "Mill", "Ford", "Hill"), "paused")
        assert (job["reason"], job["generated"]) == ("budget", 2)
        assert len(gemini.calls) == 2

    @pytest.mark.thorough
    def test_is_not_charged_to_the_five_a_minute(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(scene_requests_per_minute=1)
        gemini.answer_always(SMALL)
        assert job_in(server.client, begin(server.client, "A", "B", "C"), "done")["generated"] == 3
        assert ask_scene(server.client, "Mill")["served"] == "generated"

    @pytest.mark.thorough
    @pytest.mark.parametrize("limit", [0, 1])
    def test_is_charged_to_no_player(
        self, limit: int, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        """Nor waits for anyone's allowance: neither the operator's browser's nor the address's."""
        server = make_gemini_server(player_daily_image_limit=limit)
        gemini.answer_always(SMALL)
        with server.another_client() as operator:
            if limit:
                ask_scene(operator, "Own")
            places = [f"Place {number}" for number in range(5)]
            job = job_in(operator, begin(operator, *places), "paused", "done")
            assert (job["state"], job["generated"]) == ("done", 5)
            answer = operator.post(f"{SCENES}/generate", params={"location": "Ford"})
            assert_error(answer, 429, "player_limit")
        if limit:
            assert ask_scene(server.client, "Mill")["served"] == "generated"

    def test_pictures_are_those_of_the_browser_that_began_it(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(admin_token="operator")
        gemini.answer_always(SMALL)
        with server.another_client() as operator:
            ask_scene(operator, "Own")
            operator.headers.update(TOKEN)
            [item] = job_in(operator, begin(operator, "Mill"), "done")["items"]
            del operator.headers["Authorization"]
            path = f"{IMAGES}/{item['image_id']}"
            assert_error(server.client.delete(path), 401)
            assert operator.delete(path).status_code == 200


class TestRefused:
    @pytest.mark.parametrize("count", [0, 1001])
    def test_too_few_or_many(self, count: int, server: RunningServer) -> None:
        assert_error(warm(server.client, *(f"Place {n}" for n in range(count))), 422)

    def test_a_thousand(self, server: RunningServer) -> None:
        answer = warm(server.client, *(f"Place {n}" for n in range(1000)), dry_run="true")
        assert answer.json()["estimate"]["to_make"] == 1000
        assert answer.json()["estimate"]["usd"] == 0

    @pytest.mark.parametrize("job_id", ["0" * 32, "nothing-like-it"])
    def test_unknown_job(self, job_id: str, server: RunningServer) -> None:
        for path in (f"{JOBS}/{job_id}", f"{JOBS}/{job_id}/events"):
            assert_error(server.client.get(path), 404)
        assert_error(server.client.delete(f"{JOBS}/{job_id}"), 404)

    def test_without_the_admin_token(self, make_server: ServerFactory) -> None:
        server = make_server(admin_token="operator")
        assert_error(warm(server.client, "Mill"), 401)
        for path in (f"{JOBS}/{'0' * 32}", f"{JOBS}/{'0' * 32}/events"):
            assert_error(server.client.get(path), 401)
        assert_error(server.client.delete(f"{JOBS}/{'0' * 32}"), 401)
        with server.another_client(headers=TOKEN) as operator:
            assert job_in(operator, begin(operator, "Mill"), "done")["generated"] == 1


class TestRestart:
    @pytest.mark.thorough
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
    def test_goes_on(
        self, number: signal.Signals, start_process: StartProcess, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(gemini_answers.slow_picture(0.4, SMALL))
        first = start_process()
        job_id = begin(first.client, *(f"Place {n}" for n in range(4)))
        wait_until(lambda: row_count(first.settings) >= 1)
        first.end(number)
        second = start_process()
        job = job_in(second.client, job_id, "done")
        assert (job["finished"], job["failed"]) == (4, 0)
        assert row_count(second.settings) == 4
        wait_until(lambda: outcomes(second.settings)["reserved"] == 0)
        assert outcomes(second.settings).total() == len(gemini.calls)
        assert outcomes(second.settings)["ok"] == 4

    def test_paused_tries_at_once(self, open_server: Restart, gemini: GeminiStandin) -> None:
        gemini.answer_always(gemini_failures.QUOTA_PER_DAY)
        with open_server(gemini_api_key=GEMINI_KEY) as server:
            job_id = begin(server.client, "Mill")
            paused = job_in(server.client, job_id, "paused")
            assert paused["reason"] == "quota_day"
        gemini.answer_always(SMALL)
        with open_server(gemini_api_key=GEMINI_KEY) as server:
            assert job_in(server.client, job_id, "done")["generated"] == 1

    def test_scenes_that_failed_in_an_outage_are_tried_again(
        self, open_server: Restart, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(gemini_failures.INTERNAL_ERROR)
        with open_server(gemini_api_key=GEMINI_KEY) as server:
            job_id = begin(server.client, "Mill", "Ford", "Hill")
            paused = job_in(server.client, job_id, "paused", "done")
            assert (paused["state"], paused["reason"]) == ("paused", "upstream_failure")
            assert (paused["failed"], paused["finished"]) == (0, 0)
            assert [bool(item["error"]) for item in paused["items"]] == [True, True, False]
            assert outcomes(server.settings) == {"failed": 2}
        gemini.answer_always(SMALL)
        with open_server(gemini_api_key=GEMINI_KEY) as server:
            job = job_in(server.client, job_id, "done")
            assert (job["generated"], [item["error"] for item in job["items"]]) == (3, [None] * 3)

    def test_paused_waits_on_where_nothing_has_changed(
        self, open_server: Restart, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(SMALL)
        values = {"gemini_api_key": GEMINI_KEY, "monthly_budget_usd": "0.04"}
        with open_server(**values) as server:
            job_id = begin(server.client, "Mill", "Ford")
            before = job_in(server.client, job_id, "paused")
        with open_server(**values) as server:
            wait_until(lambda: job_of(server.client, job_id)["resume_at"] is not None)
            after = job_in(server.client, job_id, "paused")
            assert (after["reason"], after["generated"]) == ("budget", before["generated"])
        assert len(gemini.calls) == 1

    def test_stream_of_events_does_not_hold_up_the_end(
        self, start_process: StartProcess, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(gemini_failures.QUOTA_PER_DAY)
        server = start_process()
        job_id = begin(server.client, "Mill")
        job_in(server.client, job_id, "paused")
        with server.client.stream("GET", f"{JOBS}/{job_id}/events") as events:
            assert "paused" in next(events.iter_text())
            began = time.monotonic()
            server.end(signal.SIGTERM)
            assert time.monotonic() - began < 20, "the model's time-out is 30 s"
