"""Idempotency-Key: sent twice, done once."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from app.api.dependencies import PLAYER_COOKIE
from tests.api.conftest import Restart
from tests.api.money.conftest import StartProcess
from tests.api.money.test_single_flight import ask_all
from tests.conftest import GEMINI_KEY, ServerFactory
from tests.support import gemini_answers, gemini_failures
from tests.support.errors import assert_error
from tests.support.gemini_answers import SMALL
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import IMAGES, MAINTENANCE, Ask, order, row_count
from tests.support.running_server import RunningServer

GENERATE = f"{IMAGES}/generate"
Players = Callable[[RunningServer], httpx.Client]


def keyed(key: str, **fields: str) -> Ask:
    def ask(client: httpx.AsyncClient) -> Awaitable[httpx.Response]:
        return client.post(GENERATE, json=order(**fields), headers={"Idempotency-Key": key})

    return ask


def send(server: RunningServer, key: str, **fields: str) -> httpx.Response:
    return server.client.post(GENERATE, json=order(**fields), headers={"Idempotency-Key": key})


@pytest.fixture
def player() -> Iterator[Players]:
    """Open other browsers, which have their cookies already."""
    with ExitStack() as stack:

        def another(server: RunningServer) -> httpx.Client:
            client = stack.enter_context(server.another_client())
            assert client.get("/api/v1/saves").status_code == 200
            return client

        yield another


def ask(client: httpx.Client, key: str, name: str) -> httpx.Response:
    body = order(subject_name=name)
    return client.post(GENERATE, json=body, headers={"Idempotency-Key": key})


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


@pytest.mark.thorough
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


@pytest.mark.thorough
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


class TestWhoseKey:
    """Keys are random only if the client makes them so: the same one of two clients is two."""

    def test_two_players(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin, player: Players
    ) -> None:
        gemini.answer_always(SMALL)
        server = make_gemini_server()
        first, second = player(server), player(server)
        made = [ask(client, "a", name) for client, name in ((first, "Lamp"), (second, "Rope"))]
        assert [answer.status_code for answer in made] == [200, 200]
        assert made[0].json()["id"] != made[1].json()["id"]
        again = [ask(client, "a", name) for client, name in ((first, "Lamp"), (second, "Rope"))]
        assert [answer.json()["id"] for answer in again] == [one.json()["id"] for one in made]
        assert len(gemini.calls) == 2

    def test_two_players_at_once(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(gemini_answers.slow_picture(0.5, SMALL))
        server = make_gemini_server()
        cookies = [{PLAYER_COOKIE: digit * 32} for digit in "ab"]

        def of(cookie: dict[str, str]) -> Ask:
            def ask(client: httpx.AsyncClient) -> Awaitable[httpx.Response]:
                pair = "; ".join(f"{name}={value}" for name, value in cookie.items())
                headers = {"Idempotency-Key": "a", "Cookie": pair}
                return client.post(GENERATE, json=order(), headers=headers)

            return ask

        answers = ask_all([server.url], [of(cookies[number % 2]) for number in range(12)])
        assert {answer.status_code for answer in answers} == {200}
        ids = [answer.json()["id"] for answer in answers]
        assert len(set(ids[::2])) == len(set(ids[1::2])) == 1
        assert len(set(ids)) == len(gemini.calls) == 2

    def test_without_cookies_that_of_the_address(self, server: RunningServer) -> None:
        made = send(server, "a").json()["id"]
        server.client.cookies.clear()
        assert send(server, "a").json()["id"] == made
        assert send(server, "a").json()["id"] == made, "no cookie came between"

    def test_another_player_at_the_address_that_had_no_cookie(
        self, server: RunningServer, player: Players
    ) -> None:
        """Whose first request set the cookie finds its image by it, and nobody else does."""
        made = send(server, "a").json()["id"]
        assert send(server, "a").json()["id"] == made
        other = ask(player(server), "a", "Rope")
        assert other.status_code == 200, other.text
        assert other.json()["id"] != made

    def test_operators(self, make_server: ServerFactory) -> None:
        server = make_server(admin_token="operators")
        headers = {"Authorization": "Bearer operators", "Idempotency-Key": "a"}
        made = send(server, "a").json()["id"]
        by_operator = server.client.post(GENERATE, json=order(), headers=headers)
        assert by_operator.status_code == 200
        assert by_operator.json()["id"] != made
        server.client.cookies.clear()
        again = server.client.post(GENERATE, json=order(), headers=headers)
        assert again.json()["id"] == by_operator.json()["id"]


class TestDeletedPicture:
    def test_in_the_trash(self, gemini_server: RunningServer, gemini: GeminiStandin) -> None:
        gemini.answer_always(SMALL)
        made = send(gemini_server, "a").json()["id"]
        gemini_server.client.delete(f"{IMAGES}/{made}")
        body = assert_error(send(gemini_server, "a"), 410, "picture_deleted")
        assert body["detail"]["image_id"] == made
        assert "Restore" in body["message"]
        assert gemini_server.client.post(f"{IMAGES}/{made}/restore").status_code == 200
        assert send(gemini_server, "a").json()["id"] == made
        assert len(gemini.calls) == 1

    def test_removed_for_good(self, gemini_server: RunningServer, gemini: GeminiStandin) -> None:
        gemini.answer_always(SMALL)
        made = send(gemini_server, "a").json()["id"]
        gemini_server.client.delete(f"{IMAGES}/{made}")
        gone = gemini_server.client.post(
            f"{MAINTENANCE}/cleanup/orphaned-images", params={"image_id": made, "force": True}
        )
        assert gone.json()["deleted"] == 1, gone.text
        body = assert_error(send(gemini_server, "a"), 410, "picture_deleted")
        assert body["detail"]["image_id"] is None
        assert "new key" in body["message"]
        assert len(gemini.calls) == 1
        assert send(gemini_server, "b").status_code == 200


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_no_key(key: str, server: RunningServer) -> None:
    assert_error(send(server, key), 422)
    assert row_count(server.settings) == 0


def test_longest_key(server: RunningServer) -> None:
    assert send(server, "k" * 200).status_code == 200
