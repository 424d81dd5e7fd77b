"""POST /migrate/from-localstorage: samples, shapes, defects, and what is kept of each entry."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from app.schemas.image import Image as ImageSchema
from tests.support.errors import assert_error
from tests.support.legacy_dumps import (
    LIBRARY,
    MIGRATE,
    SAVED_GAME,
    SCENE_CACHE,
    Json,
    as_text,
    assert_no_strays,
    bare,
    data_uri,
    everything,
    gallery,
    image,
    library,
    moment,
    move,
    parsed,
    picture,
    post,
    sample,
    scene,
)
from tests.support.library import ask_scene, row_count, stored_files
from tests.support.running_server import RunningServer

SCENE = f"{SCENE_CACHE}/scene_0"


def images_of(name: str, item: str) -> list[Json]:
    found: list[Json] = parsed(sample(name))[LIBRARY][item]["images"]
    return found


class TestSamples:
    def test_bare_base64(self, server: RunningServer) -> None:
        report = move(server, as_text(sample("bare-base64")))
        assert (report["status"], report["scenes"], report["items"]) == ("success", 2, 4)
        # The old game stored the Dagger's first image twice, under two ids.
        assert (report["already_there"], report["errors"], report["notes"]) == (1, [], [])
        assert report["total_size_mb"] > 0
        images = images_of("bare-base64", "Dagger")
        del images[1]  # the same image as the first
        dagger = gallery(server, "Dagger")
        assert [found["custom_prompt"] for found in dagger] == [
            None, "glowing with blue runes", 'covered in frost & "ancient" dwarven script',
        ]  # fmt: skip
        assert [found["is_featured"] for found in dagger] == [False, True, False]
        assert [moment(found["created_at"]) for found in dagger] == [
            moment(one["timestamp"]) for one in images
        ]
        assert [found["id"] for found in dagger] == sorted(found["id"] for found in dagger)
        assert {found["component"] for found in dagger} == {"item-window"}
        for found in dagger:
            ImageSchema.model_validate(found)
        assert [found["is_featured"] for found in gallery(server, "Miner's Note")] == [True]
        assert_no_strays(server)
        tavern = ask_scene(
            server.client, "starting tavern", time_of_day="night", weather="LIGHT RAIN"
        )
        assert tavern["served"] == "cached"
        assert tavern["created_at"] == "2026-11-22T23:18:02.896000Z"

    def test_empty_image(self, server: RunningServer) -> None:
        report = move(server, parsed(sample("empty-image")))
        assert (report["status"], report["scenes"], report["items"]) == ("failed", 0, 0)
        [error] = report["errors"]
        assert "emberpeak_entrance" in error["key"]
        assert "empty" in error["error"]
        assert row_count(server.settings) == 0

    def test_hashes_prove_what_is_stored(self, server: RunningServer) -> None:
        report = move(server, library(Rope=[image(1), image(2, data=data_uri(picture(2)))]))
        assert [result["source_hash"] for result in report["results"]] == [
            hashlib.sha256(picture(seed)).hexdigest() for seed in (1, 2)
        ]
        assert [result["image_id"] for result in report["results"]] == [
            found["id"] for found in gallery(server, "Rope")
        ]


class TestKept:
    def test_scene_facts(self, server: RunningServer) -> None:
        move(server, scene())
        [found] = gallery(server, "Old Mill", "scene")
        assert found["prompt_used"] == "An old mill in light rain."
        assert found["use_count"] == 2
        assert moment(found["last_used"]) == moment("2026-11-22T23:18:03.062Z")
        assert (found["aspect_ratio"], found["component"]) == ("16:9", "scene-viewer")
        assert (found["model_used"], found["custom_prompt"]) == ("legacy", None)
        assert found["alt_text"] == "Old Mill, dusk, light rain"

    def test_the_mover_may_delete_what_was_moved(
        self, make_server: Callable[..., RunningServer]
    ) -> None:
        server = make_server(admin_token="only-the-operator")
        report = move(server, library(Rope=[image()]))
        address = f"/api/v1/images/{report['results'][0]['image_id']}"
        with server.another_client() as stranger:
            assert_error(stranger.delete(address), 401)
        assert server.client.delete(address).status_code == 200


class TestStatus:
    def test_partial_keeps_all_that_is_good(self, server: RunningServer) -> None:
        cut = bare(picture(7))
        dump = {
            LIBRARY: {
                "Rope": {"images": [image(1), None, image(2, data=""), image(3, data=cut[:-30])]},
                "None": None,
                "Odd": {"images": [image(4, data=cut[: len(cut) // 2 // 4 * 4]), image(5)]},
            },
            SCENE_CACHE: '{"scene_a": {"loc',
        }
        report = move(server, dump)
        assert (report["status"], report["items"], len(report["errors"])) == ("partial", 2, 6)
        keys = {error["key"] for error in report["errors"]}
        assert {SCENE_CACHE, f"{LIBRARY}/None", f"{LIBRARY}/Rope/1"} < keys
        assert f"{LIBRARY}/Odd/img_1795389470941_4" in keys
        assert row_count(server.settings) == 2
        assert_no_strays(server)

    @pytest.mark.parametrize(
        "data",
        [
            "", None, "AAAA", "data:text/html;base64,PGI+", bare(picture())[:-21],
            bare(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ],
    )  # fmt: skip
    def test_failed(self, server: RunningServer, data: Any) -> None:
        report = move(server, {**library(Rope=[image(data=data)]), **scene(imageData=data)})
        assert (report["status"], len(report["errors"])) == ("failed", 2)
        assert row_count(server.settings) == 0
        assert stored_files(server.settings) == []

    @pytest.mark.parametrize("body", ["", "[]", "[" * 10**5])
    def test_body_that_is_no_object(self, server: RunningServer, body: str) -> None:
        assert_error(post(server, body), 422)


class TestTwins:
    def test_identical_under_different_ids(self, server: RunningServer) -> None:
        report = move(server, library(Rope=[image(1, id="a"), image(1, id="b"), image(1, id="b")]))
        assert (report["items"], report["already_there"], report["status"]) == (1, 2, "success")
        assert [result["outcome"] for result in report["results"]] == [
            "stored", "already_there", "already_there",
        ]  # fmt: skip
        assert len({result["key"] for result in report["results"]}) == 3

    def test_merged(self, server: RunningServer) -> None:
        twins = [
            image(1, id="a", timestamp="2026-11-20T10:00:00.000Z"),
            image(1, id="b", timestamp="2026-11-19T10:00:00.000Z", customPrompt="in <b>gold</b>"),
            image(1, id="c", timestamp="2026-11-21T10:00:00.000Z", customPrompt="in silver"),
            image(1, id="d", customPrompt="in <b>gold</b>"),
        ]
        report = move(server, library("c", Rope=twins))
        [found] = gallery(server, "Rope")
        assert found["created_at"] == "2026-11-19T10:00:00Z"
        assert (found["custom_prompt"], found["is_featured"]) == ("in <b>gold</b>", True)
        [note] = report["notes"]
        assert note.startswith(f"{LIBRARY}/Rope/c: ")
        assert note.endswith("in silver")

    def test_a_twin_that_comes_later_fills_in(self, server: RunningServer) -> None:
        move(server, library(Rope=[image(1)]))
        later = image(1, timestamp="2026-11-01T00:00:00.000Z", customPrompt="frayed")
        assert move(server, library(later["id"], Rope=[later]))["notes"] == []
        [found] = gallery(server, "Rope")
        assert (found["custom_prompt"], found["is_featured"]) == ("frayed", True)
        assert found["created_at"] == "2026-11-01T00:00:00Z"
        assert len(move(server, library(Rope=[image(1, customPrompt="new")]))["notes"]) == 1

    def test_one_picture_for_two_hours_of_a_place(self, server: RunningServer) -> None:
        dump = scene(0, imageData=bare(picture()))
        dump[SCENE_CACHE].update(scene(1, imageData=bare(picture()), timeOfDay="dawn")[SCENE_CACHE])
        report = move(server, dump)
        assert (report["scenes"], report["already_there"]) == (1, 1)
        for hour in ("dusk", "dawn"):
            served = ask_scene(server.client, time_of_day=hour, weather="light rain")["served"]
            assert served == "cached"


class TestSavedGame:
    def test_goes_to_a_slot_once(self, server: RunningServer) -> None:
        report = move(server, sample("data-uri"))
        assert report["saved_game_slot"] == "old-game"
        saved = server.client.get("/api/v1/saves/old-game").json()
        assert saved["state"] == parsed(sample("data-uri"))[SAVED_GAME]
        before = everything(server)["saves"]
        again = move(server, sample("data-uri"))
        assert (again["saved_game_slot"], again["notes"]) == ("old-game", [])
        assert everything(server)["saves"] == before

    def test_another_one_stays_where_it_is(self, server: RunningServer) -> None:
        game = parsed(sample("data-uri"))[SAVED_GAME]
        move(server, {SAVED_GAME: game})
        report = move(server, {SAVED_GAME: {**game, "version": "2.0"}}, dry_run=True)
        assert report["saved_game_slot"] is None
        assert "old-game is in use" in report["notes"][0]

    def test_all_slots_in_use(self, server: RunningServer) -> None:
        for number in range(20):
            assert server.client.put(f"/api/v1/saves/{number}", json={}).status_code == 200
        report = move(server, sample("data-uri"))
        assert (report["status"], report["saved_game_slot"]) == ("success", None)
        assert "All 20 save slots" in report["notes"][0]


def test_shown_in_the_documentation(server: RunningServer) -> None:
    operation = server.client.get("/openapi.json").json()["paths"][MIGRATE]["post"]
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    for example in examples.values():
        assert move(server, example["value"])["status"] == "success"
