"""The same again is harmless, what was lost or thrown away comes back, and the newer one wins."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ServerFactory
from tests.support.legacy_dumps import (
    as_text,
    assert_no_strays,
    bare,
    documented,
    everything,
    gallery,
    image,
    library,
    move,
    picture,
    sample,
    scene,
)
from tests.support.library import (
    LONG_AGO,
    ask_scene,
    execute,
    file_of,
    make_image,
    row_count,
    stored_files,
)
from tests.support.running_server import RunningServer

OLD, NEW = "2020-01-01T00:00:00.000Z", "2030-01-01T00:00:00.000Z"
FUTURE = "2099-01-01T00:00:00Z"


def outcomes(report: Any) -> list[str]:
    return [result["outcome"] for result in report["results"]]


class TestSecondRun:
    def test_adds_nothing(self, server: RunningServer) -> None:
        dump = {**sample("bare-base64"), **documented(sample("data-uri"))}
        move(server, dump)
        before = everything(server)
        second = move(server, dump)
        assert (second["scenes"], second["items"], second["total_size_mb"]) == (0, 0, 0)
        assert set(outcomes(second)) == {"already_there"}
        assert everything(server) == before

    def test_same_picture_that_was_generated_here(self, server: RunningServer) -> None:
        made = make_image(server.client, subject_name="Rope")
        data = file_of(server, made).read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        execute(server.settings, "UPDATE image_assets SET source_hash = ?", digest)
        assert outcomes(move(server, library(Rope=[image(data=bare(data))]))) == ["already_there"]

    def test_two_at_the_same_time(self, server: RunningServer) -> None:
        dump = {**library(Rope=[image(seed) for seed in range(20)]), **scene()}

        def send(_: int) -> Any:
            with server.another_client() as client:
                return move(RunningServer(server.url, server.settings, client), dump)

        with ThreadPoolExecutor(4) as threads:
            reports = list(threads.map(send, range(4)))
        assert sum(report["items"] + report["scenes"] for report in reports) == 21
        assert {report["status"] for report in reports} == {"success"}
        assert row_count(server.settings) == 21
        assert row_count(server.settings, "scene_cache") == 1
        assert_no_strays(server)


class TestTrash:
    def test_restored(self, server: RunningServer) -> None:
        [result] = move(server, library("img_1795389470941_1", Rope=[image(1)]))["results"]
        server.client.delete(f"/api/v1/images/{result['image_id']}")
        assert gallery(server, "Rope") == []
        files = stored_files(server.settings)
        again = move(server, library(Rope=[image(1)]))
        assert (outcomes(again), again["items"], again["already_there"]) == (["restored"], 0, 1)
        [found] = gallery(server, "Rope")
        assert (found["id"], found["is_featured"]) == (result["image_id"], True)
        assert stored_files(server.settings) == files

    def test_its_star_may_have_gone_to_another(self, server: RunningServer) -> None:
        first, second = move(server, library("img_1795389470941_1", Rope=[image(1), image(2)]))[
            "results"
        ]
        server.client.delete(f"/api/v1/images/{first['image_id']}")
        server.client.put(f"/api/v1/images/{second['image_id']}/feature")
        move(server, library(Rope=[image(1)]))
        assert [found["is_featured"] for found in gallery(server, "Rope")] == [False, True]

    def test_restored_without_files(self, server: RunningServer) -> None:
        [result] = move(server, scene())["results"]
        server.client.delete(f"/api/v1/images/{result['image_id']}")
        for path in stored_files(server.settings):
            path.unlink()
        assert outcomes(move(server, scene())) == ["restored"]
        [found] = gallery(server, "Old Mill", "scene")
        assert server.client.get(found["url"]).status_code == 200
        served = ask_scene(server.client, time_of_day="dusk", weather="light rain")["served"]
        assert served == "cached"


class TestHealing:
    @pytest.mark.parametrize("lost", [("thumbnails",), ("full", "thumbnails")])
    def test_lost_file(self, server: RunningServer, lost: tuple[str, ...]) -> None:
        move(server, library(Rope=[image(1), image(2)]))
        before = everything(server)["images"]
        for folder in lost:
            path = file_of(server, gallery(server, "Rope")[0], f"storage_path_{folder.rstrip('s')}")
            path.unlink()
        report = move(server, library(Rope=[image(1), image(2)]))
        assert (outcomes(report), report["status"]) == (["healed", "already_there"], "success")
        for found in gallery(server, "Rope"):
            for address in (found["url"], found["thumbnail_url"]):
                assert server.client.get(address).headers["content-type"] == "image/webp"
        assert everything(server)["images"] == before
        assert_no_strays(server)

    def test_file_that_was_cut_short(self, server: RunningServer) -> None:
        move(server, library(Rope=[image(1)]))
        path: Path = file_of(server, gallery(server, "Rope")[0])
        path.write_bytes(path.read_bytes()[:40])
        assert outcomes(move(server, library(Rope=[image(1)]))) == ["healed"]
        assert_no_strays(server)


class TestStars:
    @pytest.mark.parametrize(("time", "wins"), [(OLD, False), (NEW, True), (None, False)])
    def test_newer_one_is_featured(
        self, server: RunningServer, time: str | None, wins: bool
    ) -> None:
        made = make_image(server.client, subject_name="Rope")
        server.client.put(f"/api/v1/images/{made['id']}/feature")
        entry = image(1, id="star", timestamp=time)
        move(server, library("star", Rope=[entry]))
        featured = [found["id"] for found in gallery(server, "Rope") if found["is_featured"]]
        assert (featured == [made["id"]]) is not wins
        assert len(featured) == 1
        assert len(gallery(server, "Rope")) == 2

    def test_star_of_somebody_else_stays(self, server: RunningServer) -> None:
        made = make_image(server.client, subject_name="Rope")
        server.client.put(f"/api/v1/images/{made['id']}/feature")
        server.client.cookies.clear()
        move(server, library("star", Rope=[image(1, id="star", timestamp=FUTURE)]))
        first, second = gallery(server, "Rope")
        assert (first["id"], first["is_featured"]) == (made["id"], True)
        assert not second["is_featured"]

    def test_its_own_date_counts_not_that_of_an_older_twin(self, server: RunningServer) -> None:
        twins = [image(1, id="a", timestamp=OLD), image(1, id="b", timestamp=NEW)]
        move(server, library("x", Rope=[image(2, id="x")]))
        move(server, library("b", Rope=twins))
        assert [found["is_featured"] for found in gallery(server, "Rope")] == [True, False]


class TestScenes:
    @pytest.mark.parametrize(("time", "wins"), [(OLD, False), (NEW, True), (None, False)])
    def test_newer_one_is_served(self, server: RunningServer, time: str | None, wins: bool) -> None:
        words = {"time_of_day": "dusk", "weather": "light rain"}
        made = ask_scene(server.client, **words)
        [result] = move(server, scene(timestamp=time))["results"]
        served = ask_scene(server.client, **words)
        assert served["served"] == "cached"
        assert served["id"] == (result["image_id"] if wins else made["id"])
        assert len(gallery(server, "Old Mill", "scene")) == 2

    def test_scene_of_somebody_else_stays(self, server: RunningServer) -> None:
        words = {"time_of_day": "dusk", "weather": "light rain"}
        made = ask_scene(server.client, **words)
        server.client.cookies.clear()
        move(server, scene(timestamp=FUTURE))
        assert ask_scene(server.client, **words)["id"] == made["id"]

    def test_expired_one_gives_way(self, server: RunningServer) -> None:
        words = {"time_of_day": "dusk", "weather": "light rain"}
        ask_scene(server.client, **words)
        execute(server.settings, "UPDATE scene_cache SET expires_at = ?", LONG_AGO)
        [result] = move(server, scene(timestamp=OLD))["results"]
        assert ask_scene(server.client, **words)["id"] == result["image_id"]

    def test_lives_from_now_on(self, make_server: ServerFactory) -> None:
        server = make_server(cache_expiry_days=3)
        move(server, scene(timestamp=OLD))
        served = ask_scene(server.client, time_of_day="dusk", weather="light rain")
        left = datetime.fromisoformat(served["expires_at"]) - datetime.now(UTC)
        assert timedelta(days=3) - timedelta(minutes=5) < left <= timedelta(days=3)


class TestDryRun:
    def test_stores_nothing_and_foretells_the_real_run(self, server: RunningServer) -> None:
        move(server, library(Rope=[image(seed) for seed in range(3)]))
        lost, deleted, _ = gallery(server, "Rope")
        file_of(server, lost).unlink()
        server.client.delete(f"/api/v1/images/{deleted['id']}")
        dump = {
            **library(
                Rope=[image(seed, customPrompt=f"{seed}") for seed in (0, 1, 2, 3, 3)],
                Odd=[image(9, data="AAAA"), image(9, data=bare(picture(9))[:60])],
            ),
            **as_text(scene()),
            "aidnd_savegame": sample("data-uri")["aidnd_savegame"],
        }
        before = everything(server)
        foretold = move(server, dump, dry_run=True)
        assert everything(server) == before
        assert foretold["dry_run"]
        assert sorted(outcomes(foretold)) == [
            "already_there", "already_there", "healed", "restored", "stored", "stored",
        ]  # fmt: skip
        done = move(server, dump)
        unknown = [result["image_id"] is None for result in foretold["results"]]
        assert sum(unknown) == 3  # the scene, and two entries with one new image
        for report in (foretold, done):
            assert report.pop("total_size_mb") > 0
            del report["dry_run"]
            for result, is_new in zip(report["results"], unknown, strict=True):
                if is_new:
                    del result["image_id"]
        assert done == foretold
