"""The 21st image of one item is refused, however many ask at once."""

import pytest

from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import (
    IMAGES,
    MAINTENANCE,
    ask_scene,
    ask_together,
    image_asked,
    make_image,
    order,
    row_count,
)
from tests.support.running_server import RunningServer


def assert_full(server: RunningServer, **fields: str) -> None:
    answer = server.client.post(f"{IMAGES}/generate", json=order(**fields))
    body = assert_error(answer, 409, "gallery_full")
    assert body["detail"]["limit"] == server.settings.max_images_per_item
    assert "full" in body["message"]


class TestLimit:
    @pytest.mark.thorough
    def test_twenty_five_at_once_give_exactly_twenty(self, server: RunningServer) -> None:
        answers = ask_together(server.url, [image_asked()] * 25)
        refused = [answer for answer in answers if answer.status_code != 200]
        assert len(refused) == 5
        for answer in refused:
            assert_error(answer, 409, "gallery_full")
        assert row_count(server.settings) == 20

    def test_nothing_is_paid_for_a_full_gallery(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        assert_full(make_gemini_server(max_images_per_item=0))
        assert gemini.calls == []


class TestRoom:
    @pytest.fixture
    def small(self, make_server: ServerFactory) -> RunningServer:
        return make_server(max_images_per_item=2)

    def test_undoing_a_delete_never_fails_and_makes_no_room(self, small: RunningServer) -> None:
        made = [make_image(small.client) for _ in range(2)]
        small.client.delete(f"{IMAGES}/{made[0]['id']}")
        make_image(small.client)
        answer = small.client.post(f"{IMAGES}/{made[0]['id']}/restore")
        assert answer.status_code == 200
        assert small.client.get(f"{IMAGES}/search").json()["total"] == 3
        assert_full(small)
        small.client.delete(f"{IMAGES}/{made[0]['id']}")
        assert_full(small)

    def test_scenes_are_not_limited(self, small: RunningServer) -> None:
        for _ in range(3):
            make_image(small.client, subject_type="scene", subject_name="Mill")
        for hour in ("dawn", "day", "dusk"):
            ask_scene(small.client, "Mill", time_of_day=hour)


def test_number_of_a_picture_is_never_given_out_again(server: RunningServer) -> None:
    """A count would fall when one is removed for good, and the last would be painted twice."""
    made = [make_image(server.client) for _ in range(3)]
    server.client.delete(f"{IMAGES}/{made[0]['id']}")
    purged = server.client.post(
        f"{MAINTENANCE}/cleanup/orphaned-images",
        params={"image_id": made[0]["id"], "force": "true"},
    )
    assert purged.json()["deleted"] == 1, purged.text
    another = make_image(server.client)
    assert another["content_hash"] not in {one["content_hash"] for one in made}
