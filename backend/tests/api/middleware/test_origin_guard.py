"""Pages of other sites change nothing here, and read what anyone or what an allowed site may."""

import httpx
import pytest

from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.library import IMAGES, MAINTENANCE, SCENES, make_image, row_count
from tests.support.running_server import RunningServer

ALLOWED = "https://studio.example"
EVIL = "https://evil.example"
LAPTOP = "http://localhost:3000"
LOOPBACK = (LAPTOP, "http://127.0.0.1:5500", "https://[::1]:1", "http://LOCALHOST")
TOKEN = "operator-token-never-shown"
STATS = f"{MAINTENANCE}/stats"

FOREIGN = [
    {"Origin": EVIL},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://["},
    {"Origin": f"{EVIL}:80"},
    {"Origin": "http://127.0.0.1.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.fixture
def named_server(share_server: ServerFactory) -> RunningServer:
    """A server that a proxy gives names."""
    return share_server(allowed_hosts=("game.example", "2001:db8::7"))


@pytest.fixture
def cors_server(share_server: ServerFactory) -> RunningServer:
    return share_server(allowed_origins=(ALLOWED, LAPTOP))


@pytest.fixture
def closed_server(share_server: ServerFactory) -> RunningServer:
    """A server with a token, which knows no other site."""
    return share_server(admin_token=TOKEN)


def change(server: RunningServer, headers: dict[str, str]) -> httpx.Response:
    return server.client.post(f"{SCENES}/generate", params={"location": "Mill"}, headers=headers)


def assert_foreign(answer: httpx.Response) -> None:
    assert_error(answer, 403, "foreign_origin")


def cors_headers(response: httpx.Response) -> dict[str, str]:
    found = response.headers.items()
    return {name: value for name, value in found if name.startswith("access-control-")}


class TestRefused:
    @pytest.mark.parametrize("headers", FOREIGN)
    def test_foreign_page_reads_and_changes_nothing(
        self, headers: dict[str, str], shared_server: RunningServer
    ) -> None:
        made = make_image(shared_server.client)
        before = row_count(shared_server.settings)
        assert_foreign(change(shared_server, headers))
        assert row_count(shared_server.settings) == before
        for path in (f"{IMAGES}/{made['id']}", made["url"], "/health", f"{IMAGES}/search"):
            assert shared_server.client.get(path, headers=headers).status_code == 200
        assert shared_server.client.head(made["url"], headers=headers).status_code == 200

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", f"{IMAGES}/generate"),
            ("PUT", f"{IMAGES}/1/feature"),
            ("DELETE", f"{IMAGES}/1"),
            ("PATCH", "/nothing/here"),
        ],
    )
    def test_every_change(self, method: str, path: str, shared_server: RunningServer) -> None:
        assert_foreign(shared_server.client.request(method, path, headers={"Origin": EVIL}))

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
        assert_foreign(change(named_server, {"Origin": origin, "Host": host}))

    @pytest.mark.parametrize("site", ["same-site", "cross-site", "made-up"])
    def test_what_the_browser_calls_foreign(self, site: str, named_server: RunningServer) -> None:
        """Host without its port would fit the page of another port."""
        headers = {"Origin": "http://game.example", "Host": "game.example", "Sec-Fetch-Site": site}
        assert_foreign(change(named_server, headers))

    @pytest.mark.parametrize(
        "settings",
        [
            {"admin_token": TOKEN},
            {"allowed_hosts": "game.example"},
            {"trusted_proxies": "127.0.0.1"},
            {"host": "0.0.0.0", "admin_token": TOKEN},
        ],
    )
    def test_loopback_pages_where_others_get_here(
        self, settings: dict[str, str], share_server: ServerFactory
    ) -> None:
        for origin in LOOPBACK:
            assert_foreign(change(share_server(**settings), {"Origin": origin}))


class TestWelcome:
    def test_own_page_and_programs(self, shared_server: RunningServer) -> None:
        assert change(shared_server, {}).status_code == 200
        for site in ("same-origin", "none"):
            for headers in ({}, {"Origin": shared_server.url}):
                answer = change(shared_server, {**headers, "Sec-Fetch-Site": site})
                assert answer.status_code == 200

    @pytest.mark.parametrize("origin", LOOPBACK)
    def test_pages_on_other_ports_of_a_laptop(
        self, origin: str, shared_server: RunningServer
    ) -> None:
        for site in ({}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site"}):
            assert change(shared_server, {"Origin": origin, **site}).status_code == 200

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
        assert change(named_server, {"Origin": origin, "Host": host}).status_code == 200

    @pytest.mark.parametrize("origin", ["http://game.example:8080", "https://game.example", "null"])
    def test_browser_is_believed_if_a_proxy_took_the_port_away(
        self, origin: str, named_server: RunningServer
    ) -> None:
        headers = {"Origin": origin, "Host": "game.example", "Sec-Fetch-Site": "same-origin"}
        assert change(named_server, headers).status_code == 200

    def test_allowed_origin(self, cors_server: RunningServer) -> None:
        answer = change(cors_server, {"Origin": ALLOWED, "Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 200
        assert cors_headers(answer)["access-control-allow-origin"] == ALLOWED
        for origin in ("http://studio.example", f"{ALLOWED}.evil.example"):
            assert_foreign(change(cors_server, {"Origin": origin}))


def preflight(server: RunningServer, origin: str, **asked: str) -> httpx.Response:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    extra = {f"Access-Control-Request-{name.title()}": value for name, value in asked.items()}
    return server.client.options(f"{SCENES}/generate", headers={**headers, **extra})


class TestPreflight:
    @pytest.mark.parametrize("origin", [ALLOWED, LAPTOP])
    def test_allowed(self, origin: str, cors_server: RunningServer) -> None:
        for method in ("GET", "POST", "PUT", "DELETE"):
            answer = preflight(cors_server, origin, method=method, headers="authorization")
            assert answer.status_code == 200
            found = cors_headers(answer)
            assert found["access-control-allow-origin"] == origin
            assert found["access-control-allow-credentials"] == "true"
            assert method in found["access-control-allow-methods"]
            assert "Authorization" in found["access-control-allow-headers"]
            assert "Origin" in answer.headers["vary"]

    def test_every_header_that_a_route_reads(self, cors_server: RunningServer) -> None:
        document = cors_server.client.get("/openapi.json").json()
        read = {
            parameter["name"]
            for methods in document["paths"].values()
            for operation in methods.values()
            for parameter in operation.get("parameters", [])
            if parameter["in"] == "header"
        }
        assert "if-none-match" in read
        # These belong to every route, or to its body, and are no parameters there.
        for name in read | {"authorization", "content-type", "x-request-id"}:
            assert preflight(cors_server, ALLOWED, headers=name).status_code == 200, name

    def test_others(self, cors_server: RunningServer, closed_server: RunningServer) -> None:
        for origin in (EVIL, "http://studio.example", "null"):
            answer = preflight(cors_server, origin)
            assert (answer.status_code, answer.text) == (400, "Disallowed CORS origin")
            assert "access-control-allow-origin" not in cors_headers(answer)
        assert preflight(cors_server, ALLOWED, method="TRACE").status_code == 400
        assert preflight(cors_server, ALLOWED, headers="x-made-up").status_code == 400
        for origin in (ALLOWED, LAPTOP):
            answer = preflight(closed_server, origin)
            assert_error(answer, 405)
            assert cors_headers(answer) == {}

    def test_on_a_laptop(self, shared_server: RunningServer) -> None:
        for origin in (LAPTOP, "http://127.0.0.1:5500", "http://[::1]:3000"):
            answer = preflight(shared_server, origin, headers="content-type")
            assert answer.status_code == 200
            assert cors_headers(answer)["access-control-allow-origin"] == origin
            answer = shared_server.client.get(f"{IMAGES}/search", headers={"Origin": origin})
            assert cors_headers(answer)["access-control-allow-origin"] == origin
            assert answer.headers["cross-origin-resource-policy"] == "same-site"
        for origin in (ALLOWED, "http://localhost.evil.example", "null"):
            assert preflight(shared_server, origin).status_code == 400


class TestCorsHeaders:
    def test_allowed_origin_may_read_answers_and_errors(self, cors_server: RunningServer) -> None:
        for path, status in ((f"{IMAGES}/search", 200), (f"{IMAGES}/424242", 404)):
            answer = cors_server.client.get(path, headers={"Origin": ALLOWED})
            assert answer.status_code == status
            found = cors_headers(answer)
            assert found["access-control-allow-origin"] == ALLOWED
            assert found["access-control-allow-credentials"] == "true"

    def test_allowed_origin_may_read_headers(self, share_server: ServerFactory) -> None:
        server = share_server(allowed_origins=(ALLOWED,), admin_token=TOKEN)
        wrong, right = ({"Authorization": f"Bearer {token}"} for token in ("wrong", TOKEN))
        warm = {"scenes": [{"location": "Mill"}]}
        for name, method, path, headers, body in (
            ("X-Request-ID", "GET", "/health", {}, None),
            ("ETag", "PUT", "/api/v1/saves/1", {}, {}),
            ("Location", "POST", f"{SCENES}/warm", right, warm),
            ("Allow", "DELETE", "/health", {}, None),
            ("WWW-Authenticate", "GET", STATS, wrong, None),
        ):
            own = {"Origin": ALLOWED, **headers}
            answer = server.client.request(method, path, headers=own, json=body)
            assert name in answer.headers
            assert name in cors_headers(answer)["access-control-expose-headers"].split(", ")
            assert "Retry-After" in cors_headers(answer)["access-control-expose-headers"]

    def test_other_origin_gets_none(
        self, cors_server: RunningServer, closed_server: RunningServer
    ) -> None:
        for headers in ({}, {"Origin": "null"}, {"Origin": EVIL}):
            answer = cors_server.client.get("/health", headers=headers)
            assert answer.status_code == 200
            assert "access-control-allow-origin" not in cors_headers(answer)
        answer = closed_server.client.get("/health", headers={"Origin": LAPTOP})
        assert cors_headers(answer) == {}
