"""GET /metrics: what is looked up in the database and on the disk."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest

from app.database import engine
from app.services.coordination.instances import InstanceRegistry
from app.services.players.rate_limits import LimitKind
from tests.conftest import ServerFactory
from tests.support import gemini_answers, gemini_failures
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import wait_until
from tests.support.library import (
    IMAGES,
    MAINTENANCE,
    ask_scene,
    execute,
    file_of,
    make_image,
    order,
    write_lock,
)
from tests.support.metrics_page import figure, figures, samples
from tests.support.running_server import RunningServer


class TestLibrary:
    def test_pictures_trash_and_bytes(self, server: RunningServer) -> None:
        made = [make_image(server.client, subject_name=f"Lamp {number}") for number in range(3)]
        server.client.delete(f"{IMAGES}/{made[0]['id']}")
        ask_scene(server.client)
        ask_scene(server.client, "Old Tower")
        execute(server.settings, "UPDATE scene_cache SET expires_at='2020-01-01' WHERE id = 1")
        found = samples(server.client)
        assert figure(found, "images") == 4
        assert figure(found, "trash_images") == 1
        assert figure(found, "trash_bytes") == made[0]["file_size_bytes"]
        (total,) = execute(server.settings, "SELECT sum(file_size_bytes) FROM image_assets")[0]
        assert figure(found, "storage_bytes") == total
        assert figures(found, "scene_cache_entries") == {"active": 1, "expired": 1}
        assert figure(found, "storage_free_bytes", disk="pictures") > 0
        assert figure(found, "hidden_images") == 0

    @pytest.mark.parametrize("fault", [Path.unlink, lambda path: path.write_bytes(b"damaged")])
    def test_images_hidden_by_a_repair(
        self,
        fault: Callable[[Path], object],
        server: RunningServer,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("app.services.integrity.service.SETTLING_SECONDS", 0.01)
        made = [make_image(server.client, subject_name=f"Lamp {number}") for number in range(2)]
        fault(file_of(server, made[0]))
        server.client.post(f"{MAINTENANCE}/verify", params={"repair": "true"}).raise_for_status()
        found = samples(server.client)
        assert figure(found, "hidden_images") == 1

    def test_database(self, server: RunningServer) -> None:
        make_image(server.client)
        found = samples(server.client)
        sizes = figures(found, "database_size_bytes")
        path = Path(server.settings.database_url.removeprefix("sqlite:///"))
        assert sizes["main"] == path.stat().st_size
        assert sizes["wal"] > 0
        assert figure(found, "database_write_wait_seconds_count") >= 2
        assert figure(found, "database_write_duration_seconds_count") >= 2
        assert set(figures(found, "database_connections_in_use")) == {"reader", "writer"}
        assert figure(found, "workers") == 1

    def test_nothing_names_a_player_or_a_subject(self, server: RunningServer) -> None:
        make_image(server.client, subject_name="Unmistakable")
        cookie = server.client.cookies["emberpeak_player"]
        text = server.client.get("/metrics").text
        assert "Unmistakable" not in text
        assert cookie not in text
        assert "127.0.0.1" not in text


class TestWriteWait:
    def test_waiting_for_another_program_is_seen(self, server: RunningServer) -> None:
        def of_writer() -> float:
            found = samples(server.client)
            return figures(found, "database_connections_in_use")["writer"]

        with ThreadPoolExecutor() as threads:
            with write_lock(server.settings):
                asked = threads.submit(server.client.post, f"{IMAGES}/generate", json=order())
                wait_until(lambda: of_writer() == 1)
            assert asked.result().status_code == 200
        found = samples(server.client)
        name = "database_write_wait_seconds_bucket"
        assert figure(found, name, le="0.001") < figure(found, name, le="+Inf")
        assert figure(found, "database_write_wait_seconds_sum") > 0.001

    def test_waiting_in_vain_is_seen(
        self, make_server: ServerFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        impatient = (*engine._EVERY_CONNECTION, "PRAGMA busy_timeout=200")
        monkeypatch.setattr(engine, "_EVERY_CONNECTION", impatient)
        server = make_server()
        image = f"{IMAGES}/{make_image(server.client)['id']}"
        with write_lock(server.settings):
            assert server.client.put(f"{image}/feature").status_code == 503
        found = samples(server.client)
        name = "database_write_wait_seconds_bucket"
        assert figure(found, name, le="0.1") < figure(found, name, le="+Inf")
        taken = figure(found, "database_write_duration_seconds_count")
        assert taken < figure(found, "database_write_wait_seconds_count")


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
        folder = server.settings.image_storage_dir.joinpath(".emberpeak", "instances")
        reserve = "UPDATE ledger SET outcome = 'reserved', owner = ? WHERE id = 3"
        # Of a living neighbour, so that no beat settles it in between.
        with closing(InstanceRegistry(folder)) as neighbour:
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
        assert figure(found, "ledger_calls", period="day", state="spent") == 1
        assert figure(found, "ledger_calls", period="month", state="spent") == 2
        assert figure(found, "ledger_outcomes", period="day", outcome="ok") == 1
        assert figure(found, "ledger_outcomes", period="month", outcome="ok") == 2
        assert figure(found, "daily_images_left") == 9
        assert ("emberpeak_budget_left_usd", frozenset()) not in found

    def test_leases(self, server: RunningServer) -> None:
        folder = server.settings.image_storage_dir.joinpath(".emberpeak", "instances")
        with closing(InstanceRegistry(folder)) as alive:
            owners = {"a": alive.instance_id, "b": "dead", "c": "dead"}
            # A beat between writing and reading, one every 5 s, takes those of the dead away.
            found = [leases_of(server, owners) for _ in range(3)]
        assert {"held": 1, "abandoned": 2} in found


def leases_of(server: RunningServer, owners: dict[str, str]) -> dict[str, float]:
    """Write leases, and give their figures at once."""
    for key, owner in owners.items():
        execute(
            server.settings,
            "INSERT OR REPLACE INTO generation_leases (key, owner, taken_at) "
            "VALUES (?, ?, '2026-01-01 00:00:00.000000')",
            key,
            owner,
        )
    return figures(samples(server.client), "generation_leases")


class TestLimits:
    @pytest.mark.parametrize(
        ("reason", "setting"),
        [
            ("daily_limit", {"daily_image_limit": 0}),
            ("player_limit", {"player_daily_image_limit": 0}),
            ("budget", {"monthly_budget_usd": 0}),
            ("images", {"max_requests_per_minute": 0}),
        ],
    )
    def test_each_refusal_counts_once(
        self, reason: str, setting: dict[str, object], make_gemini_server: ServerFactory
    ) -> None:
        server = make_gemini_server(**setting)
        assert server.client.post(f"{IMAGES}/generate", json=order()).status_code == 429
        counted = figures(samples(server.client), "rate_limited_total")
        assert counted.pop(reason) == 1
        assert set(counted.values()) == {0}

    def test_every_kind_is_there_from_the_start(self, server: RunningServer) -> None:
        kinds = {*get_args(LimitKind), "player_limit", "daily_limit", "budget", "client_bytes"}
        counted = figures(samples(server.client), "rate_limited_total")
        assert counted == dict.fromkeys(kinds, 0.0)


class TestBreaker:
    def test_budget_without_a_price_is_seen_before_anybody_asks(
        self, make_gemini_server: ServerFactory
    ) -> None:
        found = samples(make_gemini_server(monthly_budget_usd=20, gemini_model="new").client)
        opened = figures(found, "breaker_open")
        assert opened.pop("unknown_price") == 1
        assert set(opened.values()) == {0}
        until = figures(found, "breaker_until_timestamp_seconds")
        assert until["unknown_price"] == float("inf")

    def test_reason_and_time(self, gemini_server: RunningServer, gemini: GeminiStandin) -> None:
        before = samples(gemini_server.client)
        assert set(figures(before, "breaker_open").values()) == {0}
        gemini.answer_with(gemini_failures.QUOTA_PER_MINUTE)
        answer = gemini_server.client.post(f"{IMAGES}/generate", json=order())
        found = samples(gemini_server.client)
        opened = figures(found, "breaker_open")
        assert opened.pop("quota_minute") == 1
        assert set(opened.values()) == {0}
        until = figures(found, "breaker_until_timestamp_seconds")["quota_minute"]
        left = until - datetime.now(UTC).timestamp()
        assert 0 < left <= int(answer.headers["Retry-After"])
