"""Pages of other sites change nothing here, and read what anyone may read."""

import httpx
import pytest

from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.library import IMAGES, SCENES, make_image, row_count
from tests.support.running_server import RunningServer

FOREIGN = [
    pytest.param({"Origin": "https://evil.example"}, id="foreign origin"),
    pytest.param({"Origin": "null"}, id="sandboxed frame"),
    pytest.param({"Origin": ""}, id="empty origin"),
    pytest.param({"Origin": "http://["}, id="origin that is no address"),
    pytest.param({"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"}, id="both"),
    pytest.param({"Sec-Fetch-Site": "cross-site"}, id="cross-site"),
    pytest.param({"Sec-Fetch-Site": "same-site"}, id="same-site"),
    pytest.param({"Origin": "http://127.0.0.1:1"}, id="other port"),
    pytest.param({"Origin": "http://127.0.0.1.evil.example"}, id="looks alike"),
]


def change(server: RunningServer, headers: dict[str, str]) -> httpx.Response:
    return server.client.post(f"{SCENES}/generate", params={"location": "Mill"}, headers=headers)


class TestRefused:
    @pytest.mark.parametrize("headers", FOREIGN)
    def test_foreign_page(self, headers: dict[str, str], shared_server: RunningServer) -> None:
        before = row_count(shared_server.settings)
        assert_error(change(shared_server, headers), 403, "foreign_origin")
        assert row_count(shared_server.settings) == before

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", f"{IMAGES}/generate"),
            ("PUT", f"{IMAGES}/1/feature"),
            ("DELETE", f"{IMAGES}/1"),
            ("POST", f"{IMAGES}/1/restore"),
            ("DELETE", f"{SCENES}/cache/clear"),
            ("POST", "/api/v1/maintenance/cleanup/orphaned-images"),
            ("PATCH", "/nothing/here"),
        ],
    )
    def test_every_change(self, method: str, path: str, shared_server: RunningServer) -> None:
        answer = shared_server.client.request(
            method, path, headers={"Origin": "https://evil.example"}
        )
        assert_error(answer, 403, "foreign_origin")

    def test_own_scheme_does_not_make_another_host_ours(self, shared_server: RunningServer) -> None:
        headers = {"Origin": "http://localhost:" + shared_server.url.rpartition(":")[2]}
        assert_error(change(shared_server, headers), 403, "foreign_origin")


class TestWelcome:
    def test_program_without_either_header(self, shared_server: RunningServer) -> None:
        assert change(shared_server, {}).status_code == 200

    @pytest.mark.parametrize("site", ["same-origin", "none"])
    def test_own_page(self, site: str, shared_server: RunningServer) -> None:
        assert change(shared_server, {"Sec-Fetch-Site": site}).status_code == 200
        headers = {"Origin": shared_server.url, "Sec-Fetch-Site": site}
        assert change(shared_server, headers).status_code == 200

    def test_own_page_behind_a_proxy_that_ends_tls(self, make_server: ServerFactory) -> None:
        server = make_server(allowed_hosts=("game.example",))
        headers = {"Origin": "https://game.example", "Host": "game.example"}
        assert change(server, headers).status_code == 200

    def test_allowed_origin(self, make_server: ServerFactory) -> None:
        server = make_server(allowed_origins=("https://studio.example",))
        headers = {"Origin": "https://studio.example", "Sec-Fetch-Site": "cross-site"}
        assert change(server, headers).status_code == 200
        assert_error(change(server, {"Origin": "http://studio.example"}), 403, "foreign_origin")
        assert_error(
            change(server, {"Origin": "https://studio.example.evil.example"}), 403, "foreign_origin"
        )


class TestReads:
    @pytest.mark.parametrize("headers", FOREIGN)
    def test_are_left_alone(self, headers: dict[str, str], shared_server: RunningServer) -> None:
        made = make_image(shared_server.client)
        for path in (f"{IMAGES}/{made['id']}", made["url"], "/health", f"{IMAGES}/search"):
            assert shared_server.client.get(path, headers=headers).status_code == 200
        assert shared_server.client.head(made["url"], headers=headers).status_code == 200
