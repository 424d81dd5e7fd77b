"""Around each request: its id, whether it waited for an image, and when it counts as slow."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from app.api.middleware.request_context import RequestContextMiddleware, RequestRecorder
from app.observability.metrics import Metrics
from app.observability.request import note_wait
from tests.support import gemini_failures
from tests.support.errors import assert_error
from tests.support.gemini_answers import SMALL, picture_once
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import wait_until
from tests.support.library import (
    IMAGES,
    LONG_AGO,
    SCENES,
    ask_scene,
    ask_together,
    execute,
    make_image,
    order,
    scene_asked,
)
from tests.support.metrics_page import samples, wait_for_coalesced
from tests.support.raw_http import HOST, exchange
from tests.support.running_server import RunningServer

NEW = re.compile(r"[0-9a-f]{32}")
GENERATE = f"{SCENES}/generate"


def test_valid_id_is_kept_and_any_other_replaced(shared_server: RunningServer) -> None:
    def answered(offered: str) -> list[str]:
        headers = [(b"X-Request-ID", offered.encode())]
        answer = shared_server.client.get("/health", headers=headers)
        return answer.headers.get_list("X-Request-ID")

    for offered in ("a", "abc-123", "0b9d2b1c-3a5e-4c62-9f0a-0e6d3b1f7c11", "A.b_C", "x" * 128):
        assert answered(offered) == [offered]
    hostile = ("", "two words", "x" * 129, "<script>", 'quo"te', "back\\slash", "semi;colon")
    made = set()
    for offered in (*hostile, "line%0abreak", "tab\tbed", "ümlaut", "{}"):
        (replaced,) = answered(offered)
        assert NEW.fullmatch(replaced)
        made.add(replaced)
    made.add(shared_server.client.get("/").headers["X-Request-ID"])
    assert len(made) == 12


def test_every_answer_has_it(shared_server: RunningServer) -> None:
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("POST", "/health", 405),
        ("GET", f"{IMAGES}/abc", 422),
        ("POST", f"{IMAGES}/1/restore", 404),
        ("GET", "/docs", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/docs/vendor/swagger-ui.css", 200),
    ):
        answer = shared_server.client.request(method, path, headers={"X-Request-ID": "mine-1"})
        assert (answer.status_code, answer.headers["X-Request-ID"]) == (status, "mine-1")
        if status >= 400:
            assert assert_error(answer, status)["request_id"] == "mine-1"


def test_is_sent_to_gemini(gemini_server: RunningServer, gemini: GeminiStandin) -> None:
    made = gemini_server.client.post(f"{IMAGES}/generate", json=order())
    for request_id in ("to-gemini-1", "to-gemini-2"):
        gemini_server.client.headers["X-Request-ID"] = request_id
        make_image(gemini_server.client)
        ask_scene(gemini_server.client, request_id)
    sent = [call.headers["x-request-id"] for call in gemini.calls]
    own = [made.headers["X-Request-ID"]]
    assert sent == own + ["to-gemini-1"] * 2 + ["to-gemini-2"] * 2
    gemini.answer_with(gemini_failures.QUOTA_PER_MINUTE)
    refused = gemini_server.client.post(GENERATE, params={"location": "Mill"})
    assert assert_error(refused, 429, "quota_minute")["request_id"] == "to-gemini-2"


def counted(server: RunningServer, route: str, status: int) -> dict[str, float]:
    """How many waited, and how many did not."""
    wanted = {("method", "POST"), ("route", route), ("status", str(status))}
    return {
        dict(labels)["waited"]: number
        for (name, labels), number in samples(server.client).items()
        if name == "emberpeak_http_request_duration_seconds_count" and wanted < labels
    }


def wait_for_counts(
    server: RunningServer, route: str = GENERATE, status: int = 200, **waited: float
) -> None:
    """A request is counted after its answer was sent."""
    wait_until(lambda: counted(server, route, status) == waited)


class TestWaitForAnImage:
    def test_made_joined_cached_and_stale(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        finish = Event()
        gemini.answer_always(picture_once(finish, SMALL))
        with ThreadPoolExecutor(1) as thread:
            asking = thread.submit(ask_together, gemini_server.url, [scene_asked("Mill")] * 3)
            wait_for_coalesced(gemini_server.client, 2)
            finish.set()
            asking.result()
        wait_for_counts(gemini_server, yes=3)
        for _ in range(3):  # looked up for one not known yet and for a player, and sent again
            assert ask_scene(gemini_server.client, "Mill")["served"] == "cached"
        wait_for_counts(gemini_server, yes=3, no=3)
        for body, status in [(order(), 200), (order(), 200), (order(prompt=...), 422)]:
            headers = {"Idempotency-Key": "twice"}
            answer = gemini_server.client.post(f"{IMAGES}/generate", json=body, headers=headers)
            assert answer.status_code == status
        wait_for_counts(gemini_server, f"{IMAGES}/generate", yes=1, no=1)
        wait_for_counts(gemini_server, f"{IMAGES}/generate", 422, no=1)
        execute(gemini_server.settings, "UPDATE scene_cache SET expires_at = ?", LONG_AGO)
        found = ask_scene(gemini_server.client, "Mill", allow_fallback="true")
        assert found["served"] == "stale"
        wait_for_counts(gemini_server, yes=3, no=4)

    def test_refused_by_the_provider_and_then_at_once(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        gemini.answer_with(gemini_failures.QUOTA_PER_MINUTE)
        for fallback, status in (("false", 429), ("false", 429), ("true", 200)):
            params = {"location": "Mill", "allow_fallback": fallback}
            answer = gemini_server.client.post(GENERATE, params=params)
            assert answer.status_code == status
        wait_for_counts(gemini_server, status=429, yes=1, no=1)
        wait_for_counts(gemini_server, no=1)

    def test_of_the_request_before_on_its_connection(self, server: RunningServer) -> None:
        ask_scene(server.client, "Ford")
        wait_for_counts(server, yes=1)
        asked = [
            b"POST %s?location=%s HTTP/1.1\r\n%sContent-Length: 0\r\n"
            % (GENERATE.encode(), place, HOST)
            for place in (b"Mill", b"Ford")
        ]
        answer = exchange(server.url, b"\r\n".join(asked) + b"Connection: close\r\n\r\n")
        assert answer.data.count(b"HTTP/1.1 200") == 2
        wait_for_counts(server, yes=2, no=1)


@pytest.mark.parametrize(("waits", "level"), [(True, "info"), (False, "warning")])
def test_only_who_waited_for_an_image_may_be_slow(waits: bool, level: str) -> None:
    async def route(_scope: Scope, _receive: Receive, send: Send) -> None:
        if waits:
            note_wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def drop(_message: Message) -> None:
        pass

    middleware = RequestContextMiddleware(route, RequestRecorder(Metrics(), slow_seconds=0.0))
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "state": {}}
    with capture_logs() as lines:
        asyncio.run(middleware(scope, receive, drop))
    assert [(line["event"], line["log_level"]) for line in lines] == [("request", level)]
