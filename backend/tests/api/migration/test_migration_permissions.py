"""Moving in gives nobody more rights over another's image than the other routes do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.legacy_dumps import (
    assert_no_strays,
    everything,
    gallery,
    image,
    library,
    move,
    scene,
)
from tests.support.library import (
    IMAGES,
    MAINTENANCE,
    ask_scene,
    deleted_days_ago,
    execute,
)
from tests.support.running_server import RunningServer, lasting_server

TOKEN = "operator-token"
RIGHT = {"Authorization": f"Bearer {TOKEN}"}
OLD, NEW = "2020-01-01T00:00:00.000Z", "2030-01-01T00:00:00.000Z"
DUMP = library("img_1795389470941_1", Rope=[image(1)])


@pytest.fixture(scope="module")
def file_server(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[RunningServer]:
    """The same as in the other files, with a token."""
    data = tmp_path_factory.mktemp("migration")
    with lasting_server(
        data, empty_database, migrate_requests_per_minute=10**6, admin_token=TOKEN
    ) as running:
        yield running


@pytest.fixture
def stranger(server: RunningServer) -> Iterator[RunningServer]:
    """Another player, who has the same bytes."""
    with server.another_client() as client:
        yield RunningServer(server.url, server.settings, client)


def move_one(mover: RunningServer, dump: Any = DUMP, **params: Any) -> tuple[str, int | None]:
    [result] = move(mover, dump, **params)["results"]
    return result["outcome"], result["image_id"]


def take_down(server: RunningServer, image_id: int | None) -> None:
    """Delete as the operator."""
    path = f"{IMAGES}/{image_id}"
    assert httpx.delete(f"{server.url}{path}", headers=RIGHT).status_code == 200


def restore(mover: RunningServer, image_id: int | None) -> httpx.Response:
    return mover.client.post(f"{IMAGES}/{image_id}/restore")


@pytest.fixture
def taken_down(server: RunningServer) -> int:
    """An image that a player moved in and the operator deleted."""
    outcome, image_id = move_one(server)
    assert (outcome, image_id is None) == ("stored", False)
    take_down(server, image_id)
    assert image_id is not None
    return image_id


class TestTrashOfAnother:
    def test_is_left_alone(
        self, server: RunningServer, stranger: RunningServer, taken_down: int
    ) -> None:
        before = execute(server.settings, "SELECT * FROM image_assets")
        assert move_one(stranger, dry_run=True) == ("stored", None)
        outcome, own = move_one(stranger)
        assert (outcome, own == taken_down) == ("stored", False)
        assert_error(restore(stranger, taken_down), 401)
        assert_error(server.client.get(f"{IMAGES}/{taken_down}"), 404)
        kept = execute(server.settings, "SELECT * FROM image_assets WHERE id = ?", str(taken_down))
        assert kept == before
        [found] = gallery(server, "Rope")
        assert (found["id"], found["is_featured"]) == (own, True)
        whole = everything(server)
        assert move_one(stranger) == ("already_there", own)
        with server.another_client() as third:
            mover = RunningServer(server.url, server.settings, third)
            assert move_one(mover) == ("already_there", own)
        assert everything(server) == whole
        assert_no_strays(server)

    def test_own_one_is_restored_beside_it(
        self, server: RunningServer, stranger: RunningServer, taken_down: int
    ) -> None:
        _, own = move_one(stranger)
        take_down(server, own)
        assert move_one(stranger, dry_run=True) == ("restored", own)
        assert move_one(stranger) == ("restored", own)
        assert_error(server.client.get(f"{IMAGES}/{taken_down}"), 404)
        assert restore(server, taken_down).status_code == 200
        assert move_one(server) == ("already_there", taken_down)
        assert move_one(stranger) == ("already_there", own)
        assert len(gallery(server, "Rope")) == 2

    def test_each_has_files_of_its_own(
        self, server: RunningServer, stranger: RunningServer, taken_down: int
    ) -> None:
        move_one(stranger)
        [found] = gallery(server, "Rope")
        deleted_days_ago(server.settings, taken_down, 31)
        path = f"{MAINTENANCE}/cleanup/orphaned-images"
        assert server.client.post(path, headers=RIGHT).json()["deleted"] == 1
        for address in (found["url"], found["thumbnail_url"]):
            assert server.client.get(address).status_code == 200
        assert_no_strays(server)

    def test_scene_shows_the_new_one(self, server: RunningServer, stranger: RunningServer) -> None:
        _, first = move_one(server, scene())
        take_down(server, first)
        outcome, own = move_one(stranger, scene())
        assert outcome == "stored"
        served = ask_scene(server.client, time_of_day="dusk", weather="light rain")
        assert (served["served"], served["id"]) == ("cached", own)

    def test_picture_of_nobody(self, server: RunningServer, taken_down: int) -> None:
        """Not even the one who moved it in may restore what nobody is known to have caused."""
        execute(server.settings, "UPDATE image_assets SET player_hash = NULL")
        assert_error(restore(server, taken_down), 401)
        assert move_one(server)[0] == "stored"

    @pytest.mark.usefixtures("taken_down")
    def test_wrong_token_restores_nothing(self, stranger: RunningServer) -> None:
        stranger.client.headers["Authorization"] = "Bearer wrong"
        assert move_one(stranger)[0] == "stored"


class TestWhoMayRestore:
    def test_player_who_caused_it(self, server: RunningServer, taken_down: int) -> None:
        assert move_one(server, dry_run=True) == ("restored", taken_down)
        assert move_one(server) == ("restored", taken_down)
        [found] = gallery(server, "Rope")
        assert (found["id"], found["is_featured"]) == (taken_down, True)

    @pytest.mark.parametrize("owner", ["player_hash", "NULL"])
    def test_operator(
        self, owner: str, server: RunningServer, stranger: RunningServer, taken_down: int
    ) -> None:
        execute(server.settings, f"UPDATE image_assets SET player_hash = {owner}")
        stranger.client.headers.update(RIGHT)
        assert move_one(stranger, dry_run=True) == ("restored", taken_down)
        assert move_one(stranger) == ("restored", taken_down)

    def test_everyone_where_no_token_is_set(self, make_server: ServerFactory) -> None:
        server = make_server()
        _, first = move_one(server)
        server.client.delete(f"{IMAGES}/{first}")
        with server.another_client() as client:
            other = RunningServer(server.url, server.settings, client)
            assert move_one(other) == ("restored", first)


class TestFactsOfAnother:
    """Nobody makes another's image older, more used, or gives it a style."""

    DUMP = library(Rope=[image(1, customPrompt="scribbled", timestamp=OLD)])
    USED = scene(timestamp=OLD, lastUsed=NEW, useCount=10**6)

    @pytest.mark.parametrize("dump", [DUMP, USED])
    def test_stay(self, dump: Any, server: RunningServer, stranger: RunningServer) -> None:
        move(server, library(Rope=[image(1)]))
        move(server, scene())
        before = everything(server)["images"]
        assert move_one(stranger, dump)[0] == "already_there"
        assert everything(server)["images"] == before

    @pytest.mark.parametrize("dump", [DUMP, USED])
    def test_own_ones_are_told(self, dump: Any, server: RunningServer) -> None:
        move(server, library(Rope=[image(1)]))
        move(server, scene())
        before = everything(server)["images"]
        assert move_one(server, dump)[0] == "already_there"
        assert everything(server)["images"] != before

    def test_style_that_is_not_kept_is_told_and_foretold(
        self, server: RunningServer, stranger: RunningServer
    ) -> None:
        move(server, library(Rope=[image(1)]))
        foretold = move(stranger, self.DUMP, dry_run=True)["notes"]
        assert ["scribbled" in note for note in foretold] == [True]
        assert move(stranger, self.DUMP)["notes"] == foretold

    def test_lost_file_is_healed_all_the_same(
        self, server: RunningServer, stranger: RunningServer
    ) -> None:
        _, image_id = move_one(server)
        path = server.settings.image_storage_dir.joinpath("full")
        for file in path.iterdir():
            file.unlink()
        assert move_one(stranger) == ("healed", image_id)
