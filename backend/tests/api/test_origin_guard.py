"""Pages of other sites change nothing here, and read what anyone may read."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.lasting_server import lasting_server
from tests.support.library import IMAGES, SCENES, make_image, row_count
from tests.support.running_server import RunningServer

NAMES = ("game.example", "2001:db8::7")


@pytest.fixture(scope="module")
def named_server(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[RunningServer]:
    """A server that a proxy gives names."""
    data = tmp_path_factory.mktemp("named")
    with lasting_server(data, empty_database, allowed_hosts=NAMES) as running:
        yield running


FOREIGN = [
    pytest.param({"Origin": "https://evil.example"}, id="foreign origin"),
    pytest.param({"Origin": "null"}, id="sandboxed frame"),
    pytest.param({"Origin": ""}, id="empty origin"),
    pytest.param({"Origin": "http://["}, id="origin that is no address"),
    pytest.param({"Origin": "https://evil.example:80"}, id="foreign origin with a port"),
    pytest.param({"Sec-Fetch-Site": "cross-site"}, id="cross-site"),
    pytest.param({"Sec-Fetch-Site": "same-site"}, id="same-site"),
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

    @pytest.mark.parametrize(
        ("origin", "host"),
        [
            ("http://game.example:8001", "game.example:8000"),
            ("http://game.example", "game.example:8000"),
            ("https://game.example:80", "game.example:443"),
            ("https://game.example:8443", "game.example"),
            ("http://game.example", "game.example:443"),
            ("http://game.example.evil.example", "game.example"),
            ("http://evil.example@game.example", "game.example"),
            ("ftp://game.example", "game.example"),
            ("http://[2001:db8::8]", "[2001:db8::7]"),
            ("http://127.0.0.1:1", "127.0.0.1:8000"),
            ("http://localhost:8000", "127.0.0.1:8000"),
        ],
    )
    def test_other_address(self, origin: str, host: str, named_server: RunningServer) -> None:
        headers = {"Origin": origin, "Host": host}
        assert_error(change(named_server, headers), 403, "foreign_origin")

    @pytest.mark.parametrize("site", ["same-site", "cross-site", "made-up"])
    def test_what_the_browser_calls_foreign(self, site: str, named_server: RunningServer) -> None:
        """Host without its port would fit the page of another port."""
        headers = {"Origin": "http://game.example", "Host": "game.example", "Sec-Fetch-Site": site}
        assert_error(change(named_server, headers), 403, "foreign_origin")


class TestLoopback:
    """Pages on other ports of this machine are its owner's, on a laptop."""

    ORIGINS = (
        "http://localhost:3000",
        "http://127.0.0.1:5500",
        "https://[::1]:1",
        "http://LOCALHOST",
    )

    @pytest.mark.parametrize("origin", ORIGINS)
    def test_may_change(self, origin: str, shared_server: RunningServer) -> None:
        for site in ({}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site"}):
            assert change(shared_server, {"Origin": origin, **site}).status_code == 200

    @pytest.mark.thorough
    @pytest.mark.parametrize("origin", ORIGINS)
    @pytest.mark.parametrize(
        "settings",
        [
            {"admin_token": "t" * 20},
            {"allowed_hosts": "game.example"},
            {"trusted_proxies": "127.0.0.1"},
            {"host": "0.0.0.0", "admin_token": "t" * 20},
        ],
    )
    def test_may_not_where_others_get_here(
        self, settings: dict[str, str], origin: str, make_server: ServerFactory
    ) -> None:
        assert_error(change(make_server(**settings), {"Origin": origin}), 403, "foreign_origin")


class TestWelcome:
    def test_program_without_either_header(self, shared_server: RunningServer) -> None:
        assert change(shared_server, {}).status_code == 200

    @pytest.mark.parametrize("site", ["same-origin", "none"])
    def test_own_page(self, site: str, shared_server: RunningServer) -> None:
        assert change(shared_server, {"Sec-Fetch-Site": site}).status_code == 200
        headers = {"Origin": shared_server.url, "Sec-Fetch-Site": site}
        assert change(shared_server, headers).status_code == 200

    @pytest.mark.parametrize(
        ("origin", "host"),
        [
            ("https://game.example", "game.example"),
            ("https://game.example", "game.example:443"),
            ("http://game.example:80", "game.example"),
            ("HTTP://Game.Example", "gAME.example:80"),
            ("http://game.example.:8000", "game.example:8000"),
            ("http://game.example:8000", "game.example.:8000"),
            ("http://[2001:db8:0::7]:8000", "[2001:DB8::7]:8000"),
            ("https://[2001:db8::7]", "[2001:db8::7]"),
        ],
    )
    def test_own_page_in_every_spelling(
        self, origin: str, host: str, named_server: RunningServer
    ) -> None:
        headers = {"Origin": origin, "Host": host}
        assert change(named_server, headers).status_code == 200

    @pytest.mark.parametrize("origin", ["http://game.example:8080", "https://game.example", "null"])
    def test_browser_is_believed_where_a_proxy_took_the_port_away(
        self, origin: str, named_server: RunningServer
    ) -> None:
        headers = {"Origin": origin, "Host": "game.example", "Sec-Fetch-Site": "same-origin"}
        assert change(named_server, headers).status_code == 200

    def test_allowed_origin(self, make_server: ServerFactory) -> None:
        server = make_server(allowed_origins=("https://studio.example",))
        headers = {"Origin": "https://studio.example", "Sec-Fetch-Site": "cross-site"}
        assert change(server, headers).status_code == 200
        assert_error(change(server, {"Origin": "http://studio.example"}), 403, "foreign_origin")
        assert_error(
            change(server, {"Origin": "https://studio.example.evil.example"}), 403, "foreign_origin"
        )


class TestReads:
    @pytest.mark.thorough
    @pytest.mark.parametrize("headers", FOREIGN)
    def test_are_left_alone(self, headers: dict[str, str], shared_server: RunningServer) -> None:
        made = make_image(shared_server.client)
        for path in (f"{IMAGES}/{made['id']}", made["url"], "/health", f"{IMAGES}/search"):
            assert shared_server.client.get(path, headers=headers).status_code == 200
        assert shared_server.client.head(made["url"], headers=headers).status_code == 200
