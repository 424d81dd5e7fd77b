"""Which requests waited for a picture to be made, and which have no excuse for being slow."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from structlog.testing import capture_logs

from app.api.middleware import request_context
from tests.support import gemini_failures
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
    order,
    scene_asked,
)
from tests.support.metrics_page import samples, wait_for_coalesced
from tests.support.raw_http import HOST, exchange
from tests.support.running_server import RunningServer

COUNT = "emberpeak_http_request_duration_seconds_count"


def counted(server: RunningServer, route: str, status: int) -> dict[str, float]:
    """How many waited, and how many did not."""
    wanted = {("method", "POST"), ("route", route), ("status", str(status))}
    return {
        dict(labels)["waited"]: number
        for (name, labels), number in samples(server.client).items()
        if name == COUNT and wanted < labels
    }


def wait_for_counts(
    server: RunningServer, route: str = f"{SCENES}/generate", status: int = 200, **waited: float
) -> None:
    """A request is counted after its answer was sent."""
    wait_until(lambda: counted(server, route, status) == waited)


class TestFigure:
    def test_made_joined_and_cached(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        finish = Event()
        gemini.answer_with(picture_once(finish, SMALL))
        with ThreadPoolExecutor(1) as thread:
            asking = thread.submit(ask_together, gemini_server.url, [scene_asked("Mill")] * 3)
            wait_for_coalesced(gemini_server.client, 2)
            finish.set()
            asking.result()
        wait_for_counts(gemini_server, yes=3)
        for _ in range(3):  # looked up for one not known yet and for a player, and sent again
            assert ask_scene(gemini_server.client, "Mill")["served"] == "cached"
        wait_for_counts(gemini_server, yes=3, no=3)

    @pytest.mark.parametrize(("fallback", "status"), [("false", 429), ("true", 200)])
    def test_refused_by_the_provider_and_then_at_once(
        self, fallback: str, status: int, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        gemini.answer_with(gemini_failures.QUOTA_PER_MINUTE)
        params = {"location": "Mill", "allow_fallback": fallback}
        for _ in range(3):
            answer = gemini_server.client.post(f"{SCENES}/generate", params=params)
            assert answer.status_code == status
        wait_for_counts(gemini_server, status=status, yes=1, no=2)

    def test_stale_while_a_new_one_is_made(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(SMALL)
        ask_scene(gemini_server.client, "Mill")
        execute(gemini_server.settings, "UPDATE scene_cache SET expires_at = ?", LONG_AGO)
        found = ask_scene(gemini_server.client, "Mill", allow_fallback="true")
        assert found["served"] == "stale"
        wait_for_counts(gemini_server, yes=1, no=1)

    def test_pictures_of_a_gallery(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(SMALL)
        for body, status in [(order(), 200), (order(), 200), (order(prompt=...), 422)]:
            headers = {"Idempotency-Key": "twice"}
            answer = gemini_server.client.post(f"{IMAGES}/generate", json=body, headers=headers)
            assert answer.status_code == status
        wait_for_counts(gemini_server, f"{IMAGES}/generate", yes=1, no=1)
        wait_for_counts(gemini_server, f"{IMAGES}/generate", 422, no=1)

    def test_request_sent_ahead_behind_one_that_waits(self, server: RunningServer) -> None:
        ask_scene(server.client, "Ford")
        wait_for_counts(server, yes=1)
        asked = [
            b"POST %s/generate?location=%s HTTP/1.1\r\n%sContent-Length: 0\r\n"
            % (SCENES.encode(), place, HOST)
            for place in (b"Mill", b"Ford")
        ]
        answer = exchange(server.url, b"\r\n".join(asked) + b"Connection: close\r\n\r\n")
        assert answer.data.count(b"HTTP/1.1 200") == 2
        wait_for_counts(server, yes=2, no=1)


class TestLog:
    def test_patience_is_for_those_that_waited(
        self, gemini_server: RunningServer, gemini: GeminiStandin, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(request_context, "_SLOW_SECONDS", 0.0)
        gemini.answer_always(SMALL)
        with capture_logs() as lines:
            for _ in range(3):
                ask_scene(gemini_server.client, "Mill")
            wait_until(lambda: sum(line["event"] == "request" for line in lines) == 3)
        levels = [line["log_level"] for line in lines if line["event"] == "request"]
        assert levels == ["info", "warning", "warning"]
