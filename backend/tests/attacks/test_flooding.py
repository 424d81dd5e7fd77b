"""Slow clients, huge bodies, deep JSON and guessed tokens, while a normal client looks on."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import httpx
import pytest

from tests.attacks.conftest import ADMIN_TOKEN, ONE_AFTER_THE_OTHER, UnderAttack
from tests.support.errors import assert_error
from tests.support.gemini_answers import picture_once
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import IMAGES, MAINTENANCE, SCENES
from tests.support.patience import PATIENCE_SECONDS
from tests.support.raw_http import (
    HOST,
    connect,
    exchange,
    read_all,
    read_one,
    request_with,
)
from tests.support.server_process import ServerProcess

pytestmark = ONE_AFTER_THE_OTHER

JSON = {"Content-Type": "application/json"}
MEGABYTE = bytes(2**20)
GENERATE = f"{IMAGES}/generate"


def keys(count: int) -> bytes:
    return b"{" + b",".join(b'"%d":0' % number for number in range(count)) + b"}"


def of_many(number: int) -> str:
    """One of eight attackers' addresses; the normal client has another."""
    return f"127.0.0.{2 + number % 8}"


@pytest.fixture
def held(painter: GeminiStandin) -> Iterator[threading.Event]:
    """What lets the model answer; it has been asked for nothing yet."""
    finish = threading.Event()
    painter.reset()
    painter.answer_always(picture_once(finish))
    yield finish
    finish.set()
    painter.reset()


def test_slowloris(victim: ServerProcess, under_attack: UnderAttack) -> None:
    with ExitStack() as stack, under_attack():
        slow = [stack.enter_context(connect(victim.url, source=of_many(n))) for n in range(300)]
        for connection in slow:
            connection.sendall(b"GET / HTTP/1.1\r\n" + HOST)
        began = time.monotonic()
        while time.monotonic() - began < 9:  # the headers may take 10 s
            for connection in slow:
                with suppress(ConnectionError):
                    connection.sendall(b"X: y\r\n")
            time.sleep(1)
        answers = [read_all(connection) for connection in slow]
    assert {answer.status for answer in answers} == {408}
    assert time.monotonic() - began < 40


def test_more_connections_than_there_is_room_for(
    victim: ServerProcess, under_attack: UnderAttack
) -> None:
    with ExitStack() as stack, under_attack() as served:
        silent = [stack.enter_context(connect(victim.url, source=of_many(n))) for n in range(1500)]
        while not served.is_set():  # they are closed after 10 s, and may be so before
            stack.enter_context(connect(victim.url, source=of_many(0)))
            time.sleep(0.01)
        with httpx.Client(base_url=victim.url, timeout=PATIENCE_SECONDS, verify=False) as newcomer:
            assert newcomer.get("/").status_code == 200
        assert read_all(silent[0]).data == b""


def test_asking_for_one_picture_and_hanging_up(
    victim: ServerProcess, painter: GeminiStandin, under_attack: UnderAttack, held: threading.Event
) -> None:
    with under_attack():
        for _ in range(2100):
            with connect(victim.url, source=of_many(0)) as connection:
                connection.sendall(request_with("POST", f"{SCENES}/generate?location=Besieged"))
    assert len(painter.calls) == 1
    held.set()


def test_waiting_for_one_picture_with_all_connections(
    victim: ServerProcess, under_attack: UnderAttack, held: threading.Event
) -> None:
    with ExitStack() as stack, under_attack() as served:
        for _ in range(1100):
            connection = stack.enter_context(connect(victim.url, source=of_many(0)))
            with suppress(ConnectionError):
                connection.sendall(request_with("POST", f"{SCENES}/generate?location=Beset"))
        assert served.wait(PATIENCE_SECONDS)
        with httpx.Client(base_url=victim.url, timeout=PATIENCE_SECONDS, verify=False) as newcomer:
            assert newcomer.get("/").status_code == 200
        held.set()


def test_bodies_of_megabytes(victim: ServerProcess, under_attack: UnderAttack) -> None:
    """One that is announced is refused before it comes, and one in chunks as soon as it can be."""
    head = (
        f"POST {GENERATE} HTTP/1.1\r\nContent-Length: {100 * 2**20}\r\n".encode() + HOST + b"\r\n"
    )
    with under_attack():
        with connect(victim.url) as connection:
            connection.sendall(head)
            assert_error(read_one(connection).parsed, 413)
            with suppress(ConnectionError):
                for _ in range(20):
                    connection.sendall(MEGABYTE)
        for method, path, status in (
            ("POST", GENERATE, 413),
            ("POST", "/api/v1/migrate/from-localstorage", 413),
            ("GET", "/health", 200),  # it has no use for a body, and reads none
        ):
            chunks = (MEGABYTE for _ in range(20))
            with httpx.Client(base_url=victim.url, timeout=PATIENCE_SECONDS) as client:
                answer = client.request(method, path, content=chunks, headers=JSON)
            assert answer.status_code == status


def test_deep_json(victim: ServerProcess, under_attack: UnderAttack) -> None:
    routes = (
        ("POST", GENERATE),
        ("POST", "/api/v1/migrate/from-localstorage"),
        ("PUT", "/api/v1/saves/1"),
        ("PUT", "/api/v1/preferences"),
    )
    with under_attack():
        for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
            for depth in (100, 250, 500, 950, 1000, 2500, 50_000):
                bomb = b'{"deep": ' + opening * depth + b"1" + closing * depth + b"}"
                for method, path in routes:
                    answer = victim.client.request(method, path, content=bomb, headers=JSON)
                    if answer.status_code != 200:
                        assert_error(answer, answer.status_code)
                        assert answer.status_code in {400, 413, 422}
                    elif method == "PUT":
                        assert victim.client.get(path).status_code == 200


def test_many_keys(victim: ServerProcess, under_attack: UnderAttack) -> None:
    with under_attack():
        answer = victim.client.post(GENERATE, content=keys(19_000), headers=JSON)
    assert_error(answer, 422)
    with under_attack():
        for path, count in ((GENERATE, 21_000), ("/api/v1/migrate/from-localstorage", 201_000)):
            answer = victim.client.post(path, content=keys(count), headers=JSON)
            assert_error(answer, 413)


def test_header_injection(victim: ServerProcess, under_attack: UnderAttack) -> None:
    attempts = (
        b"GET /health%0d%0aX-Evil:%20yes/ HTTP/1.1\r\n" + HOST,
        b"GET /game/%0d%0aX-Evil:%20yes HTTP/1.1\r\n" + HOST,
        b"GET //evil.example/%0d%0aX-Evil:%20yes/ HTTP/1.1\r\n" + HOST,
        b"GET / HTTP/1.1\r\n" + HOST + b"X-Request-ID: a%0d%0aX-Evil: yes\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"X-Request-ID: a\rX-Evil: yes\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Origin: a\r\n X-Evil: yes\r\n",
        b"GET /api/v1/saves/1%0d%0aX-Evil:%20yes HTTP/1.1\r\n" + HOST,
        b"GET /images/full/a%0d%0aX-Evil:%20yes.webp HTTP/1.1\r\n" + HOST,
    )
    with under_attack():
        for attempt in attempts:
            answer = exchange(victim.url, attempt + b"Connection: close\r\n\r\n")
            assert answer.status < 500
            head = answer.data.partition(b"\r\n\r\n")[0].lower()
            assert not any(line.startswith(b"x-evil") for line in head.splitlines())
            assert b"location: http://evil" not in head
            assert b"location: //evil" not in head


def test_token_guessing(victim: ServerProcess, under_attack: UnderAttack) -> None:
    began = time.monotonic()
    statuses: list[int] = []
    with (
        under_attack() as served,
        httpx.Client(base_url=victim.url, timeout=PATIENCE_SECONDS) as client,
    ):
        while len(statuses) < 15 or not served.is_set():
            token = {"Authorization": f"Bearer {ADMIN_TOKEN[: len(statuses) % 20 + 1]}"}
            statuses.append(client.get(f"{MAINTENANCE}/stats", headers=token).status_code)
    minutes = int((time.monotonic() - began) / 60) + 1
    assert 10 <= statuses.count(401) <= 10 * minutes
    assert statuses.count(429) == len(statuses) - statuses.count(401) > 0
