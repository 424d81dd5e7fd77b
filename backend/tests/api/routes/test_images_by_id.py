"""/api/v1/images/{id}: look up, star, delete and restore one image."""

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.support.errors import assert_error
from tests.support.library import IMAGES, LONG_AGO, MAINTENANCE, execute, file_of, make_image
from tests.support.running_server import RunningServer

CALLS = [
    ("GET", IMAGES + "/{id}"),
    ("PUT", IMAGES + "/{id}/feature"),
    ("DELETE", IMAGES + "/{id}"),
    ("POST", IMAGES + "/{id}/restore"),
]


def get(client: httpx.Client, image_id: int, **params: Any) -> Any:
    response = client.get(f"{IMAGES}/{image_id}", params=params)
    assert response.status_code == 200, response.text
    return response.json()


def toggle(client: httpx.Client, image_id: int) -> Any:
    response = client.put(f"{IMAGES}/{image_id}/feature")
    assert response.status_code == 200, response.text
    return response.json()


def delete(client: httpx.Client, image_id: int) -> Any:
    response = client.delete(f"{IMAGES}/{image_id}")
    assert response.status_code == 200, response.text
    return response.json()


def restore(client: httpx.Client, image_id: int) -> Any:
    response = client.post(f"{IMAGES}/{image_id}/restore")
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_no_such_image_and_no_number(method: str, path: str, shared_server: RunningServer) -> None:
    for image_id in ("0", "-1", "424242", str(2**63), "1" + "0" * 30):
        answer = shared_server.client.request(method, path.format(id=image_id))
        assert assert_error(answer, 404)["message"] == f"There is no image {image_id}."
    for image_id in ("abc", "1.5", "0x1", "1" * 5000):
        answer = shared_server.client.request(method, path.format(id=image_id))
        (problem,) = assert_error(answer, 422)["detail"]["errors"]
        assert (problem["location"], problem["field"]) == ("path", "image_id")


def test_each_look_counts_one_use_and_nothing_else_does(shared_server: RunningServer) -> None:
    client = shared_server.client
    made = make_image(client, subject_name="Counted")
    client.get(f"{IMAGES}/search", params={"subject_name": "Counted"})
    client.get(made["url"])
    seen = [get(client, made["id"]) for _ in range(3)]
    counted = dict.fromkeys(("use_count", "last_used"))
    assert {**seen[0], **counted} == {**made, **counted}
    assert [image["use_count"] for image in seen] == [1, 2, 3]
    used = [image["last_used"] for image in seen]
    assert used == sorted(used)
    assert all(moment > made["created_at"] and moment.endswith("Z") for moment in used)


def test_include_data_gives_the_whole_file(server: RunningServer) -> None:
    made = make_image(server.client)
    found = get(server.client, made["id"], include_data="true")
    data = base64.b64decode(found["base64_data"], validate=True)
    assert hashlib.sha256(data).hexdigest() == made["content_hash"]
    assert "base64_data" not in get(server.client, made["id"])
    file_of(server, made).unlink()
    answer = server.client.get(f"{IMAGES}/{made['id']}", params={"include_data": "true"})
    assert_error(answer, 404)


class TestFeature:
    def test_toggles(self, shared_server: RunningServer) -> None:
        client = shared_server.client
        made = make_image(client, subject_name="Toggled")
        answers = [toggle(client, made["id"]) for _ in range(3)]
        assert [answer["is_featured"] for answer in answers] == [True, False, True]
        assert answers[0] == {"id": made["id"], "is_featured": True, "subject_name": "Toggled"}
        assert get(client, made["id"])["is_featured"] is True

    def test_at_most_one_of_a_subject(self, shared_server: RunningServer) -> None:
        client = shared_server.client
        other = make_image(client, subject_name="Banner", subject_type="character")["id"]
        toggle(client, other)
        ids = [make_image(client, subject_name="Banner")["id"] for _ in range(3)]
        for image_id in (*ids, ids[0]):
            toggle(client, image_id)
            found = client.get(
                f"{IMAGES}/search", params={"subject_name": "Banner", "is_featured": "true"}
            ).json()
            assert {item["id"] for item in found["items"]} == {image_id, other}


class TestDelete:
    def test_hidden_until_it_is_restored_as_it_was(self, shared_server: RunningServer) -> None:
        client = shared_server.client
        made = make_image(client, subject_name="Broken Pot")
        answer = delete(client, made["id"])
        assert (answer["id"], answer["status"]) == (made["id"], "deleted")
        assert "Broken Pot" in answer["message"]
        assert "30 days" in answer["message"]
        assert_error(client.get(f"{IMAGES}/{made['id']}"), 404)
        assert_error(client.put(f"{IMAGES}/{made['id']}/feature"), 404)
        found = client.get(f"{IMAGES}/search", params={"subject_name": "Broken Pot"}).json()
        assert found["total"] == 0
        for _ in range(2):
            assert restore(client, made["id"]) == made
        assert get(client, made["id"])["id"] == made["id"]

    def test_of_many_at_once_one_succeeds(self, shared_server: RunningServer) -> None:
        path = f"{IMAGES}/{make_image(shared_server.client)['id']}"
        with ThreadPoolExecutor(6) as pool:
            answers = pool.map(lambda _: shared_server.client.delete(path), range(6))
        assert sorted(answer.status_code for answer in answers) == [200, *[404] * 5]

    def test_gone_for_good(self, server: RunningServer) -> None:
        made = make_image(server.client)
        delete(server.client, made["id"])
        execute(server.settings, "UPDATE image_assets SET deleted_at = ?", LONG_AGO)
        server.client.post(f"{MAINTENANCE}/cleanup/orphaned-images", params={"force": True})
        assert_error(server.client.post(f"{IMAGES}/{made['id']}/restore"), 404)
        assert make_image(server.client)["id"] > made["id"], "an id is never given out again"
