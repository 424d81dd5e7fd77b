"""The self-check over HTTP, and what the rest of the API makes of a picture without its file."""

from pathlib import Path
from typing import Any

import httpx
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
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import RunningServer

VERIFY = f"{MAINTENANCE}/verify"
KINDS = {
    *("database", "image_folder", "broken_link", "several_featured", "broken_row"),
    *("missing_file", "damaged_file", "unreadable_file", "returned_file"),
    *("missing_thumbnail", "damaged_thumbnail", "stray_file", "foreign_file"),
}
FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
]


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


class TestReport:
    def test_clean(self, server: RunningServer) -> None:
        make_image(server.client)
        found = verify(server)
        assert set(found["counts"]) == KINDS
        assert set(found["counts"].values()) == {0}
        assert found["status"] == "ok"
        assert (found["rows"], found["files"], found["findings"]) == (1, 2, [])
        assert found["timestamp"].endswith("Z")

    def test_problem_is_told(self, server: RunningServer) -> None:
        image = make_image(server.client)
        lose(server, image)
        found = verify(server)
        assert (found["status"], found["problems"], found["repaired"]) == ("problems", 1, 0)
        assert found["counts"]["missing_file"] == 1
        (finding,) = found["findings"]
        assert finding["kind"] == "missing_file"
        assert (finding["image_id"], finding["path"]) == (image["id"], image["storage_path_full"])
        assert not finding["repaired"]

    def test_repair(self, server: RunningServer) -> None:
        image = make_image(server.client)
        file_of(server, image, "storage_path_thumbnail").unlink()
        found = verify(server, "POST", repair="true")
        assert (found["status"], found["repaired"]) == ("ok", 1)
        assert server.client.get(image["thumbnail_url"]).status_code == 200
        assert verify(server, "POST")["problems"] == 0

    @pytest.mark.parametrize("force", ["true", "false"])
    def test_what_only_looks_mends_nothing(self, force: str, server: RunningServer) -> None:
        """A prefetch, a link preview or a monitor that sends HEAD must change nothing."""
        image = make_image(server.client)
        thumbnail = file_of(server, image, "storage_path_thumbnail")
        thumbnail.unlink()
        params = {"repair": "true", "force": force}
        refused = server.client.get(VERIFY, params=params)
        assert "POST" in assert_error(refused, 422, "repair_needs_post")["message"]
        assert server.client.head(VERIFY, params=params).status_code == 422
        assert not thumbnail.exists()
        assert verify(server)["problems"] == 1

    def test_empty_folder(self, server: RunningServer) -> None:
        image = make_image(server.client)
        lose(server, image)
        marker(server).unlink()
        refused = server.client.post(VERIFY, params={"repair": "true"}, timeout=PATIENCE_SECONDS)
        assert_error(refused, 409, "image_folder_empty")
        assert verify(server, "POST", repair="true", force="true")["hidden"] == 1


class TestWhoMay:
    @pytest.mark.thorough
    @pytest.mark.parametrize("headers", FOREIGN)
    def test_foreign_page_cannot_mend_by_a_link(
        self, headers: dict[str, str], server: RunningServer
    ) -> None:
        image = make_image(server.client)
        lose(server, image)
        answer = server.client.post(VERIFY, params={"repair": "true"}, headers=headers)
        assert_error(answer, 403, "foreign_origin")
        assert execute(server.settings, "SELECT missing_since FROM image_assets") == [(None,)]
        looked = server.client.get(VERIFY, headers=headers)
        assert looked.status_code in {200, 401}, "without a token a foreign page is no operator"

    def test_operator_only(self, make_server: ServerFactory) -> None:
        server = make_server(admin_token="operator")
        for method in ("GET", "POST"):
            assert_error(server.client.request(method, VERIFY), 401)
            right = {"Authorization": "Bearer operator"}
            assert server.client.request(method, VERIFY, headers=right).status_code == 200


class TestHiddenPicture:
    """After a repair nothing shows a picture whose file is missing, until the file is back."""

    @pytest.fixture
    def image(self, server: RunningServer) -> Any:
        make_image(server.client, subject_name="Another")  # or the folder would seem unmounted
        image = make_image(server.client)
        server.client.put(f"{IMAGES}/{image['id']}/feature")
        return image

    @pytest.fixture
    def content(self, server: RunningServer, image: Any) -> bytes:
        data = lose(server, image)
        verify(server, "POST", repair="true")
        return data

    @pytest.mark.usefixtures("content")
    def test_is_shown_nowhere(self, server: RunningServer, image: Any) -> None:
        client = server.client
        address = f"{IMAGES}/{image['id']}"
        for answer in (
            client.get(address),
            client.put(f"{address}/feature"),
            client.delete(address),
            client.post(f"{address}/restore"),
        ):
            assert_error(answer, 404, "file_missing")
        assert client.get(f"{IMAGES}/search").json()["total"] == 1
        assert client.get("/health").json()["checks"]["images"]["total"] == 1
        counted = client.get(f"{MAINTENANCE}/stats").json()["images"]
        assert (counted["active"], counted["missing"]) == (1, 1)

    def test_comes_back_with_its_star(
        self, server: RunningServer, image: Any, content: bytes
    ) -> None:
        file_of(server, image).write_bytes(content)
        assert verify(server)["counts"]["returned_file"] == 1
        assert_error(server.client.get(f"{IMAGES}/{image['id']}"), 404)
        verify(server, "POST", repair="true")
        found = server.client.get(f"{IMAGES}/{image['id']}").json()
        assert (found["is_featured"], found["content_hash"]) == (True, image["content_hash"])
        assert server.client.get(image["url"]).content == content

    @pytest.mark.usefixtures("content")
    def test_leaves_its_place_in_a_full_gallery(self, make_server: ServerFactory) -> None:
        server = make_server(max_images_per_item=1)
        make_image(server.client)

    @pytest.mark.usefixtures("content")
    def test_another_can_be_featured(self, server: RunningServer, image: Any) -> None:
        other = make_image(server.client)
        assert server.client.put(f"{IMAGES}/{other['id']}/feature").json()["is_featured"]
        assert verify(server)["problems"] == 0
        assert image["id"] != other["id"]


class TestSceneWhoseFileIsGone:
    """Nobody has run a check yet: the cached scene must not be a broken picture."""

    def test_is_made_again(self, server: RunningServer) -> None:
        first, other = ask_scene(server.client), ask_scene(server.client, "Ford")
        lose(server, first)
        again = ask_scene(server.client)
        assert (again["served"], again["id"]) == ("generated", other["id"] + 1)
        assert server.client.get(again["url"]).status_code == 200
        assert ask_scene(server.client)["served"] == "cached"

    def test_within_the_money_rules(self, make_gemini_server: ServerFactory, gemini: Any) -> None:
        server = make_gemini_server(daily_image_limit=2)
        first, _other = ask_scene(server.client), ask_scene(server.client, "Ford")
        lose(server, first)
        answer = server.client.post(f"{SCENES}/generate", params={"location": "Old Mill"})
        assert_error(answer, 429, "daily_limit")
        shown = ask_scene(server.client, allow_fallback="true")
        assert shown["served"] == "placeholder"
        assert server.client.get(shown["url"]).status_code == 200
        assert len(gemini.calls) == 2

    def test_the_only_one_and_the_way_on(self, server: RunningServer) -> None:
        """It looks like an unmounted disk; what `/health` advises lets painting go on."""
        lose(server, ask_scene(server.client))
        marker(server).unlink()
        answer = server.client.post(f"{SCENES}/generate", params={"location": "New Mill"})
        assert_error(answer, 503, "storage_empty")
        assert any(
            "--repair --force" in one for one in server.client.get("/health").json()["reasons"]
        )
        verify(server, "POST", repair="true", force="true")
        assert ask_scene(server.client, "New Mill")["served"] == "generated"
        assert server.client.get("/health").json()["status"] == "ok"

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
        health = server.client.get("/health")
        assert health.json()["status"] == "error"
        assert any("mounted" in reason for reason in health.json()["reasons"])
        assert len(gemini.calls) == row_count(server.settings) == 1
        for name in ("full", "thumbnails"):
            (folder / name).rmdir()
        folder.rmdir()
        aside.rename(folder)
        again = ask_scene(server.client)
        assert (again["served"], again["id"]) == ("cached", image["id"])
        assert server.client.get("/health").json()["status"] == "ok"


def test_headers_of_programs_pass(server: RunningServer) -> None:
    answer = httpx.post(
        f"{server.url}{VERIFY}", params={"repair": "true"}, timeout=PATIENCE_SECONDS
    )
    assert answer.status_code == 200
