"""The self-check over HTTP, and what the rest of the API makes of an image without its file."""

from pathlib import Path
from typing import Any

import pytest

from app.services.storage.layout import MARKER
from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.library import (
    IMAGES,
    MAINTENANCE,
    SCENES,
    ask_scene,
    execute,
    file_of,
    make_image,
    row_count,
)
from tests.support.running_server import RunningServer

VERIFY = f"{MAINTENANCE}/verify"
KINDS = {
    *("database", "image_folder", "broken_link", "several_featured", "broken_row"),
    *("missing_file", "damaged_file", "unreadable_file", "returned_file"),
    *("missing_thumbnail", "damaged_thumbnail", "stray_file", "foreign_file"),
}


def verify(server: RunningServer, method: str = "GET", **params: str) -> Any:
    answer = server.client.request(method, VERIFY, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def marker(server: RunningServer) -> Path:
    return server.settings.image_storage_dir / "full" / MARKER


def lose(server: RunningServer, image: dict[str, Any]) -> bytes:
    """Take the full file away; gives its content."""
    path = file_of(server, image)
    data = path.read_bytes()
    path.unlink()
    return data


def test_only_a_post_repairs(server: RunningServer) -> None:
    """A prefetch, a link preview or a monitor that sends HEAD must change nothing."""
    image = make_image(server.client)
    found = verify(server)
    assert (found["status"], found["counts"]) == ("ok", dict.fromkeys(KINDS, 0))
    assert (found["rows"], found["files"], found["findings"]) == (1, 2, [])
    assert found["timestamp"].endswith("Z")
    thumbnail = file_of(server, image, "storage_path_thumbnail")
    thumbnail.unlink()
    refused = server.client.get(VERIFY, params={"repair": "true"})
    assert "POST" in assert_error(refused, 422, "repair_needs_post")["message"]
    assert server.client.head(VERIFY, params={"repair": "true"}).status_code == 422
    found = verify(server)
    assert (found["status"], found["problems"], found["repaired"]) == ("problems", 1, 0)
    (finding,) = found["findings"]
    assert finding["kind"] == "missing_thumbnail"
    assert (finding["image_id"], finding["path"]) == (image["id"], image["storage_path_thumbnail"])
    assert not thumbnail.exists()
    foreign = {"Sec-Fetch-Site": "cross-site"}
    answer = server.client.post(VERIFY, params={"repair": "true"}, headers=foreign)
    assert_error(answer, 403, "foreign_origin")
    found = verify(server, "POST", repair="true")
    assert (found["status"], found["repaired"]) == ("ok", 1)
    assert server.client.get(image["thumbnail_url"]).status_code == 200


def test_operator_only(make_server: ServerFactory) -> None:
    server = make_server(admin_token="operator")
    for method in ("GET", "POST"):
        assert_error(server.client.request(method, VERIFY), 401)
        right = {"Authorization": "Bearer operator"}
        assert server.client.request(method, VERIFY, headers=right).status_code == 200


def test_an_image_without_its_file_is_hidden_until_the_file_is_back(
    make_server: ServerFactory,
) -> None:
    server = make_server(max_images_per_item=1)
    client = server.client
    image = make_image(client)
    client.put(f"{IMAGES}/{image['id']}/feature")
    content = lose(server, image)
    verify(server, "POST", repair="true")
    address = f"{IMAGES}/{image['id']}"
    for answer in (
        client.get(address),
        client.put(f"{address}/feature"),
        client.delete(address),
        client.post(f"{address}/restore"),
    ):
        assert_error(answer, 404, "file_missing")
    assert client.get(f"{IMAGES}/search").json()["total"] == 0
    assert client.get("/health").json()["checks"]["images"]["total"] == 0
    counted = client.get(f"{MAINTENANCE}/stats").json()["images"]
    assert (counted["active"], counted["missing"]) == (0, 1)
    make_image(client)  # its place in the gallery is free
    file_of(server, image).write_bytes(content)
    assert verify(server)["counts"]["returned_file"] == 1
    verify(server, "POST", repair="true")
    found = client.get(address).json()
    assert (found["is_featured"], found["content_hash"]) == (True, image["content_hash"])
    assert client.get(image["url"]).content == content


class TestSceneWhoseFileIsGone:
    """Nobody has run a check yet: the cached scene must not be a broken image."""

    def test_is_made_again(self, server: RunningServer) -> None:
        first = ask_scene(server.client)
        lose(server, first)
        again = ask_scene(server.client)
        assert (again["served"], again["id"]) == ("generated", first["id"] + 1)
        assert ask_scene(server.client)["served"] == "cached"

    def test_within_the_money_rules(self, make_gemini_server: ServerFactory, gemini: Any) -> None:
        server = make_gemini_server(daily_image_limit=1)
        lose(server, ask_scene(server.client))
        answer = server.client.post(f"{SCENES}/generate", params={"location": "Old Mill"})
        assert_error(answer, 429, "daily_limit")
        assert ask_scene(server.client, allow_fallback="true")["served"] == "placeholder"
        assert len(gemini.calls) == 1

    def test_nothing_is_paid_while_the_disk_is_not_mounted(
        self, make_gemini_server: ServerFactory, gemini: Any
    ) -> None:
        server = make_gemini_server()
        image = ask_scene(server.client)
        folder = server.settings.image_storage_dir
        aside = folder.with_name("aside")
        folder.rename(aside)
        for name in ("full", "thumbnails"):
            (folder / name).mkdir(parents=True)
        for place in ("Old Mill", "New Mill"):
            answer = server.client.post(f"{SCENES}/generate", params={"location": place})
            assert_error(answer, 503, "storage_empty")
            assert ask_scene(server.client, place, allow_fallback="true")["url"].startswith(SCENES)
        health = server.client.get("/health").json()
        assert health["status"] == "error"
        assert any("mounted" in reason for reason in health["reasons"])
        assert len(gemini.calls) == row_count(server.settings) == 1
        for name in ("full", "thumbnails"):
            (folder / name).rmdir()
        folder.rmdir()
        aside.rename(folder)
        again = ask_scene(server.client)
        assert (again["served"], again["id"]) == ("cached", image["id"])
        assert server.client.get("/health").json()["status"] == "ok"

    @pytest.mark.parametrize("mark", [None, "another's"])
    def test_what_health_advises_lets_painting_go_on(
        self, mark: str | None, server: RunningServer
    ) -> None:
        lose(server, ask_scene(server.client))
        marker(server).unlink()
        if mark is not None:
            marker(server).write_text(mark)
        (reason,) = server.client.get("/health").json()["reasons"]
        assert "--repair --force" in reason
        refused = server.client.post(VERIFY, params={"repair": "true"})
        assert_error(
            refused, 409, "image_folder_foreign" if mark is not None else "image_folder_empty"
        )
        assert execute(server.settings, "SELECT missing_since FROM image_assets") == [(None,)]
        assert verify(server, "POST", repair="true", force="true")["hidden"] == 1
        assert ask_scene(server.client, "New Mill")["served"] == "generated"
        assert server.client.get("/health").json()["status"] == "ok"
