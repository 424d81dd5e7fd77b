"""One paid call for each image, and never one more than a limit, over several processes."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import httpx
import pytest

from tests.api.money.conftest import StartProcess
from tests.support import gemini_answers, gemini_failures
from tests.support.gemini_answers import SMALL
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import assert_rows_and_files_agree, outcomes, wait_until
from tests.support.library import Ask, row_count, scene_asked

pytestmark = pytest.mark.thorough

FAILURES = {
    "Bad request": (replace(gemini_failures.BAD_REQUEST, delay=1.0), 502, "failed"),
    "Time-out": (replace(gemini_failures.DEADLINE_EXCEEDED, delay=1.0), 504, "unknown"),
    # Also who asks after it was refused.
    "Refused": (gemini_answers.blocked_prompt(), 422, "failed"),
    # The last, because nobody is asked after it.
    "Quota": (replace(gemini_failures.QUOTA_PER_MINUTE, delay=1.0), 429, "failed"),
}


def ask_all(urls: Sequence[str], asks: Sequence[Ask]) -> list[httpx.Response]:
    """Send all at once, in turn to each of the servers."""

    async def send() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=None)
        clients = [
            httpx.AsyncClient(base_url=url, timeout=120, limits=limits, verify=False)
            for url in urls
        ]
        try:
            return await asyncio.gather(
                *(ask(clients[number % len(clients)]) for number, ask in enumerate(asks))
            )
        finally:
            for client in clients:
                await client.aclose()

    return asyncio.run(send())


def _says(client: httpx.Client, *, waits: bool) -> bool:
    provider = client.get("/health").json()["checks"]["provider"]
    return bool((provider["status"] == "waiting") is waits)


class TestOneScene:
    def test_two_hundred_over_two_servers(
        self, start_process: StartProcess, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(gemini_answers.slow_picture(1.0, SMALL))
        # A limit of one: whoever waits for another's image needs no money of their own.
        servers = [start_process(DAILY_IMAGE_LIMIT="1") for _ in range(2)]
        answers = ask_all([server.url for server in servers], [scene_asked("Old Mill")] * 200)
        assert Counter(answer.status_code for answer in answers) == {200: 200}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(gemini.calls) == 1
        assert row_count(servers[0].settings) == 1
        assert outcomes(servers[0].settings) == {"ok": 1}
        assert_rows_and_files_agree(servers[0].settings)

    def test_with_workers(self, start_process: StartProcess, gemini: GeminiStandin) -> None:
        gemini.answer_always(gemini_answers.slow_picture(1.0, SMALL))
        server = start_process(WORKERS="2")
        answers = ask_all([server.url], [scene_asked("Old Mill")] * 100)
        assert Counter(answer.status_code for answer in answers) == {200: 100}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(gemini.calls) == 1

    def test_where_it_fails_all_are_told_and_nobody_pays_again(
        self, start_process: StartProcess, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(SMALL)
        servers = [start_process() for _ in range(2)]
        settled: Counter[str] = Counter()
        for place, (failure, status, outcome) in FAILURES.items():
            gemini.answer_with(failure)
            answers = ask_all([server.url for server in servers], [scene_asked(place)] * 10)
            assert Counter(answer.status_code for answer in answers) == {status: 10}, place
            assert len({answer.json()["message"] for answer in answers}) == 1, place
            settled[outcome] += 1
            assert len(gemini.calls) == settled.total(), place
            assert outcomes(servers[0].settings) == settled, place
            for server in servers:
                # Both know that nobody may ask now, and say so once they look again.
                wait_until(partial(_says, server.client, waits=status == 429))


class TestLimit:
    def test_three_hundred_scenes_with_a_limit_of_fifty(
        self, start_process: StartProcess, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(SMALL)
        values = {"DAILY_IMAGE_LIMIT": "50", "MAX_CONCURRENT_GENERATIONS": "60"}
        servers = [start_process(**values) for _ in range(2)]
        answers = ask_all(
            [server.url for server in servers],
            [scene_asked(f"Place {number}") for number in range(300)],
        )
        assert Counter(answer.status_code for answer in answers) == {200: 50, 429: 250}
        refused = [answer.json() for answer in answers if answer.status_code == 429]
        assert {body["detail"]["reason"] for body in refused} == {"daily_limit"}
        assert len(gemini.calls) == 50
        assert outcomes(servers[0].settings) == {"ok": 50}
        assert_rows_and_files_agree(servers[0].settings)
