"""Idempotency-Key: sent twice, done once."""

from collections.abc import Awaitable

import httpx
import pytest

from tests.api.conftest import Restart
from tests.api.money.conftest import StartProcess
from tests.api.money.test_single_flight import ask_all
from tests.conftest import GEMINI_KEY, ServerFactory
from tests.support import gemini_answers, gemini_failures
from tests.support.errors import assert_error
from tests.support.gemini_answers import SMALL
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import IMAGES, Ask, order, row_count
from tests.support.running_server import RunningServer

GENERATE = f"{IMAGES}/generate"


def keyed(key: str, **fields: str) -> Ask:
    def ask(client: httpx.AsyncClient) -> Awaitable[httpx.Response]:
        return client.post(GENERATE, json=order(**fields), headers={"Idempotency-Key": key})

    return ask


def send(server: RunningServer, key: str, **fields: str) -> httpx.Response:
    return server.client.post(GENERATE, json=order(**fields), headers={"Idempotency-Key": key})


def test_same_key_same_picture(gemini_server: RunningServer, gemini: GeminiStandin) -> None:
    gemini.answer_always(SMALL)
    answers = [send(gemini_server, "a") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(gemini.calls) == 1
    assert send(gemini_server, "b").json()["id"] != answers[0].json()["id"]


def test_at_once(make_gemini_server: ServerFactory, gemini: GeminiStandin) -> None:
    gemini.answer_always(gemini_answers.slow_picture(0.5, SMALL))
    server = make_gemini_server(
        max_images_per_item=1, max_requests_per_minute=1, daily_image_limit=1
    )
    answers = ask_all([server.url], [keyed("a")] * 30)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(gemini.calls) == row_count(server.settings) == 1


def test_over_two_servers(start_process: StartProcess, gemini: GeminiStandin) -> None:
    gemini.answer_always(gemini_answers.slow_picture(0.7, SMALL))
    servers = [start_process() for _ in range(2)]
    bodies = [{}, {}, {}, {"prompt": "Another lamp altogether"}]
    answers = ask_all(
        [server.url for server in servers],
        [keyed("a")] * 40,
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(gemini.calls) == 1
    mixed = ask_all(
        [server.url for server in servers],
        [keyed("b", **bodies[number % 4]) for number in range(40)],
    )
    made = [answer for answer in mixed if answer.status_code == 200]
    assert len({answer.json()["id"] for answer in made}) == 1
    assert {answer.status_code for answer in mixed} == {200, 409}
    assert len(gemini.calls) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"prompt": "Another small lamp"},
        {"subject_name": "Lantern"},
        {"aspect_ratio": "16:9"},
        {"custom_prompt": "in ink"},
        {"component": "elsewhere"},
        {"subject_type": "character"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_other_body(other: dict[str, str], server: RunningServer) -> None:
    send(server, "a")
    assert_error(send(server, "a", **other), 409, "idempotency_key_reused")
    assert row_count(server.settings) == 1


def test_after_a_restart(open_server: Restart, gemini: GeminiStandin) -> None:
    gemini.answer_always(SMALL)
    with open_server(gemini_api_key=GEMINI_KEY) as server:
        made = send(server, "a").json()
    with open_server(gemini_api_key=GEMINI_KEY) as server:
        assert send(server, "a").json()["id"] == made["id"]
        assert_error(send(server, "a", prompt="Something else"), 409, "idempotency_key_reused")
    assert len(gemini.calls) == 1


def test_free_again_after_a_failure(gemini_server: RunningServer, gemini: GeminiStandin) -> None:
    gemini.answer_with(gemini_failures.BAD_REQUEST, SMALL)
    assert send(gemini_server, "a").status_code == 502
    assert send(gemini_server, "a", prompt="A lamp of another kind").status_code == 200
    assert len(gemini.calls) == 2


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_no_key(key: str, server: RunningServer) -> None:
    assert_error(send(server, key), 422)
    assert row_count(server.settings) == 0


def test_longest_key(server: RunningServer) -> None:
    assert send(server, "k" * 200).status_code == 200
