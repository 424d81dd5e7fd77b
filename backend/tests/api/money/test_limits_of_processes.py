"""Every limit, asked for by two processes at once on one database."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import httpx
import pytest

from tests.api.money.conftest import StartProcess
from tests.api.money.test_single_flight import ask_all
from tests.support import gemini_answers
from tests.support.errors import assert_error
from tests.support.gemini_answers import SMALL, picture_once
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import assert_rows_and_files_agree, outcomes
from tests.support.library import SCENES, Ask, image_asked, row_count, scene_asked
from tests.support.metrics_page import wait_for_pending

pytestmark = pytest.mark.thorough

PLAYER = "0123456789abcdef0123456789abcdef"


def of_one_player(location: str, **words: str) -> Ask:
    """A request for a scene by a browser that has its cookie."""

    async def ask(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post(
            f"{SCENES}/generate",
            params={"location": location, **words},
            headers={"Cookie": f"emberpeak_player={PLAYER}"},
        )

    return ask


def scenes(count: int, **words: str) -> list[Ask]:
    return [scene_asked(f"Place {number}", **words) for number in range(count)]


@pytest.mark.parametrize(
    ("settings", "asks", "made", "status", "reason"),
    [
        ({"MAX_IMAGES_PER_ITEM": "4"}, [image_asked()] * 24, 4, 409, "gallery_full"),
        ({"DAILY_IMAGE_LIMIT": "5"}, scenes(16), 5, 429, "daily_limit"),
        ({"DAILY_IMAGE_LIMIT": "5"}, scenes(16, priority="low"), 2, 429, "daily_limit"),
        (
            {"PLAYER_DAILY_IMAGE_LIMIT": "5"},
            [of_one_player(f"Place {number}") for number in range(16)],
            5,
            429,
            "player_limit",
        ),
        ({"PLAYER_DAILY_IMAGE_LIMIT": "2"}, scenes(16), 3 * 2, 429, "player_limit"),
        ({"MONTHLY_BUDGET_USD": "0.17"}, scenes(16), 5, 429, "budget"),
        # Each process counts its own, as the documentation of these says.
        ({"MAX_REQUESTS_PER_MINUTE": "3"}, [image_asked()] * 16, 2 * 3, 429, "rate_limit"),
        ({"SCENE_REQUESTS_PER_MINUTE": "3"}, scenes(16), 2 * 3, 429, "rate_limit"),
        (
            {"SCENE_REQUESTS_PER_MINUTE": "3"},
            scenes(16, priority="low"),
            2 * 3,
            429,
            "rate_limit",
        ),
    ],
    ids=[
        "gallery",
        "day",
        "day ahead of need",
        "player",
        "address",
        "month",
        "images a minute",
        "scenes a minute",
        "ahead of need a minute",
    ],
)
def test_exactly_as_many_as_allowed(
    settings: dict[str, str],
    asks: list[Ask],
    made: int,
    status: int,
    reason: str,
    start_process: StartProcess,
    gemini: GeminiStandin,
) -> None:
    gemini.answer_always(gemini_answers.slow_picture(0.1, SMALL))
    servers = [start_process(**settings) for _ in range(2)]
    answers = ask_all([server.url for server in servers], asks)
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(answers) - len(refused) == made
    for answer in refused:
        assert_error(answer, status, reason)
    assert len(gemini.calls) == row_count(servers[0].settings) == made
    assert outcomes(servers[0].settings) == {"ok": made}
    assert_rows_and_files_agree(servers[0].settings)


@pytest.mark.parametrize("at_once", [1, 3])
def test_never_more_at_once(
    at_once: int, start_process: StartProcess, gemini: GeminiStandin
) -> None:
    finish = Event()
    gemini.answer_always(picture_once(finish))
    servers = [start_process(MAX_CONCURRENT_GENERATIONS=str(at_once)) for _ in range(2)]
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(ask_all, [server.url for server in servers], scenes(12))
        gemini.wait_for_calls(at_once)
        for server in servers:
            wait_for_pending(server.client, 6)
        finish.set()
        answers = asked.result()
    assert Counter(answer.status_code for answer in answers) == {200: 12}
    assert (gemini.max_in_flight, len(gemini.calls)) == (at_once, 12)
    assert_rows_and_files_agree(servers[0].settings)


def test_no_picture_is_painted_twice(start_process: StartProcess) -> None:
    """Each of one subject has a number of its own, also while others are being painted."""
    servers = [start_process(IMAGE_PROVIDER="pixel") for _ in range(2)]
    answers = ask_all([server.url for server in servers], [image_asked()] * 12)
    hashes: set[Any] = {answer.json()["content_hash"] for answer in answers}
    assert len(hashes) == 12
