"""GET /metrics: requests by route template, generations by outcome, cache results."""

import errno
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from app.services.storage import atomic_write
from tests.conftest import ServerFactory
from tests.support import gemini_answers, gemini_failures
from tests.support.gemini_answers import Answer, Script, picture_once
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
from tests.support.metrics_page import figures, samples, wait_for_coalesced
from tests.support.running_server import RunningServer


def value(server: RunningServer, name: str, **labels: str) -> float:
    return samples(server.client).get((f"emberpeak_{name}", frozenset(labels.items())), 0.0)


def routes(server: RunningServer) -> set[str]:
    """Those that were asked; all are counted by class from the start."""
    return {
        dict(labels)["route"]
        for (name, labels), number in samples(server.client).items()
        if "route" in dict(labels) and (number or name != "emberpeak_http_responses_total")
    }


def generations(server: RunningServer, provider: str) -> dict[str, float]:
    """How many pictures were asked of a provider, by those outcomes that there were."""
    return {
        dict(labels)["outcome"]: number
        for (name, labels), number in samples(server.client).items()
        if name == "emberpeak_generations_total" and ("provider", provider) in labels and number
    }


def scenes_by_result(server: RunningServer) -> dict[str, float]:
    """How many scenes were asked for, by those results that there were."""
    found = figures(samples(server.client), "scene_cache_requests_total")
    return {result: number for result, number in found.items() if number}


class TestRequests:
    def test_by_template_method_and_status(self, server: RunningServer) -> None:
        made = make_image(server.client)
        for image_id in (made["id"], made["id"], 424242, "abc"):
            server.client.get(f"{IMAGES}/{image_id}")
        server.client.delete(f"{IMAGES}/{made['id']}")
        route = f"{IMAGES}/{{image_id}}"
        name = "http_request_duration_seconds_count"
        labels = {"route": route, "waited": "no"}
        for method, status, count in [
            ("GET", "200", 2),
            ("GET", "404", 1),
            ("GET", "422", 1),
            ("DELETE", "200", 1),
        ]:
            assert value(server, name, method=method, status=status, **labels) == count
        name = "http_request_duration_seconds_sum"
        total = value(server, name, method="GET", status="200", **labels)
        assert 0 < total < 60

    def test_never_by_path(self, server: RunningServer) -> None:
        made = make_image(server.client)
        server.client.get(made["url"])
        server.client.get(f"{IMAGES}/{made['id']}")
        for number in range(5):
            server.client.get(f"/wp-admin/{number}.php")
            server.client.get(f"/docs/vendor/{number}")
        assert routes(server) <= {
            f"{IMAGES}/generate",
            f"{IMAGES}/{{image_id}}",
            "/images/{folder}/{name}",
            "/docs/vendor/{path}",
            "/metrics",
            "unmatched",
        }

    def test_of_the_game_itself(self, server: RunningServer) -> None:
        for path in ("", "js/main.js", "nothing.js"):
            server.client.get(f"/game/{path}")

        def counted(status: str) -> float:
            labels = {"method": "GET", "route": "/game/{path}", "status": status}
            return value(server, "http_request_duration_seconds_count", waited="no", **labels)

        # A file is closed, and counted, after the last of it was sent.
        wait_until(lambda: (counted("200"), counted("404")) == (2, 1))

    def test_refusals_count(self, server: RunningServer) -> None:
        server.client.post(f"{IMAGES}/1/restore", headers={"Origin": "https://evil.example"})
        found = samples(server.client)
        (count,) = (
            number
            for (name, labels), number in found.items()
            if name.endswith("seconds_count") and ("status", "403") in labels
        )
        assert count == 1

    def test_made_up_methods_make_no_labels(self, server: RunningServer) -> None:
        for method in ("PURGE", "LINK", "MKCOL"):
            server.client.request(method, "/health")
        methods = {dict(labels).get("method", "GET") for _, labels in samples(server.client)}
        assert methods == {"GET", "OTHER"}


class TestGenerations:
    @pytest.mark.thorough
    def test_by_provider_and_outcome(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(gemini_timeout_seconds=gemini_failures.HASTY_SECONDS)
        gemini.answer_with(
            gemini_answers.picture,
            gemini_answers.blocked_prompt(),
            gemini_failures.NEVER_ANSWERS,
            gemini_answers.EMPTY,
            gemini_failures.DROPPED,
        )
        for number in range(5):
            body = order(prompt=f"A small brass lamp, number {number}")
            server.client.post(f"{IMAGES}/generate", json=body)
        for outcome, count in {"ok": 1, "refused": 1, "timeout": 1, "error": 2}.items():
            found = value(server, "generations_total", provider="gemini", outcome=outcome)
            assert found == count, outcome
        assert value(server, "generation_duration_seconds_count", provider="gemini") == 5

    @pytest.mark.parametrize(
        ("failure", "outcome"),
        [
            (gemini_failures.QUOTA_PER_DAY, "quota"),
            (gemini_failures.UNKNOWN_MODEL, "not_configured"),
            (gemini_failures.NO_IMAGE_QUOTA, "no_image_quota"),
        ],
        ids=["quota", "unknown model", "no image quota"],
    )
    def test_failure_that_may_be_remembered(
        self, failure: Answer, outcome: str, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        gemini.answer_with(failure)
        gemini_server.client.post(f"{IMAGES}/generate", json=order())
        found = value(gemini_server, "generations_total", provider="gemini", outcome=outcome)
        assert found == 1

    @pytest.mark.parametrize(
        "answer",
        [gemini_answers.truncated_picture, gemini_answers.huge_picture],
        ids=["cut short", "too many pixels"],
    )
    def test_answer_that_is_no_usable_picture(
        self, answer: Script, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        """Paid each time, and the page shows a stand-in with status 200."""
        gemini.answer_always(answer)
        gemini_server.client.post(f"{IMAGES}/generate", json=order())
        shown = ask_scene(gemini_server.client, "Mill", allow_fallback="true")
        assert shown["served"] == "placeholder"
        assert generations(gemini_server, "gemini") == {"error": 2}

    def test_picture_that_could_not_be_stored(
        self, server: RunningServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_path: Path, _data: bytes) -> None:
            raise OSError(errno.EIO, "Input/output error")

        with monkeypatch.context() as patch:
            patch.setattr(atomic_write, "_write_flushed", fail)
            assert server.client.post(f"{IMAGES}/generate", json=order()).status_code == 503
        assert generations(server, "pixel") == {"not_stored": 1}

    def test_painter(self, server: RunningServer) -> None:
        make_image(server.client)
        ask_scene(server.client)
        assert value(server, "generations_total", provider="pixel", outcome="ok") == 2
        assert value(server, "generations_pending") == 0

    def test_previews_are_none(self, server: RunningServer) -> None:
        server.client.get(f"{SCENES}/preview", params={"location": "Mill"})
        assert value(server, "generations_total", provider="pixel", outcome="ok") == 0


class TestSceneCache:
    def test_hit_miss_and_coalesced(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        finish = Event()
        gemini.answer_with(picture_once(finish))
        with ThreadPoolExecutor(1) as thread:
            asking = thread.submit(ask_together, gemini_server.url, [scene_asked("Mill")] * 5)
            wait_for_coalesced(gemini_server.client, 4)
            finish.set()
            asking.result()
        for _ in range(3):
            ask_scene(gemini_server.client, "Mill")
        assert scenes_by_result(gemini_server) == {"hit": 3, "miss": 1, "coalesced": 4}

    def test_what_is_never_begun_is_no_miss(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(daily_image_limit=1)
        gemini.answer_always(gemini_answers.SMALL)
        ask_scene(server.client, "Mill")
        execute(server.settings, "UPDATE scene_cache SET expires_at = ?", LONG_AGO)
        for place in ("Mill", "Ford"):
            ask_scene(server.client, place, allow_fallback="true")
            refused = server.client.post(f"{SCENES}/generate", params={"location": place})
            assert refused.status_code == 429
        assert scenes_by_result(server) == {"miss": 1, "stale": 1, "placeholder": 1}


class TestEachServer:
    @pytest.mark.parametrize("name", ["first", "second"])
    def test_counts_for_itself(self, name: str, server: RunningServer) -> None:
        make_image(server.client, subject_name=name)
        assert value(server, "generations_total", provider="pixel", outcome="ok") == 1
