"""Files of earlier versions get their marks; read by exiv2, which is not ours."""

import hashlib
from typing import Any

import pytest

from app.services.provenance.webp import with_metadata
from tests.api.library.test_marks import BY_MODEL, BY_PROGRAM, SOURCE, all_marks_of, marks_of
from tests.support.legacy_dumps import gallery, image, library, move
from tests.support.library import (
    IMAGES,
    MAINTENANCE,
    ask_scene,
    execute,
    file_of,
    make_image,
    stored_files,
)
from tests.support.running_server import RunningServer

VERIFY = f"{MAINTENANCE}/verify"


def make_old(server: RunningServer, *images: dict[str, Any]) -> None:
    """Leave the files and rows of some images as versions before the marks did."""
    for one in images:
        for field in ("storage_path_full", "storage_path_thumbnail"):
            path = file_of(server, one, field)
            path.write_bytes(with_metadata(path.read_bytes()))
        data = file_of(server, one).read_bytes()
        execute(
            server.settings,
            "UPDATE image_assets SET content_hash = ?, file_size_bytes = ? WHERE id = ?",
            *(hashlib.sha256(data).hexdigest(), len(data), one["id"]),
        )
        execute(server.settings, "DELETE FROM image_origins WHERE image_id = ?", one["id"])


def report_of(server: RunningServer, *, repair: bool) -> dict[str, Any]:
    send = server.client.post if repair else server.client.get
    report: dict[str, Any] = send(VERIFY, params={"repair": repair}).json()
    return report


def now(server: RunningServer, old: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = server.client.get(f"{IMAGES}/{old['id']}").json()
    return found


def test_each_says_what_is_known_of_it(gemini_server: RunningServer) -> None:
    server = gemini_server
    by_model = make_image(server.client)
    by_program = make_image(server.client, subject_name="Rope")
    path = by_program["storage_path_full"]
    execute(
        server.settings,
        "UPDATE image_assets SET model_used = 'pixel-artist' WHERE storage_path_full = ?",
        path,
    )
    execute(server.settings, "DELETE FROM ledger WHERE image_id = ?", by_program["id"])
    move(server, library(Dagger=[image(1)]))
    (imported,) = gallery(server, "Dagger")
    olds = [by_model, by_program, imported]
    make_old(server, *olds)
    pixels = {old["id"]: server.client.get(old["url"]).content for old in olds}

    looked = report_of(server, repair=False)
    assert (looked["status"], looked["unmarked"], looked["marked"]) == ("ok", 3, 0)
    repaired = report_of(server, repair=True)
    assert (repaired["status"], repaired["unmarked"], repaired["marked"]) == ("ok", 0, 3)

    news = [now(server, old) for old in olds]
    sources = [all_marks_of(server, new)["url"].get(SOURCE) for new in news]
    assert sources == [BY_MODEL, BY_PROGRAM, None]
    assert all_marks_of(server, news[0])["thumbnail_url"][SOURCE] == BY_MODEL
    for old, new in zip(olds, news, strict=True):
        data = file_of(server, new).read_bytes()
        assert marks_of(data)["Xmp.xmp.CreatorTool"] == "Emberpeak"
        assert new["content_hash"] == hashlib.sha256(data).hexdigest()
        assert with_metadata(data) == pixels[old["id"]], "not a pixel is encoded again"
        for field in ("url", "thumbnail_url"):
            assert new[field] != old[field]
            for headers, status in (({}, 200), ({"If-None-Match": "*"}, 304)):
                answer = server.client.get(old[field], headers=headers)
                assert answer.status_code == status
            assert server.client.get(old[field]).content == server.client.get(new[field]).content
        assert not file_of(server, old).exists()
    assert len(stored_files(server.settings)) == 6
    again = report_of(server, repair=True)
    assert (again["status"], again["marked"], again["problems"]) == ("ok", 0, 0)


def test_scenes_and_deleted_images_go_on(server: RunningServer) -> None:
    scene = ask_scene(server.client, "Old Mill")
    gone = make_image(server.client)
    make_old(server, scene, gone)
    server.client.delete(f"{IMAGES}/{gone['id']}")
    assert report_of(server, repair=True)["marked"] == 2
    shown = ask_scene(server.client, "Old Mill")
    assert (shown["id"], shown["served"]) == (scene["id"], "cached")
    assert shown["url"] != scene["url"]
    assert server.client.post(f"{IMAGES}/{gone['id']}/restore").json()["id"] == gone["id"]
    # Removed for good, an image answers under no name.
    server.client.delete(f"{IMAGES}/{gone['id']}")
    params = {"image_id": str(gone["id"])}
    server.client.post(f"{MAINTENANCE}/cleanup/orphaned-images", params=params)
    assert server.client.get(gone["url"]).status_code == 404


@pytest.mark.parametrize("damage", ["row", "file"])
def test_what_cannot_be_marked_stays_as_it_is(damage: str, server: RunningServer) -> None:
    one = make_image(server.client)
    make_old(server, one)
    if damage == "row":
        refusal = "SELECT RAISE(ABORT, 'not now'); END"
        trigger = f"CREATE TRIGGER no_name BEFORE INSERT ON former_names BEGIN {refusal}"
        execute(server.settings, trigger)
        files = {path: path.read_bytes() for path in stored_files(server.settings)}
        answer = server.client.post(VERIFY, params={"repair": True})
        assert answer.status_code >= 500
        execute(server.settings, "DROP TRIGGER no_name")
        assert {path: path.read_bytes() for path in stored_files(server.settings)} == files
        assert report_of(server, repair=True)["marked"] == 1
    else:
        path = file_of(server, one)
        path.write_bytes(path.read_bytes()[:-1] + b"x")
        report = report_of(server, repair=True)
        assert (report["marked"], report["counts"]["damaged_file"]) == (0, 1)
