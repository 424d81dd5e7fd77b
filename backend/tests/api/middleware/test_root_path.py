"""Served below a path: every address in an answer has it, and every route is found by it."""

import pytest

from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.library import IMAGES, MAINTENANCE, SCENES, make_image, order
from tests.support.running_server import RunningServer

ROOT = "/ember"
TOKEN = "0123456789abcdef"
OPERATOR = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def below(share_server: ServerFactory) -> RunningServer:
    """A server that is seen below a path."""
    return share_server(root_path=ROOT, admin_token=TOKEN)


# A proxy may pass the whole path on, or take the first part away.
@pytest.mark.parametrize("asked", [ROOT, ""], ids=["passed on", "taken away"])
class TestBoth:
    def test_addresses_of_pictures(self, asked: str, below: RunningServer) -> None:
        made = below.client.post(f"{asked}{IMAGES}/generate", json=order()).json()
        for field, path in (("url", "full"), ("thumbnail_url", "thumbnails")):
            assert made[field].startswith(f"{ROOT}/images/{path}/")
            assert below.client.get(made[field]).status_code == 200
            assert below.client.get(made[field].replace(ROOT, asked)).status_code == 200
        assert made["storage_path_full"].startswith("images/full/")

    def test_scenes_in_every_way_they_are_served(self, asked: str, below: RunningServer) -> None:
        address = f"{asked}{SCENES}/generate?location=Mill"
        for _ in range(3):
            scene = below.client.post(address).json()
            assert scene["url"].startswith(f"{ROOT}/images/full/")
        searched = below.client.get(f"{asked}{IMAGES}/search").json()["items"]
        assert all(item["url"].startswith(f"{ROOT}/images/") for item in searched)

    def test_redirects(self, asked: str, below: RunningServer) -> None:
        browser = {"Accept": "text/html"}
        assert below.client.get(f"{asked}/", headers=browser).headers["location"] == f"{ROOT}/game/"
        for path, to in (("/game?x=1", "/game/?x=1"), ("/health/", "/health")):
            assert below.client.get(asked + path).headers["location"] == ROOT + to
        shown = below.client.get(f"{asked}/").json()
        assert (shown["docs"], shown["health"]) == (f"{ROOT}/docs", f"{ROOT}/health")
        assert below.client.get(shown["health"]).status_code == 200

    def test_page_and_its_files(self, asked: str, below: RunningServer) -> None:
        for path in ("/game/", "/game/js/main.js", "/docs", "/redoc", "/docs/assets/redoc.js"):
            assert below.client.get(asked + path).status_code == 200, path
        document = below.client.get(f"{asked}/openapi.json").json()
        assert document["servers"] == [{"url": ROOT}]

    def test_job(self, asked: str, below: RunningServer) -> None:
        scenes = {"scenes": [{"location": "Mill"}]}
        warm = below.client.post(f"{asked}{SCENES}/warm", json=scenes, headers=OPERATOR)
        assert warm.headers["location"].startswith(f"{ROOT}/api/v1/jobs/")
        job = below.client.get(warm.headers["location"], headers=OPERATOR)
        assert job.status_code == 200

    def test_errors_and_bounds(self, asked: str, below: RunningServer) -> None:
        assert_error(below.client.get(f"{asked}/nothing"), 404)
        refused = below.client.patch(f"{asked}{MAINTENANCE}/stats")
        assert_error(refused, 405)
        assert refused.headers["allow"] == "GET, HEAD"
        too_large = {"x": "y" * 17_000}
        assert_error(below.client.put(f"{asked}/api/v1/preferences", json=too_large), 413)
        answer = below.client.get(f"{asked}/health", headers={"Host": "10.0.0.7"})
        assert answer.status_code == 200

    def test_figures_know_the_routes(self, asked: str, below: RunningServer) -> None:
        below.client.get(f"{asked}/game/")
        below.client.get(f"{asked}/nothing")
        text = below.client.get(f"{asked}/metrics").text
        assert 'route="/game/{path}"' in text
        assert 'route="unmatched"' in text
        assert ROOT not in text


def test_path_itself_leads_to_the_game(below: RunningServer) -> None:
    answer = below.client.get(ROOT, headers={"Accept": "text/html"}, follow_redirects=True)
    assert answer.status_code == 200
    assert answer.url.path == f"{ROOT}/game/"


def test_cookie_is_for_this_path_only(below: RunningServer) -> None:
    with below.another_client() as client:
        cookie = client.get("/api/v1/saves").headers["set-cookie"]
    assert f"path={ROOT};" in cookie.lower()


def test_another_server_has_no_path(shared_server: RunningServer, below: RunningServer) -> None:
    below.client.get(f"{ROOT}/health")
    assert make_image(shared_server.client)["url"].startswith("/images/")
    assert shared_server.client.get(f"{ROOT}/health").status_code == 404
