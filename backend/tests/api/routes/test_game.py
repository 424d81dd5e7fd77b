"""/game/: the page is asked for each time, and its files once for each release."""

import re
from pathlib import Path

from app.api.page_release import PageRelease, read_release
from app.api.routes.game import FRONTEND
from tests.support.errors import assert_error
from tests.support.running_server import RunningServer

KEPT = "public, max-age=31536000, immutable"


def addresses(page: str) -> list[str]:
    """What the page names."""
    return re.findall(r'(?:href|src)="([^"]+)"', page)


def test_page_is_asked_for_each_time_and_names_its_files_by_their_release(
    shared_server: RunningServer,
) -> None:
    client = shared_server.client
    answer = client.get("/game/")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"
    again = client.get("/game/", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    named = addresses(answer.text)
    assert len(named) > 10
    (release,) = {address.split("/")[0] for address in named}
    for address in named:
        file = client.get(f"/game/{address}")
        assert (file.status_code, file.headers["cache-control"]) == (200, KEPT)
        assert "script-src 'self'" in file.headers["content-security-policy"]
    for path in ("/game/js/main.js", "/game/v-0123456789abcdef/js/main.js"):
        file = client.get(path)
        assert (file.status_code, file.headers["cache-control"]) == (200, "no-cache")
    for path in ("", "/", "/retro-adventure-game.html", "/tests/x", "/js/no"):
        assert_error(client.get(f"/game/{release}{path}"), 404)


def test_page_works_from_the_folder_as_it_is() -> None:
    """Without a server's help the page's addresses are those of its files."""
    for address in addresses((FRONTEND / "retro-adventure-game.html").read_text("utf-8")):
        assert (FRONTEND / address).is_file()


def test_release_changes_with_any_file_that_is_served(tmp_path: Path) -> None:
    folder = write(tmp_path / "one")
    before = release_of(folder)
    (folder / "notes.md").write_text("Buy milk.", "utf-8")
    assert release_of(folder) == before == release_of(write(tmp_path / "two"))
    (folder / "js" / "far.js").write_text("export const n = 22;", "utf-8")
    after = release_of(folder)
    assert after.name != before.name
    assert f'src="{after.name}/js/main.js"' in after.page


def release_of(folder: Path) -> PageRelease:
    return read_release(folder, "page.html", {"page.html", "js"})


def write(folder: Path) -> Path:
    """A page with two modules."""
    (folder / "js").mkdir(parents=True)
    (folder / "page.html").write_text('<script src="js/main.js"></script>', "utf-8")
    (folder / "js" / "main.js").write_text("import './far.js';", "utf-8")
    (folder / "js" / "far.js").write_text("export const n = 1;", "utf-8")
    return folder
