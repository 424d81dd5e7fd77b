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


def change(server: RunningServer, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return server.client.post(f"{SCENES}/generate", params={"location": "Mill"}, headers=named)


def assert_foreign(answer: httpx.Response) -> None:
    assert_error(answer, 403, "foreign_origin")


def cors_headers(response: httpx.Response) -> dict[str, str]:
    found = response.headers.items()
    return {name: value for name, value in found if name.startswith("access-control-")}


class TestRefused:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": EVIL},
            {"Origin": "null"},
            {"Origin": ""},
            {"Origin": "http://["},
            {"Origin": "http://127.0.0.1.evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ],
    )
    def test_foreign_page_reads_and_changes_nothing(
        self, headers: dict[str, str], shared_server: RunningServer
    ) -> None:
        made = make_image(shared_server.client)
        before = row_count(shared_server.settings)
        for method, path in (
            ("POST", f"{IMAGES}/generate"),
            ("PUT", f"{IMAGES}/{made['id']}/feature"),
            ("DELETE", f"{IMAGES}/{made['id']}"),
            ("PATCH", "/nothing/here"),
        ):
            assert_foreign(shared_server.client.request(method, path, headers=headers))
        assert row_count(shared_server.settings) == before
        for path in (f"{IMAGES}/{made['id']}", made["url"], "/health", f"{IMAGES}/search"):
            assert shared_server.client.get(path, headers=headers).status_code == 200
        assert shared_server.client.head(made["url"], headers=headers).status_code == 200

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
            assert_foreign(change(share_server(**settings), Origin=origin))


@pytest.mark.parametrize(
    ("origin", "host", "is_own"),
    [
        ("http://game.example:8001", "game.example:8000", False),
        ("http://game.example", "game.example:8000", False),
        ("https://game.example:8443", "game.example", False),
        ("http://game.example", "game.example:443", False),
        ("http://game.example.evil.example", "game.example", False),
        ("http://evil.example@game.example", "game.example", False),
        ("ftp://game.example", "game.example", False),
        ("http://[2001:db8::8]", "[2001:db8::7]", False),
        ("http://localhost:8000", "127.0.0.1:8000", False),
        ("https://game.example", "game.example", True),
        ("https://game.example", "game.example:443", True),
        ("http://game.example:80", "game.example", True),
        ("HTTP://Game.Example", "gAME.example:80", True),
        ("http://game.example.:8000", "game.example:8000", True),
        ("http://[2001:db8:0::7]:8000", "[2001:DB8::7]:8000", True),
        ("https://[2001:db8::7]", "[2001:db8::7]", True),
    ],
)
def test_own_page_is_known_by_its_address_in_every_spelling(
    origin: str, host: str, is_own: bool, named_server: RunningServer
) -> None:
    answer = change(named_server, Origin=origin, Host=host)
    if is_own:
        assert answer.status_code == 200
    else:
        assert_foreign(answer)


def test_browser_is_believed_before_the_address(named_server: RunningServer) -> None:
    """A proxy may take the port out of Host, which would then fit the page of another port."""
    for origin in ("http://game.example:8080", "https://game.example", "null"):
        headers = {"Origin": origin, "Host": "game.example"}
        assert change(named_server, **headers, Sec_Fetch_Site="same-origin").status_code == 200
        for site in ("same-site", "cross-site", "made-up"):
            assert_foreign(change(named_server, **headers, Sec_Fetch_Site=site))


def test_own_page_programs_and_pages_on_other_ports_of_a_laptop(
    shared_server: RunningServer,
) -> None:
    assert change(shared_server).status_code == 200
    for site in ("same-origin", "none"):
        assert change(shared_server, Sec_Fetch_Site=site).status_code == 200
        answer = change(shared_server, Sec_Fetch_Site=site, Origin=shared_server.url)
        assert answer.status_code == 200
    for origin in LOOPBACK:
        assert change(shared_server, Origin=origin).status_code == 200
        answer = change(shared_server, Origin=origin, Sec_Fetch_Site="cross-site")
        assert answer.status_code == 200


def test_allowed_origin(cors_server: RunningServer) -> None:
    answer = change(cors_server, Origin=ALLOWED, Sec_Fetch_Site="cross-site")
    assert answer.status_code == 200
    assert cors_headers(answer)["access-control-allow-origin"] == ALLOWED
    for origin in ("http://studio.example", f"{ALLOWED}.evil.example"):
        assert_foreign(change(cors_server, Origin=origin))


def preflight(server: RunningServer, origin: str, **asked: str) -> httpx.Response:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    extra = {f"Access-Control-Request-{name.title()}": value for name, value in asked.items()}
    return server.client.options(f"{SCENES}/generate", headers={**headers, **extra})


class TestPreflight:
    def test_allowed_for_every_method_and_header_of_a_route(
        self, cors_server: RunningServer
    ) -> None:
        document = cors_server.client.get("/openapi.json").json()
        operations = [of for methods in document["paths"].values() for of in methods.values()]
        read = {
            parameter["name"]
            for operation in operations
            for parameter in operation.get("parameters", [])
            if parameter["in"] == "header"
        }
        assert "if-none-match" in read
        # The first belong to every route, or to its body, and are no parameters there.
        for name in {"authorization", "content-type", "x-request-id"} | read:
            assert preflight(cors_server, LAPTOP, headers=name).status_code == 200, name
        for method in ("GET", "POST", "PUT", "DELETE"):
            answer = preflight(cors_server, ALLOWED, method=method)
            assert answer.status_code == 200
            found = cors_headers(answer)
            assert found["access-control-allow-origin"] == ALLOWED
            assert found["access-control-allow-credentials"] == "true"
            assert "Origin" in answer.headers["vary"]

    def test_others(self, cors_server: RunningServer, closed_server: RunningServer) -> None:
        for origin in (EVIL, "http://studio.example", "null"):
            answer = preflight(cors_server, origin)
            assert answer.status_code == 400
            assert "access-control-allow-origin" not in cors_headers(answer)
        assert preflight(cors_server, ALLOWED, method="TRACE").status_code == 400
        assert preflight(cors_server, ALLOWED, headers="x-made-up").status_code == 400
        answer = preflight(closed_server, LAPTOP)
        assert_error(answer, 405)
        assert cors_headers(answer) == {}

    def test_on_a_laptop(self, shared_server: RunningServer) -> None:
        for origin in (LAPTOP, "http://[::1]:3000"):
            answer = preflight(shared_server, origin, headers="content-type")
            assert answer.status_code == 200
            answer = shared_server.client.get(f"{IMAGES}/search", headers={"Origin": origin})
            assert cors_headers(answer)["access-control-allow-origin"] == origin
            assert answer.headers["cross-origin-resource-policy"] == "same-site"
        for origin in (ALLOWED, "http://localhost.evil.example", "null"):
            assert preflight(shared_server, origin).status_code == 400


def test_allowed_origin_may_read_answers_errors_and_their_headers(
    share_server: ServerFactory,
) -> None:
    server = share_server(allowed_origins=(ALLOWED,), admin_token=TOKEN)
    wrong, right = ({"Authorization": f"Bearer {token}"} for token in ("wrong", TOKEN))
    warm = {"scenes": [{"location": "Mill"}]}
    for name, method, path, headers, body in (
        ("X-Request-ID", "GET", f"{IMAGES}/424242", {}, None),
        ("ETag", "PUT", "/api/v1/saves/1", {}, {}),
        ("Location", "POST", f"{SCENES}/warm", right, warm),
        ("Allow", "DELETE", "/health", {}, None),
        ("WWW-Authenticate", "GET", f"{MAINTENANCE}/stats", wrong, None),
    ):
        own = {"Origin": ALLOWED, **headers}
        answer = server.client.request(method, path, headers=own, json=body)
        assert name in answer.headers
        found = cors_headers(answer)
        assert found["access-control-allow-origin"] == ALLOWED
        assert found["access-control-allow-credentials"] == "true"
        exposed = found["access-control-expose-headers"].split(", ")
        assert {name, "Retry-After"} <= set(exposed)


def test_other_origin_may_read_none(
    cors_server: RunningServer, closed_server: RunningServer
) -> None:
    for headers in ({}, {"Origin": "null"}, {"Origin": EVIL}):
        answer = cors_server.client.get("/health", headers=headers)
        assert answer.status_code == 200
        assert "access-control-allow-origin" not in cors_headers(answer)
    assert cors_headers(closed_server.client.get("/health", headers={"Origin": LAPTOP})) == {}
