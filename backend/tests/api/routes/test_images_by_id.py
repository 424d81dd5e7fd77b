"""/api/v1/images/{id}: look up, star, delete and restore one picture."""

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.api.conftest import Restart
from tests.support.errors import assert_error
from tests.support.library import IMAGES, LONG_AGO, MAINTENANCE, execute, make_image
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


class TestUnknown:
    @pytest.mark.parametrize(("method", "path"), CALLS)
    @pytest.mark.parametrize("image_id", ["0", "-1", "424242", str(2**63), "1" + "0" * 30])
    def test_no_such_image(
        self, method: str, path: str, image_id: str, shared_server: RunningServer
    ) -> None:
        answer = shared_server.client.request(method, path.format(id=image_id))
        body = assert_error(answer, 404)
        assert body["message"] == f"There is no image {image_id}."

    @pytest.mark.parametrize(("method", "path"), CALLS)
    @pytest.mark.parametrize("image_id", ["abc", "1.5", "0x1", "1" * 5000])
    def test_no_number(
        self, method: str, path: str, image_id: str, shared_server: RunningServer
    ) -> None:
        answer = shared_server.client.request(method, path.format(id=image_id))
        (problem,) = assert_error(answer, 422)["detail"]["errors"]
        assert (problem["location"], problem["field"]) == ("path", "image_id")


class TestGet:
    def test_facts_are_those_of_the_answer_that_made_it(self, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client)
        found = get(shared_server.client, made["id"])
        counted = ("use_count", "last_used")
        assert {**found, **dict.fromkeys(counted)} == {**made, **dict.fromkeys(counted)}

    def test_each_look_counts_one_use(self, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client)
        seen = [get(shared_server.client, made["id"]) for _ in range(3)]
        assert [image["use_count"] for image in seen] == [1, 2, 3]
        used = [image["last_used"] for image in seen]
        assert used == sorted(used)
        assert all(moment > made["created_at"] and moment.endswith("Z") for moment in used)

    def test_many_looks_at_once_count_one_each(self, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client)
        with ThreadPoolExecutor(8) as pool:
            counts = pool.map(
                lambda _: get(shared_server.client, made["id"])["use_count"], range(40)
            )
        assert sorted(counts) == list(range(1, 41))

    def test_nothing_else_counts(self, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client, subject_name="Uncounted")
        client = shared_server.client
        client.get(f"{IMAGES}/search", params={"subject_name": "Uncounted"})
        client.get(made["url"])
        toggle(client, made["id"])
        assert get(client, made["id"])["use_count"] == 1

    def test_uses_survive_a_restart(self, open_server: Restart) -> None:
        with open_server() as server:
            image_id = make_image(server.client)["id"]
            for _ in range(3):
                last = get(server.client, image_id)
        with open_server() as server:
            (found,) = server.client.get(f"{IMAGES}/search").json()["items"]
            assert found["use_count"] == 3
            assert found["last_used"] == last["last_used"]
            assert get(server.client, image_id)["use_count"] == 4


class TestIncludeData:
    def test_whole_file_in_base64(self, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client)
        found = get(shared_server.client, made["id"], include_data="true")
        data = base64.b64decode(found["base64_data"], validate=True)
        assert hashlib.sha256(data).hexdigest() == made["content_hash"]
        assert found["use_count"] == 1

    @pytest.mark.parametrize("params", [{}, {"include_data": "false"}])
    def test_left_out_unless_asked_for(
        self, params: dict[str, str], shared_server: RunningServer
    ) -> None:
        made = make_image(shared_server.client)
        assert "base64_data" not in get(shared_server.client, made["id"], **params)

    def test_no_boolean(self, shared_server: RunningServer) -> None:
        answer = shared_server.client.get(f"{IMAGES}/1", params={"include_data": "maybe"})
        assert assert_error(answer, 422)["detail"]["errors"][0]["field"] == "include_data"

    def test_file_that_was_taken_away(self, server: RunningServer) -> None:
        made = make_image(server.client)
        (server.settings.image_storage_dir.parent / made["storage_path_full"]).unlink()
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
        ids = [make_image(client, subject_name="Banner")["id"] for _ in range(3)]
        for image_id in (*ids, ids[0]):
            toggle(client, image_id)
            found = client.get(
                f"{IMAGES}/search", params={"subject_name": "Banner", "is_featured": "true"}
            ).json()
            assert [item["id"] for item in found["items"]] == [image_id]

    def test_other_subjects_keep_theirs(self, shared_server: RunningServer) -> None:
        client = shared_server.client
        others = [
            make_image(client, subject_name="Raven", subject_type="character"),
            make_image(client, subject_name="raven"),
        ]
        for other in others:
            toggle(client, other["id"])
        toggle(client, make_image(client, subject_name="Raven")["id"])
        assert all(get(client, other["id"])["is_featured"] for other in others)

    def test_picture_in_the_trash(self, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client)
        delete(shared_server.client, made["id"])
        assert_error(shared_server.client.put(f"{IMAGES}/{made['id']}/feature"), 404)

    def test_many_at_once_leave_one(self, server: RunningServer) -> None:
        ids = [make_image(server.client, subject_name="Crown")["id"] for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda image_id: toggle(server.client, image_id), ids * 3))
        starred = execute(server.settings, "SELECT id FROM image_assets WHERE is_featured")
        assert len(starred) <= 1


class TestDelete:
    def test_answer(self, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client, subject_name="Broken Pot")
        answer = delete(shared_server.client, made["id"])
        assert set(answer) == {"id", "status", "message"}
        assert (answer["id"], answer["status"]) == (made["id"], "deleted")
        assert "Broken Pot" in answer["message"]
        assert "30 days" in answer["message"]

    def test_hidden_afterwards(self, shared_server: RunningServer) -> None:
        client = shared_server.client
        made = make_image(client, subject_name="Hidden")
        delete(client, made["id"])
        assert_error(client.get(f"{IMAGES}/{made['id']}"), 404)
        found = client.get(f"{IMAGES}/search", params={"subject_name": "Hidden"}).json()
        assert found["total"] == 0

    def test_second_time(self, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client)
        delete(shared_server.client, made["id"])
        assert_error(shared_server.client.delete(f"{IMAGES}/{made['id']}"), 404)

    def test_of_many_at_once_one_succeeds(self, shared_server: RunningServer) -> None:
        path = f"{IMAGES}/{make_image(shared_server.client)['id']}"
        with ThreadPoolExecutor(6) as pool:
            answers = pool.map(lambda _: shared_server.client.delete(path), range(6))
        assert sorted(answer.status_code for answer in answers) == [200, *[404] * 5]


class TestRestore:
    def test_comes_back_as_it_was(self, shared_server: RunningServer) -> None:
        client = shared_server.client
        made = make_image(client)
        delete(client, made["id"])
        assert restore(client, made["id"]) == made
        assert get(client, made["id"])["id"] == made["id"]

    def test_what_is_not_in_the_trash_stays(self, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client)
        assert restore(shared_server.client, made["id"]) == made

    def test_can_be_deleted_again(self, shared_server: RunningServer) -> None:
        made = make_image(shared_server.client)
        for _ in range(2):
            delete(shared_server.client, made["id"])
            restore(shared_server.client, made["id"])

    def test_keeps_its_star(self, shared_server: RunningServer) -> None:
        client = shared_server.client
        made = make_image(client, subject_name="Kept star")
        toggle(client, made["id"])
        delete(client, made["id"])
        assert restore(client, made["id"])["is_featured"] is True

    def test_loses_its_star_where_another_has_it_now(self, shared_server: RunningServer) -> None:
        client = shared_server.client
        old, new = (make_image(client, subject_name="Lost star") for _ in range(2))
        toggle(client, old["id"])
        delete(client, old["id"])
        toggle(client, new["id"])
        assert restore(client, old["id"])["is_featured"] is False
        assert get(client, new["id"])["is_featured"] is True

    def test_gone_for_good(self, server: RunningServer) -> None:
        made = make_image(server.client)
        delete(server.client, made["id"])
        execute(server.settings, "UPDATE image_assets SET deleted_at = ?", LONG_AGO)
        server.client.post(f"{MAINTENANCE}/cleanup/orphaned-images", params={"force": True})
        assert_error(server.client.post(f"{IMAGES}/{made['id']}/restore"), 404)
        assert make_image(server.client)["id"] > made["id"], "an id is never given out again"
