"""Scripts that take all they can: exactly the allowed number of paid images is made."""

from typing import Any

import httpx
import pytest

from tests.conftest import ServerFactory
from tests.support import gemini_answers
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import outcomes
from tests.support.library import IMAGES, SCENES, order
from tests.support.load import hammer
from tests.support.pictures import encode, noise
from tests.support.running_server import RunningServer

CLIENTS = 50


@pytest.fixture
def open_to_all(make_gemini_server: ServerFactory, gemini: GeminiStandin) -> ServerFactory:
    """Start servers behind a proxy, with room in all limits but those that a test sets."""
    gemini.answer_always(gemini_answers.picture_of(encode(noise(64, 64), "PNG")))
    room = dict.fromkeys(
        (
            *("max_requests_per_minute", "scene_requests_per_minute", "max_images_per_item"),
            *("player_daily_image_limit", "daily_image_limit"),
        ),
        10**6,
    )

    def start(**limits: Any) -> RunningServer:
        return make_gemini_server(**{**room, "trusted_proxies": "127.0.0.1", **limits})

    return start


def from_address(number: int) -> dict[str, str]:
    return {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}"}


async def from_one_address(client: httpx.AsyncClient, number: int) -> httpx.Response:
    return await client.post(f"{IMAGES}/generate", json=order(subject_name=f"Lamp {number}"))


async def from_fifty(client: httpx.AsyncClient, number: int) -> httpx.Response:
    body = order(subject_name=f"Lamp {number}")
    return await client.post(f"{IMAGES}/generate", json=body, headers=from_address(number))


async def forging(client: httpx.AsyncClient, number: int) -> httpx.Response:
    """What an attacker puts in front of what the proxy writes is not believed."""
    forged = {"X-Forwarded-For": f"10.9.9.{number}, 192.0.2.1"}
    body = order(subject_name=f"Lamp {number}")
    return await client.post(f"{IMAGES}/generate", json=body, headers=forged)


async def one_network(client: httpx.AsyncClient, number: int) -> httpx.Response:
    """Every home has 2^64 addresses of IPv6."""
    headers = {"X-Forwarded-For": f"2001:db8:0:7::{number + 1:x}"}
    body = order(subject_name=f"Lamp {number}")
    return await client.post(f"{IMAGES}/generate", json=body, headers=headers)


@pytest.mark.parametrize(
    ("limit", "visit", "allowed"),
    [
        ({"max_requests_per_minute": 30}, from_one_address, 30),
        ({"daily_image_limit": 40}, from_fifty, 40),
        # Who throws the cookie away is known by the address.
        *(
            ({"player_daily_image_limit": 5}, visit, 3 * 5)
            for visit in (from_one_address, forging, one_network)
        ),
    ],
)
def test_exactly_as_many_as_allowed(
    limit: dict[str, int],
    visit: Any,
    allowed: int,
    open_to_all: ServerFactory,
    gemini: GeminiStandin,
    long_run: bool,
) -> None:
    server = open_to_all(**limit)
    rounds = 20 if long_run else 2
    statuses = hammer(server.url, visit, clients=CLIENTS, rounds=rounds)
    assert statuses == {200: allowed, 429: CLIENTS * rounds - allowed}
    assert len(gemini.calls) == allowed
    assert outcomes(server.settings) == {"ok": allowed}


def test_one_player(open_to_all: ServerFactory, gemini: GeminiStandin) -> None:
    """The same cookie from everywhere is one player."""
    server = open_to_all(player_daily_image_limit=5)
    with server.another_client() as player:
        statuses = [
            player.post(f"{IMAGES}/generate", json=order(), headers=from_address(n)).status_code
            for n in range(9)
        ]
    assert sorted(statuses) == [200] * 5 + [429] * 4
    assert len(gemini.calls) == 5


def test_nothing_is_lost_behind_a_trusted_proxy(
    open_to_all: ServerFactory, gemini: GeminiStandin
) -> None:
    server = open_to_all(player_daily_image_limit=2)
    for number in range(4):
        with server.another_client() as player:
            for place in range(3):
                answer = player.post(
                    f"{SCENES}/generate",
                    params={"location": f"Place {number} {place}"},
                    headers=from_address(number),
                )
                assert answer.status_code == (200 if place < 2 else 429)
    assert len(gemini.calls) == 8
