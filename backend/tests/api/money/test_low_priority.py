"""What the game paints ahead of need: behind everyone, one at a time, on the player's account."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx
import pytest

from tests.api.money.conftest import StartProcess
from tests.api.money.test_single_flight import ask_all
from tests.conftest import ServerFactory
from tests.support import gemini_answers
from tests.support.errors import assert_error
from tests.support.gemini_answers import SMALL, picture_once
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import assert_rows_and_files_agree
from tests.support.library import SCENES, ask_scene, ask_together, scene_asked
from tests.support.metrics_page import wait_for_coalesced, wait_for_figure, wait_for_pending
from tests.support.running_server import RunningServer


def low(server: RunningServer, location: str, client: str = "10.0.0.1") -> httpx.Response:
    params = {"location": location, "priority": "low"}
    headers = {"X-Forwarded-For": client}  # believed only behind a trusted proxy
    return server.client.post(f"{SCENES}/generate", params=params, headers=headers)


def places_called(gemini: GeminiStandin) -> list[str]:
    names = ("First", "Player", "Low A", "Low B", "Low C", "Low D")
    return [next(name for name in names if name in call.prompt) for call in gemini.calls]


def test_one_at_a_time(gemini_server: RunningServer, gemini: GeminiStandin) -> None:
    gemini.answer_always(gemini_answers.slow_picture(0.2, SMALL))
    asks = [scene_asked(f"Low {name}", priority="low") for name in "ABCD"]
    answers = ask_together(gemini_server.url, asks)
    assert {answer.status_code for answer in answers} == {200}
    assert (len(gemini.calls), gemini.max_in_flight) == (4, 1)


@pytest.mark.thorough
def test_one_at_a_time_over_two_servers(start_process: StartProcess, gemini: GeminiStandin) -> None:
    gemini.answer_always(gemini_answers.slow_picture(0.3, SMALL))
    servers = [start_process() for _ in range(2)]
    asks = [scene_asked(f"Low {name}", priority="low") for name in "ABCDEF"]
    answers = ask_all([server.url for server in servers], asks)
    assert {answer.status_code for answer in answers} == {200}
    assert (len(gemini.calls), gemini.max_in_flight) == (6, 1)
    assert_rows_and_files_agree(servers[0].settings)


def test_behind_everyone_else(make_gemini_server: ServerFactory, gemini: GeminiStandin) -> None:
    server = make_gemini_server(max_concurrent_generations=1)
    gemini.answer_always(SMALL)
    finish = Event()
    gemini.answer_with(picture_once(finish))
    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(ask_scene, server.client, "First")]
        gemini.wait_for_calls(1)
        waiting += [threads.submit(low, server, f"Low {name}") for name in "AB"]
        wait_for_pending(server.client, 3)
        waiting.append(threads.submit(ask_scene, server.client, "Player"))
        wait_for_pending(server.client, 4)
        finish.set()
        for one in waiting:
            one.result()
    assert places_called(gemini)[:2] == ["First", "Player"]


def test_player_who_arrives_does_not_wait_behind_everyone(
    make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    server = make_gemini_server(max_concurrent_generations=1)
    gemini.answer_always(SMALL)
    finish = Event()
    gemini.answer_with(picture_once(finish))
    with ThreadPoolExecutor(8) as threads:
        waiting = [threads.submit(ask_scene, server.client, "First")]
        gemini.wait_for_calls(1)
        for count, name in enumerate("ABC"):
            waiting.append(threads.submit(low, server, f"Low {name}"))
            wait_for_pending(server.client, count + 2)
        arrived = threads.submit(ask_scene, server.client, "Low C")
        wait_for_coalesced(server.client, 1)
        finish.set()
        assert arrived.result()["served"] == "generated"
        for one in waiting:
            one.result()
    assert places_called(gemini) == ["First", "Low C", "Low A", "Low B"]


def test_asking_twice_gets_nobody_past_the_five_a_minute(
    make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    """Only one of three that wait is hurried; the others are painted in their turn."""
    server = make_gemini_server(scene_requests_per_minute=1, trusted_proxies="127.0.0.1")
    gemini.answer_always(SMALL)
    finish = Event()
    gemini.answer_with(picture_once(finish))
    with ThreadPoolExecutor(8) as threads:
        waiting = []
        for count, name in enumerate("ABCD"):
            waiting.append(threads.submit(low, server, f"Low {name}", f"10.0.0.{count}"))
            wait_for_pending(server.client, count + 1)
        gemini.wait_for_calls(1)
        for name in "DBC":
            waiting.append(threads.submit(ask_scene, server.client, f"Low {name}"))
            wait_for_coalesced(server.client, len(waiting) - 4)
        finish.set()
        for one in waiting:
            one.result()
    assert places_called(gemini) == ["Low A", "Low D", "Low B", "Low C"]
    answer = server.client.post(f"{SCENES}/generate", params={"location": "Player"})
    assert_error(answer, 429, "rate_limit")


def test_hurried_while_it_waits_for_room_it_still_counts(
    start_process: StartProcess, gemini: GeminiStandin
) -> None:
    limits = {"MAX_CONCURRENT_GENERATIONS": "1", "SCENE_REQUESTS_PER_MINUTE": "1"}
    busy, server = (start_process(**limits) for _ in range(2))
    finish = Event()
    gemini.answer_always(SMALL)
    gemini.answer_with(picture_once(finish))
    ahead = {"location": "Low A", "priority": "low"}
    with ThreadPoolExecutor(3) as threads:
        waiting = [threads.submit(ask_scene, busy.client, "First")]
        gemini.wait_for_calls(1)
        waiting.append(threads.submit(ask_scene, server.client, **ahead))
        wait_for_figure(server.client, 1, "generations_running")
        waiting.append(threads.submit(ask_scene, server.client, "Low A"))
        wait_for_coalesced(server.client, 1)
        finish.set()
        for one in waiting:
            one.result()
    answer = server.client.post(f"{SCENES}/generate", params={**ahead, "location": "Low B"})
    assert_error(answer, 429, "rate_limit")
    assert len(gemini.calls) == 2


def test_charged_to_the_players_allowance(
    make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    server = make_gemini_server(player_daily_image_limit=2)
    gemini.answer_always(SMALL)
    ask_scene(server.client, "First")
    assert low(server, "Low A").status_code == 200
    assert_error(low(server, "Low B"), 429, "player_limit")
    assert len(gemini.calls) == 2


def test_never_more_than_half_of_the_day(
    make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    server = make_gemini_server(daily_image_limit=10)
    gemini.answer_always(SMALL)
    answers = ask_together(
        server.url, [scene_asked(f"Place {number}", priority="low") for number in range(14)]
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [429] * 9
    body = assert_error(low(server, "Low A"), 429, "daily_limit")
    assert "ahead of need" in body["message"]
    assert ask_scene(server.client, "Player")["served"] == "generated"
    assert len(gemini.calls) == 6


def test_one_address_never_more_than_half_of_a_players(
    make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    server = make_gemini_server(player_daily_image_limit=6, trusted_proxies="127.0.0.1")
    gemini.answer_always(SMALL)
    for number in range(3):
        with server.another_client() as script:
            answer = script.post(
                f"{SCENES}/generate",
                params={"location": f"Place {number}", "priority": "low"},
                headers={"X-Forwarded-For": "10.0.0.1"},
            )
            assert answer.status_code == 200
    assert_error(low(server, "Low A"), 429, "player_limit")
    assert low(server, "Low A", "10.0.0.2").status_code == 200
    assert len(gemini.calls) == 4


def test_cached_scene_is_served_as_ever(
    gemini_server: RunningServer, gemini: GeminiStandin
) -> None:
    gemini.answer_always(SMALL)
    made = ask_scene(gemini_server.client, "First")
    again = low(gemini_server, "First").json()
    assert (again["id"], again["served"]) == (made["id"], "cached")
