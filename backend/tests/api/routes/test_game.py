"""/game/: the page is asked for each time, and its files once for each release."""

import re
from pathlib import Path

import pytest

from app.api.page_release import PageRelease, read_release
from app.api.routes.game import FRONTEND
from tests.support.running_server import RunningServer

KEPT = "public, max-age=31536000, immutable"


def addresses(page: str) -> list[str]:
    """What the page names."""
    return re.findall(r'(?:href|src)="([^"]+)"', page)


class TestPage:
    def test_is_asked_for_each_time(self, shared_server: RunningServer) -> None:
        answer = shared_server.client.get("/game/")
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["cache-control"] == "no-cache"
        known = {"If-None-Match": answer.headers["etag"]}
        again = shared_server.client.get("/game/", headers=known)
        assert (again.status_code, again.content) == (304, b"")

    def test_names_all_its_files_by_their_release(self, shared_server: RunningServer) -> None:
        named = addresses(shared_server.client.get("/game/").text)
        assert len(named) > 10
        assert len({address.split("/")[0] for address in named}) == 1
        for address in named:
            answer = shared_server.client.get(f"/game/{address}")
            assert (answer.status_code, answer.headers["cache-control"]) == (200, KEPT)
            assert "script-src 'self'" in answer.headers["content-security-policy"]

    def test_works_from_the_folder_as_it_is(self) -> None:
        """Without a server's help the page's addresses are those of its files."""
        for address in addresses((FRONTEND / "retro-adventure-game.html").read_text("utf-8")):
            assert (FRONTEND / address).is_file()


class TestFiles:
    def test_are_found_without_a_release(self, shared_server: RunningServer) -> None:
        answer = shared_server.client.get("/game/js/main.js")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")

    def test_of_another_release_are_not_kept(self, shared_server: RunningServer) -> None:
        answer = shared_server.client.get("/game/v-0123456789abcdef/js/main.js")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")

    @pytest.mark.parametrize("path", ["", "/", "/retro-adventure-game.html", "/tests/x", "/js/no"])
    def test_there_is_no_page_under_a_release(
        self, path: str, shared_server: RunningServer
    ) -> None:
        release = addresses(shared_server.client.get("/game/").text)[0].split("/")[0]
        answer = shared_server.client.get(f"/game/{release}{path}")
        assert answer.status_code == 404
        assert answer.json()["status"] == "error"


class TestRelease:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return write(tmp_path / "one")

    def test_changes_with_any_file(self, folder: Path) -> None:
        before = release_of(folder)
        (folder / "js" / "far.js").write_text("export const n = 22;", "utf-8")
        after = release_of(folder)
        assert after.name != before.name
        assert f'src="{after.name}/js/main.js"' in after.page

    def test_is_of_the_files_that_are_served(self, folder: Path, tmp_path: Path) -> None:
        (folder / "notes.md").write_text("Buy milk.", "utf-8")
        assert release_of(folder) == release_of(write(tmp_path / "two"))


def release_of(folder: Path) -> PageRelease:
    return read_release(folder, "page.html", {"page.html", "js"})


def write(folder: Path) -> Path:
    """A page with two modules."""
    (folder / "js").mkdir(parents=True)
    (folder / "page.html").write_text('<script src="js/main.js"></script>', "utf-8")
    (folder / "js" / "main.js").write_text("import './far.js';", "utf-8")
    (folder / "js" / "far.js").write_text("export const n = 1;", "utf-8")
    return folder
