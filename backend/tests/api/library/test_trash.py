"""What is in the trash, and how it comes out again: one by one or many at once."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.library import (
    IMAGES,
    ask_scene,
    execute,
    make_image,
)
from tests.support.running_server import RunningServer

TOKEN = "operator-token"
RIGHT = {"Authorization": f"Bearer {TOKEN}"}


def trash(client: httpx.Client, **params: Any) -> Any:
    response = client.get(f"{IMAGES}/search", params={"deleted": "true", **params})
    assert response.status_code == 200, response.text
    return response.json()


def delete(client: httpx.Client, *image_ids: int) -> None:
    for image_id in image_ids:
        assert client.delete(f"{IMAGES}/{image_id}").status_code == 200


def restore(client: httpx.Client, *image_ids: int, **headers: str) -> Any:
    response = client.post(f"{IMAGES}/restore", json={"ids": image_ids}, headers=headers)
    assert response.status_code == 200, response.text
    body = response.json()
    assert [item["id"] for item in body["items"]] == list(dict.fromkeys(image_ids))
    assert all(item["message"] for item in body["items"])
    assert body["restored"] == [item["status"] for item in body["items"]].count("restored")
    return body


def statuses(body: Any) -> list[str]:
    return [item["status"] for item in body["items"]]


class TestList:
    def test_what_was_deleted_last_comes_first(self, server: RunningServer) -> None:
        ids = [make_image(server.client)["id"] for _ in range(4)]
        delete(server.client, ids[2], ids[0], ids[3])
        found = trash(server.client)
        assert [item["id"] for item in found["items"]] == [ids[3], ids[0], ids[2]]
        assert found["total"] == 3

    def test_says_when_it_goes_for_good(self, make_server: ServerFactory) -> None:
        server = make_server(backup_retention_days=3)
        made = make_image(server.client)
        delete(server.client, made["id"])
        (item,) = trash(server.client)["items"]
        deleted_at, purge_at = item.pop("deleted_at"), item.pop("purge_at")
        assert deleted_at > made["created_at"]
        assert deleted_at.endswith("Z")
        assert purge_at.endswith("Z")
        lifetime = datetime.fromisoformat(purge_at) - datetime.fromisoformat(deleted_at)
        assert lifetime == timedelta(days=3)
        assert item == made

    def test_needs_the_token_where_one_is_set(self, make_server: ServerFactory) -> None:
        server = make_server(admin_token=TOKEN)
        delete(server.client, make_image(server.client)["id"])
        path = f"{IMAGES}/search"
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            answer = server.client.get(path, params={"deleted": "true"}, headers=headers)
            assert_error(answer, 401)
        assert server.client.get(path, params={"deleted": "false"}).status_code == 200
        answer = server.client.get(path, params={"deleted": "true"}, headers=RIGHT)
        assert answer.json()["total"] == 1


class TestRestoreMany:
    def test_all_come_back_as_they_were(self, server: RunningServer) -> None:
        made = [make_image(server.client) for _ in range(3)]
        ids = [image["id"] for image in made]
        delete(server.client, *ids)
        body = restore(server.client, *ids)
        assert [item["image"] for item in body["items"]] == made
        assert trash(server.client)["total"] == 0

    def test_of_two_with_a_star_the_first_keeps_it(self, shared_server: RunningServer) -> None:
        client = shared_server.client
        ids = [make_image(client, subject_name="Two stars")["id"] for _ in range(2)]
        for image_id in ids:
            client.put(f"{IMAGES}/{image_id}/feature")
            delete(client, image_id)
        body = restore(client, *reversed(ids))
        assert [item["image"]["is_featured"] for item in body["items"]] == [True, False]

    def test_pictures_of_others_need_the_token(self, make_server: ServerFactory) -> None:
        server = make_server(admin_token=TOKEN)
        mine = make_image(server.client)["id"]
        with server.another_client() as other:
            theirs = make_image(other)["id"]
            delete(other, theirs)
        delete(server.client, mine)
        body = restore(server.client, theirs, mine)
        assert statuses(body) == ["forbidden", "restored"]
        assert body["items"][0]["image"] is None
        assert execute(
            server.settings, "SELECT id FROM image_assets WHERE deleted_at IS NOT NULL"
        ) == [(theirs,)]
        assert statuses(restore(server.client, theirs, **RIGHT)) == ["restored"]

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"ids": []},
            {"ids": list(range(101))},
            {"ids": ["x"]},
            {"ids": [1.5]},
            {"ids": [None]},
            {"ids": 1},
            [1],
        ],
    )
    def test_bad_bodies(self, body: Any, shared_server: RunningServer) -> None:
        answer = shared_server.client.post(f"{IMAGES}/restore", json=body)
        assert assert_error(answer, 422)["detail"]["errors"]


class TestScene:
    def test_is_a_miss_until_then(self, server: RunningServer) -> None:
        old = ask_scene(server.client)
        delete(server.client, old["id"])
        new = ask_scene(server.client)
        assert new["served"] == "generated"
        assert new["id"] != old["id"]
        restore(server.client, old["id"])
        assert ask_scene(server.client)["id"] == new["id"], "the newer one stays"
