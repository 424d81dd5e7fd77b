"""A library that a released version left behind still starts, verifies clean and plays.

Each fixture holds two painted scenes, a pinned item, a deleted one and a saved game, made over
HTTP by the version in its name.
"""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.library import IMAGES, SCENES
from tests.support.server_process import ServerProcess, server_process

RELEASES = Path(__file__).parents[1] / "fixtures" / "releases"
PLAYERS = {
    "0.1.0": "c0ead68c672fd22b62b50a9f412cec6f",
    "0.2.0": "2b01a0daa71a0c22a64f7fc3d0f2f2d2",
}


@pytest.fixture(params=PLAYERS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServerProcess]:
    with tarfile.open(RELEASES / f"{request.param}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    with server_process(tmp_path) as running:
        running.client.cookies.set("emberpeak_player", PLAYERS[request.param])
        yield running


def test_every_release_has_a_player() -> None:
    assert {path.name.removesuffix(".tar.gz") for path in RELEASES.iterdir()} == set(PLAYERS)


def test_is_healthy_and_verifies_clean(server: ServerProcess) -> None:
    assert server.client.get("/health").json()["status"] == "ok"
    report = server.client.get("/api/v1/maintenance/verify").json()
    assert (report["status"], report["rows"]) == ("ok", 4), report


def test_scenes_are_cached_and_their_files_served(server: ServerProcess) -> None:
    params = {"location": "stonebridge", "time_of_day": "dusk", "weather": "light rain"}
    scene = server.client.post(f"{SCENES}/generate", params=params).json()
    assert (scene["id"], scene["served"]) == (2, "cached")
    file = server.client.get(scene["url"])
    assert (file.status_code, len(file.content)) == (200, scene["file_size_bytes"])


def test_galleries_and_the_trash_are_as_they_were(server: ServerProcess) -> None:
    lamps = server.client.get(f"{IMAGES}/search", params={"subject_name": "Brass Lamp"}).json()
    assert [(image["id"], image["is_featured"]) for image in lamps["items"]] == [(3, True)]
    assert server.client.post(f"{IMAGES}/4/restore").status_code == 200


def test_the_player_goes_on(server: ServerProcess) -> None:
    save = server.client.get("/api/v1/saves/1")
    assert save.json()["state"] == {"gold": 7, "place": "Deep Chamber"}
    later = {"state": {"gold": 8, "place": "Deep Chamber"}}
    headers = {"If-Match": save.headers["ETag"]}
    assert server.client.put("/api/v1/saves/1", json=later, headers=headers).status_code == 200


def test_the_key_of_a_request_is_still_known(server: ServerProcess) -> None:
    body = {
        "subject_type": "item",
        "subject_name": "Brass Lamp",
        "prompt": "an old brass lamp on a table",
        "aspect_ratio": "1:1",
    }
    answer = server.client.post(
        f"{IMAGES}/generate", json=body, headers={"Idempotency-Key": "lamp-1"}
    )
    assert (answer.status_code, answer.json()["id"]) == (200, 3)
