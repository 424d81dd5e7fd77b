"""How long a request may take, and what becomes of what it asked for."""

import asyncio
import json
import time
from collections.abc import Iterator

import pytest
from starlette.types import Message, Receive, Scope, Send

from app import main
from app.api.middleware.time_limit import TimeLimitMiddleware
from app.services.health import HealthReport, HealthService
from tests.api.money.test_warm_jobs import begin, events_of
from tests.conftest import ServerFactory
from tests.support import gemini_answers
from tests.support.errors import assert_error
from tests.support.gemini_answers import SMALL
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import outcomes, wait_until
from tests.support.library import IMAGES, SCENES, ask_scene, order
from tests.support.raw_http import HOST, connect, read_all
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.thorough

LIMIT_SECONDS = 4.0
TIMEOUT_SECONDS = 30.0


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, make_gemini_server: ServerFactory) -> RunningServer:
    monkeypatch.setattr(main, "MAX_SECONDS", LIMIT_SECONDS - TIMEOUT_SECONDS)
    return make_gemini_server(gemini_timeout_seconds=TIMEOUT_SECONDS)


def test_picture_that_takes_too_long_is_finished(
    impatient: RunningServer, gemini: GeminiStandin
) -> None:
    gemini.answer_always(gemini_answers.slow_picture(1.5 * LIMIT_SECONDS, SMALL))
    answer = impatient.client.post(f"{SCENES}/generate", params={"location": "Mill"})
    body = assert_error(answer, 504)
    assert answer.headers["X-Request-ID"] == body["request_id"]
    assert impatient.client.get("/health").status_code == 200, "the same connection goes on"
    wait_until(lambda: outcomes(impatient.settings) == {"ok": 1})
    assert ask_scene(impatient.client, "Mill")["served"] == "cached"
    assert len(gemini.calls) == 1
    assert 'route="/api/v1/scenes/generate",status="504"' in impatient.client.get("/metrics").text


def test_body_that_comes_slowly_has_a_bound_of_its_own(
    impatient: RunningServer, gemini: GeminiStandin
) -> None:
    gemini.answer_always(SMALL)
    body = json.dumps(order()).encode()

    def pieces() -> Iterator[bytes]:
        for part in (body[:20], body[20:40], body[40:]):
            time.sleep(0.4 * LIMIT_SECONDS)
            yield part

    headers = {"Content-Type": "application/json"}
    answer = impatient.client.post(f"{IMAGES}/generate", content=pieces(), headers=headers)
    assert answer.status_code == 200


def test_head_gets_no_body(impatient: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    check = HealthService.check_now

    def check_slowly(health: HealthService) -> HealthReport:
        time.sleep(1.5 * LIMIT_SECONDS)
        return check(health)

    monkeypatch.setattr(HealthService, "check_now", check_slowly)
    with connect(impatient.url) as connection:
        connection.sendall(b"HEAD /health HTTP/1.1\r\n" + HOST + b"\r\n")
        connection.sendall(b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
        head, _, rest = read_all(connection).data.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 504 ")
    assert rest.startswith(b"HTTP/1.1 200 ")


def test_stream_that_has_begun_may_take_longer(
    impatient: RunningServer, gemini: GeminiStandin
) -> None:
    gemini.answer_always(gemini_answers.slow_picture(1.5 * LIMIT_SECONDS, SMALL))
    events = events_of(impatient.client, begin(impatient.client, "Mill"))
    assert (events[-1][0], events[-1][1]["finished"]) == ("end", 1)


def test_is_told_once() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def route(_scope: Scope, receive: Receive, _send: Send) -> None:
        for _ in range(3):
            await asyncio.sleep(0.05)
            await receive()

    asyncio.run(TimeLimitMiddleware(route, 0.01)({"type": "http"}, receive, send))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
