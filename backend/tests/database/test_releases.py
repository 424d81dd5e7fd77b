"""A library that a released version left behind still starts, verifies clean and plays.

Each fixture holds two painted scenes, a pinned item, a deleted one and a saved game, made over
HTTP by the version in its name.
"""

import tarfile
from pathlib import Path

import pytest

from tests.support.library import IMAGES, SCENES, order
from tests.support.server_process import server_process

RELEASES = Path(__file__).parents[1] / "fixtures" / "releases"
PLAYERS = {
    "0.1.0": "c0ead68c672fd22b62b50a9f412cec6f",
    "0.2.0": "2b01a0daa71a0c22a64f7fc3d0f2f2d2",
}


def test_every_release_has_a_player() -> None:
    assert {path.name.removesuffix(".tar.gz") for path in RELEASES.iterdir()} == set(PLAYERS)


@pytest.mark.parametrize("release", PLAYERS)
def test_library_of_a_release(release: str, tmp_path: Path) -> None:
    with tarfile.open(RELEASES / f"{release}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    with server_process(tmp_path) as server:
        client = server.client
        client.cookies.set("emberpeak_player", PLAYERS[release])
        assert client.get("/health").json()["status"] == "ok"
        report = client.get("/api/v1/maintenance/verify").json()
        assert (report["status"], report["rows"]) == ("ok", 4), report

        marked = client.post("/api/v1/maintenance/verify", params={"repair": True}).json()
        assert (marked["status"], marked["marked"], marked["unmarked"]) == ("ok", 4, 0), marked

        params = {"location": "stonebridge", "time_of_day": "dusk", "weather": "light rain"}
        scene = client.post(f"{SCENES}/generate", params=params).json()
        assert (scene["id"], scene["served"]) == (2, "cached")
        file = client.get(scene["url"])
        assert (file.status_code, len(file.content)) == (200, scene["file_size_bytes"])

        lamps = client.get(f"{IMAGES}/search", params={"subject_name": "Brass Lamp"}).json()
        assert [(image["id"], image["is_featured"]) for image in lamps["items"]] == [(3, True)]
        body = order(subject_name="Brass Lamp", prompt="an old brass lamp on a table")
        answer = client.post(f"{IMAGES}/generate", json=body, headers={"Idempotency-Key": "lamp-1"})
        assert (answer.status_code, answer.json()["id"]) == (200, 3), "the key is still known"
        assert client.post(f"{IMAGES}/4/restore").status_code == 200

        save = client.get("/api/v1/saves/1")
        assert save.json()["state"] == {"gold": 7, "place": "Deep Chamber"}
        later = {"state": {"gold": 8, "place": "Deep Chamber"}}
        headers = {"If-Match": save.headers["ETag"]}
        assert client.put("/api/v1/saves/1", json=later, headers=headers).status_code == 200
