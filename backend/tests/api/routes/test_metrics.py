"""GET /metrics: requests by route template, generations by outcome, what is stored and spent."""

import errno
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import get_args

import pytest

from app.services.coordination.instances import InstanceRegistry
from app.services.players.rate_limits import LimitKind
from app.services.storage import atomic_write
from tests.conftest import ServerFactory
from tests.support import gemini_answers, gemini_failures
from tests.support.gemini_answers import picture_once
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import wait_until
from tests.support.library import (
    IMAGES,
    LONG_AGO,
    MAINTENANCE,
    SCENES,
    ask_scene,
    ask_together,
    execute,
    file_of,
    make_image,
    order,
    scene_asked,
    write_lock,
)
from tests.support.metrics_page import figure, figures, samples, wait_for_coalesced
from tests.support.running_server import RunningServer

SECONDS = "http_request_duration_seconds"


def generations(server: RunningServer, provider: str) -> dict[str, float]:
    """How many images were asked of a provider, by those outcomes that there were."""
    return {
        dict(labels)["outcome"]: number
        for (name, labels), number in samples(server.client).items()
        if name == "emberpeak_generations_total" and ("provider", provider) in labels and number
    }


def instances_of(server: RunningServer) -> Path:
    return server.settings.image_storage_dir.joinpath(".emberpeak", "instances")


class TestRequests:
    def test_are_counted_by_template_and_name_nobody(self, server: RunningServer) -> None:
        client = server.client
        made = make_image(client, subject_name="Unmistakable")
        for image_id in (made["id"], made["id"], 424242, "abc"):
            client.get(f"{IMAGES}/{image_id}")
        client.delete(f"{IMAGES}/{made['id']}")
        client.post(f"{IMAGES}/1/restore", headers={"Origin": "https://evil.example"})
        for path in ("/wp-admin/x.php", "/docs/vendor/7", "/game/", "/game/no.js", made["url"]):
            client.get(path)
        for method in ("PURGE", "LINK"):
            client.request(method, "/health")
        image, unmatched = f"{IMAGES}/{{image_id}}", "unmatched"
        expected = {
            ("POST", f"{IMAGES}/generate", "200"): 1,
            ("GET", image, "200"): 2,
            ("GET", image, "404"): 1,
            ("GET", image, "422"): 1,
            ("DELETE", image, "200"): 1,
            ("POST", unmatched, "403"): 1,
            ("GET", unmatched, "404"): 1,
            ("GET", "/docs/vendor/{path}", "404"): 1,
            ("GET", "/game/{path}", "200"): 1,
            ("GET", "/game/{path}", "404"): 1,
            ("GET", "/images/{folder}/{name}", "200"): 1,
            ("OTHER", "/health", "405"): 2,
        }

        def counted() -> dict[tuple[str, ...], float]:
            return {
                tuple(dict(labels)[label] for label in ("method", "route", "status")): number
                for (name, labels), number in samples(client).items()
                if name == f"emberpeak_{SECONDS}_count" and ("route", "/metrics") not in labels
            }

        # A file is closed, and counted, after the last of it was sent.
        wait_until(lambda: sum(counted().values()) >= sum(expected.values()))
        assert counted() == expected
        text = client.get("/metrics").text
        for private in ("Unmistakable", client.cookies["emberpeak_player"], "127.0.0.1"):
            assert private not in text


class TestGenerations:
    def test_by_provider_and_outcome(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        gemini.answer_with(
            gemini_answers.picture,
            gemini_answers.blocked_prompt(),
            gemini_answers.EMPTY,
            gemini_failures.DROPPED,
            gemini_failures.QUOTA_PER_MINUTE,
        )
        for number in range(5):
            body = order(prompt=f"A small brass lamp, number {number}")
            answer = gemini_server.client.post(f"{IMAGES}/generate", json=body)
        outcomes = {"ok": 1, "refused": 1, "error": 2, "quota": 1}
        assert generations(gemini_server, "gemini") == outcomes
        found = samples(gemini_server.client)
        assert figure(found, "generation_duration_seconds_count", provider="gemini") == 5
        opened = figures(found, "breaker_open")
        assert opened.pop("quota_minute") == 1
        assert set(opened.values()) == {0}
        until = figures(found, "breaker_until_timestamp_seconds")["quota_minute"]
        left = until - datetime.now(UTC).timestamp()
        assert 0 < left <= int(answer.headers["Retry-After"])

    def test_answers_that_are_no_usable_image(
        self, gemini_server: RunningServer, gemini: GeminiStandin
    ) -> None:
        """Paid each time, and the page shows a stand-in with status 200."""
        gemini.answer_with(gemini_answers.truncated_picture, gemini_answers.huge_picture)
        gemini_server.client.post(f"{IMAGES}/generate", json=order())
        shown = ask_scene(gemini_server.client, "Mill", allow_fallback="true")
        assert shown["served"] == "placeholder"
        assert generations(gemini_server, "gemini") == {"error": 2}

    def test_of_the_painter(self, server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(_path: Path, _data: bytes) -> None:
            raise OSError(errno.EIO, "Input/output error")

        server.client.get(f"{SCENES}/preview", params={"location": "Mill"})
        assert generations(server, "pixel") == {}
        make_image(server.client)
        ask_scene(server.client)
        with monkeypatch.context() as patch:
            patch.setattr(atomic_write, "_write_flushed", fail)
            assert server.client.post(f"{IMAGES}/generate", json=order()).status_code == 503
        assert generations(server, "pixel") == {"ok": 2, "not_stored": 1}
        assert figure(samples(server.client), "generations_pending") == 0


def test_scenes_by_how_they_were_served(
    make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    server = make_gemini_server(daily_image_limit=1)
    finish = Event()
    gemini.answer_with(picture_once(finish))
    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(ask_together, server.url, [scene_asked("Mill")] * 5)
        wait_for_coalesced(server.client, 4)
        finish.set()
        asking.result()
    for _ in range(3):
        ask_scene(server.client, "Mill")
    execute(server.settings, "UPDATE scene_cache SET expires_at = ?", LONG_AGO)
    for place in ("Mill", "Ford"):
        ask_scene(server.client, place, allow_fallback="true")
        refused = server.client.post(f"{SCENES}/generate", params={"location": place})
        assert refused.status_code == 429, "what is never begun is no miss"
    found = figures(samples(server.client), "scene_cache_requests_total")
    counted = {"hit": 3, "miss": 1, "coalesced": 4, "stale": 1, "placeholder": 1}
    assert {result: number for result, number in found.items() if number} == counted


class TestLibrary:
    def test_images_trash_and_bytes(self, server: RunningServer) -> None:
        made = [make_image(server.client, subject_name=f"Lamp {number}") for number in range(3)]
        server.client.delete(f"{IMAGES}/{made[0]['id']}")
        ask_scene(server.client)
        ask_scene(server.client, "Old Tower")
        execute(server.settings, "UPDATE scene_cache SET expires_at='2020-01-01' WHERE id = 1")
        found = samples(server.client)
        assert (figure(found, "images"), figure(found, "hidden_images")) == (4, 0)
        assert figure(found, "trash_images") == 1
        assert figure(found, "trash_bytes") == made[0]["file_size_bytes"]
        (total,) = execute(server.settings, "SELECT sum(file_size_bytes) FROM image_assets")[0]
        assert figure(found, "storage_bytes") == total
        assert figures(found, "scene_cache_entries") == {"active": 1, "expired": 1}
        assert figure(found, "storage_free_bytes", disk="images") > 0
        sizes = figures(found, "database_size_bytes")
        path = Path(server.settings.database_url.removeprefix("sqlite:///"))
        # What the write-ahead log holds is not in the file yet.
        assert sizes["main"] >= path.stat().st_size
        assert sizes["wal"] > 0
        assert figure(found, "workers") == 1

    def test_images_hidden_by_a_repair(self, server: RunningServer) -> None:
        file_of(server, make_image(server.client)).unlink()
        server.client.post(f"{MAINTENANCE}/verify", params={"repair": "true"}).raise_for_status()
        assert figure(samples(server.client), "hidden_images") == 1

    def test_waiting_for_another_program(self, server: RunningServer) -> None:
        def writers() -> float:
            return figures(samples(server.client), "database_connections_in_use")["writer"]

        with ThreadPoolExecutor() as threads:
            with write_lock(server.settings):
                asked = threads.submit(server.client.post, f"{IMAGES}/generate", json=order())
                wait_until(lambda: writers() == 1)
            assert asked.result().status_code == 200
        found = samples(server.client)
        name = "database_write_wait_seconds_bucket"
        assert figure(found, name, le="0.001") < figure(found, name, le="+Inf")
        assert figure(found, "database_write_wait_seconds_sum") > 0.001
        assert figure(found, "database_write_duration_seconds_count") >= 2

    def test_leases(self, server: RunningServer) -> None:
        lease = (
            "INSERT OR REPLACE INTO generation_leases (key, owner, taken_at) "
            "VALUES (?, ?, '2026-01-01 00:00:00.000000')"
        )
        with closing(InstanceRegistry(instances_of(server))) as alive:

            def found() -> dict[str, float]:
                for key, owner in {"a": alive.instance_id, "b": "dead", "c": "dead"}.items():
                    execute(server.settings, lease, key, owner)
                return figures(samples(server.client), "generation_leases")

            # A beat between writing and reading takes those of the dead away.
            wait_until(lambda: found() == {"held": 1, "abandoned": 2})


class TestMoney:
    def test_spent_reserved_and_left(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server(daily_image_limit=10, monthly_budget_usd=1)
        gemini.answer_with(
            gemini_answers.picture, gemini_failures.BAD_REQUEST, gemini_answers.picture
        )
        for number in range(3):
            server.client.post(f"{IMAGES}/generate", json=order(prompt=f"A lamp, number {number}"))
        (price,) = execute(server.settings, "SELECT price_micro_usd FROM ledger LIMIT 1")[0]
        reserve = "UPDATE ledger SET outcome = 'reserved', owner = ? WHERE id = 3"
        # Of a living neighbour, so that no beat settles it in between.
        with closing(InstanceRegistry(instances_of(server))) as neighbour:
            execute(server.settings, reserve, neighbour.instance_id)
            found = samples(server.client)
        for period in ("day", "month"):
            for state in ("spent", "reserved"):
                labels = {"period": period, "state": state}
                assert figure(found, "ledger_calls", **labels) == 1
                assert figure(found, "ledger_cost_usd", **labels) == pytest.approx(price / 1e6)
            for outcome, number in {"ok": 1, "failed": 1, "unknown": 0}.items():
                labels = {"period": period, "outcome": outcome}
                assert figure(found, "ledger_outcomes", **labels) == number
        assert figure(found, "daily_images_limit") == 10
        assert figure(found, "daily_images_left") == 8
        assert figure(found, "budget_limit_usd") == 1
        assert figure(found, "budget_left_usd") == pytest.approx(1 - 2 * price / 1e6)

    def test_other_days_and_months(self, make_gemini_server: ServerFactory) -> None:
        server = make_gemini_server(daily_image_limit=10)
        for number in range(3):
            make_image(server.client, prompt=f"A small brass lamp, number {number}")
        today = datetime.now(UTC).date()
        first = today.replace(day=1)
        another = first if today != first else first.replace(day=2)
        execute(server.settings, "UPDATE ledger SET day = ? WHERE id = 1", another.isoformat())
        execute(server.settings, "UPDATE ledger SET day = '2020-01-01' WHERE id = 2")
        found = samples(server.client)
        for period, number in (("day", 1), ("month", 2)):
            assert figure(found, "ledger_calls", period=period, state="spent") == number
            assert figure(found, "ledger_outcomes", period=period, outcome="ok") == number
        assert figure(found, "daily_images_left") == 9
        assert ("emberpeak_budget_left_usd", frozenset()) not in found

    @pytest.mark.parametrize(
        ("reason", "setting"),
        [
            ("daily_limit", {"daily_image_limit": 0}),
            ("player_limit", {"player_daily_image_limit": 0}),
            ("images", {"max_requests_per_minute": 0}),
        ],
    )
    def test_each_refusal_counts_once(
        self, reason: str, setting: dict[str, int], make_gemini_server: ServerFactory
    ) -> None:
        server = make_gemini_server(**setting)
        kinds = {*get_args(LimitKind), "player_limit", "daily_limit", "budget", "client_bytes"}
        counted = dict.fromkeys(kinds, 0.0)
        assert figures(samples(server.client), "rate_limited_total") == counted
        assert server.client.post(f"{IMAGES}/generate", json=order()).status_code == 429
        expected = {**counted, reason: 1.0}
        assert figures(samples(server.client), "rate_limited_total") == expected
