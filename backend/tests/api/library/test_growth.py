"""What one client may add in a day, and how large the library may be, over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.legacy_dumps import assert_no_strays, image, library, move
from tests.support.library import (
    IMAGES,
    MAINTENANCE,
    SCENES,
    ask_scene,
    execute,
    make_image,
    order,
    row_count,
    stored_files,
)
from tests.support.running_server import RunningServer

SAVES = "/api/v1/saves"
PREFERENCES = "/api/v1/preferences"
CLEANUP = f"{MAINTENANCE}/cleanup/orphaned-images"
MB = 2**20


def added(server: RunningServer, client: str = "127.0.0.1") -> int:
    query = "SELECT sum(bytes) FROM client_usage WHERE client = ?"
    return int(execute(server.settings, query, client)[0][0] or 0)


def leave(server: RunningServer, left: int, client: str = "127.0.0.1") -> None:
    """Let a client have added all but so many bytes today, also where a day ends meanwhile."""
    size = server.settings.client_daily_mb * MB - left
    execute(server.settings, "DELETE FROM client_usage")
    for days in range(2):
        day = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
        execute(server.settings, "INSERT INTO client_usage VALUES (?, ?, ?)", day, client, size)


def scene(server: RunningServer, location: str, **words: str) -> httpx.Response:
    params = {"location": location, **words}
    return server.client.post(f"{SCENES}/generate", params=params)


def assert_used_up(answer: httpx.Response) -> None:
    body = assert_error(answer, 429, "client_bytes")
    assert "1 MB" in body["message"]
    assert 1 <= int(answer.headers["Retry-After"]) <= 86400


@pytest.fixture
def small(make_server: ServerFactory) -> RunningServer:
    return make_server(client_daily_mb=1, library_limit_gb=1)


class TestOneClientsDay:
    def test_counts_what_is_stored(self, small: RunningServer) -> None:
        make_image(small.client)
        ask_scene(small.client)
        move(small, library(Rope=[image()]))
        (stored,) = execute(small.settings, "SELECT sum(file_size_bytes) FROM image_assets")
        assert added(small) == stored[0] > 0
        move(small, library(Rope=[image()]))
        ask_scene(small.client)
        assert added(small) == stored[0], "what is there already adds nothing"

    def test_no_picture_more_from_whoever_makes_them(self, small: RunningServer) -> None:
        ask_scene(small.client, "Old Mill")
        leave(small, 0)
        assert_used_up(small.client.post(f"{IMAGES}/generate", json=order()))
        assert_used_up(scene(small, "Ford"))
        assert ask_scene(small.client, "Old Mill")["served"] == "cached"
        assert row_count(small.settings) == 1

    def test_stand_in_where_one_will_do(self, small: RunningServer) -> None:
        leave(small, 0)
        answer = scene(small, "Ford", allow_fallback="true")
        shown = answer.json()
        assert (answer.status_code, shown["served"]) == (200, "placeholder")
        assert shown["reason"] == "client_bytes"
        assert row_count(small.settings) == 0

    def test_paid_pictures_too_before_they_are_paid(
        self, make_gemini_server: ServerFactory
    ) -> None:
        server = make_gemini_server(client_daily_mb=1)
        make_image(server.client)
        assert added(server) > 0
        leave(server, 0)
        assert_used_up(scene(server, "Ford"))
        assert row_count(server.settings, "ledger") == 1

    def test_new_save_but_never_one_that_is_there(self, small: RunningServer) -> None:
        player = small.client
        assert player.put(f"{SAVES}/1", json={"turn": 1}).status_code == 200
        assert added(small) == 256 * 1024, "as much as it may grow to"
        leave(small, 256 * 1024 - 1)
        assert_used_up(player.put(f"{SAVES}/2", json={"turn": 1}))
        assert player.put(f"{SAVES}/1", json={"turn": "2" * 10**5}).status_code == 200
        assert len(player.get(SAVES).json()["saves"]) == 1

    def test_first_preferences_but_never_those_that_are_there(self, small: RunningServer) -> None:
        assert small.client.put(PREFERENCES, json={"theme": "amber"}).status_code == 200
        leave(small, 0)
        assert small.client.put(PREFERENCES, json={"theme": "green"}).status_code == 200
        small.client.cookies.clear()
        assert_used_up(small.client.put(PREFERENCES, json={"theme": "amber"}))


class TestMovingIn:
    def assert_refused(self, server: RunningServer, report: Any, word: str) -> None:
        assert report["status"] == "failed"
        assert len(report["errors"]) == 2
        assert all(word in entry["error"] for entry in report["errors"])
        assert row_count(server.settings) == 0
        assert stored_files(server.settings) == []

    @pytest.mark.parametrize("dry_run", [False, True])
    def test_day_used_up(self, small: RunningServer, dry_run: bool) -> None:
        leave(small, 0)
        report = move(small, library(Rope=[image(1), image(2)]), dry_run=dry_run)
        self.assert_refused(small, report, "CLIENT_DAILY_MB")

    def test_what_is_there_is_no_error_and_the_rest_can_come_later(
        self, small: RunningServer
    ) -> None:
        move(small, library(Rope=[image(1)]))
        leave(small, 0)
        dump = library(Rope=[image(1), image(2)])
        report = move(small, dump)
        assert (report["status"], report["already_there"]) == ("partial", 1)
        leave(small, MB)
        assert move(small, dump)["status"] == "success"
        assert_no_strays(small)

    def test_operator_may_move_in_more(self, make_server: ServerFactory) -> None:
        server = make_server(client_daily_mb=0, admin_token="only-the-operator")
        dump = library(Rope=[image()])
        assert move(server, dump)["status"] == "failed"
        server.client.headers["Authorization"] = "Bearer only-the-operator"
        assert move(server, dump)["status"] == "success"


class TestLibrary:
    @pytest.fixture
    def full(self, small: RunningServer) -> RunningServer:
        make_image(small.client)
        self.fill(small, 2**30)
        return small

    def fill(self, server: RunningServer, size: int) -> None:
        execute(server.settings, "UPDATE image_assets SET file_size_bytes = ?", size)

    def test_no_more_pictures(self, full: RunningServer) -> None:
        answers = [full.client.post(f"{IMAGES}/generate", json=order()), scene(full, "Ford")]
        for answer in answers:
            assert "LIBRARY_LIMIT_GB" in assert_error(answer, 507, "library_full")["message"]
        shown = scene(full, "Ford", allow_fallback="true")
        assert (shown.status_code, shown.json()["reason"]) == (200, "library_full")
        report = move(full, library(Rope=[image()]))
        assert "LIBRARY_LIMIT_GB" in report["errors"][0]["error"]
        assert row_count(full.settings) == 1

    def test_emptying_the_trash_makes_room(self, full: RunningServer) -> None:
        full.client.delete(f"{IMAGES}/1")
        assert_error(scene(full, "Ford"), 507, "library_full")
        emptied = full.client.post(CLEANUP, params={"image_id": 1, "force": "true"})
        assert emptied.json()["deleted"] == 1
        assert scene(full, "Ford").status_code == 200

    @pytest.mark.parametrize(
        ("size", "status"), [(966_367_641, "ok"), (966_367_642, "degraded"), (2**30, "degraded")]
    )
    def test_health_tells_from_nine_tenths_on(
        self, size: int, status: str, full: RunningServer
    ) -> None:
        self.fill(full, size)
        found = full.client.get("/health").json()
        assert found["status"] == status
        assert any("LIBRARY_LIMIT_GB" in why for why in found["reasons"]) == (status != "ok")
