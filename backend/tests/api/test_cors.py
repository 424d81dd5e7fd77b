"""CORS: for the origins that the operator allows, and for no other."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.lasting_server import lasting_server
from tests.support.library import IMAGES, MAINTENANCE, SCENES
from tests.support.running_server import RunningServer

ALLOWED = "https://studio.example"
LAPTOP = "http://localhost:3000"
STATS = f"{MAINTENANCE}/stats"


@pytest.fixture
def cors_server(make_server: ServerFactory) -> RunningServer:
    return make_server(allowed_origins=(ALLOWED, "http://localhost:3000"))


@pytest.fixture(scope="module")
def closed_server(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[RunningServer]:
    """A server with a token, which knows no other site."""
    data = tmp_path_factory.mktemp("closed")
    with lasting_server(data, empty_database, admin_token="operator-token") as running:
        yield running


def preflight(server: RunningServer, origin: str, **asked: str) -> httpx.Response:
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    extra = {f"Access-Control-Request-{name.title()}": value for name, value in asked.items()}
    return server.client.options(f"{SCENES}/generate", headers={**headers, **extra})


def cors_headers(response: httpx.Response) -> dict[str, str]:
    return {
        name: value
        for name, value in response.headers.items()
        if name.startswith("access-control-")
    }


class TestPreflight:
    @pytest.mark.thorough
    @pytest.mark.parametrize("origin", [ALLOWED, "http://localhost:3000"])
    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
    def test_allowed(self, origin: str, method: str, cors_server: RunningServer) -> None:
        answer = preflight(cors_server, origin, method=method, headers="content-type,authorization")
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

    @pytest.mark.parametrize("origin", ["https://evil.example", "http://studio.example", "null"])
    def test_other_origin(self, origin: str, cors_server: RunningServer) -> None:
        answer = preflight(cors_server, origin)
        assert (answer.status_code, answer.text) == (400, "Disallowed CORS origin")
        assert "access-control-allow-origin" not in cors_headers(answer)

    @pytest.mark.parametrize("asked", [{"method": "TRACE"}, {"headers": "x-made-up"}])
    def test_other_method_or_header(
        self, asked: dict[str, str], cors_server: RunningServer
    ) -> None:
        assert preflight(cors_server, ALLOWED, **asked).status_code == 400

    def test_nobody_allowed(self, closed_server: RunningServer) -> None:
        for origin in (ALLOWED, LAPTOP):
            answer = preflight(closed_server, origin)
            assert_error(answer, 405)
            assert cors_headers(answer) == {}

    @pytest.mark.parametrize("origin", [LAPTOP, "http://127.0.0.1:5500", "http://[::1]:3000"])
    def test_pages_of_other_ports_on_a_laptop(
        self, origin: str, shared_server: RunningServer
    ) -> None:
        answer = preflight(shared_server, origin, headers="content-type")
        assert answer.status_code == 200
        assert cors_headers(answer)["access-control-allow-origin"] == origin
        answer = shared_server.client.get(f"{IMAGES}/search", headers={"Origin": origin})
        assert cors_headers(answer)["access-control-allow-origin"] == origin
        assert answer.headers["cross-origin-resource-policy"] == "same-site"

    @pytest.mark.parametrize("origin", [ALLOWED, "http://localhost.evil.example", "null"])
    def test_no_others_on_a_laptop(self, origin: str, shared_server: RunningServer) -> None:
        answer = preflight(shared_server, origin)
        assert (answer.status_code, answer.text) == (400, "Disallowed CORS origin")
        assert "access-control-allow-origin" not in cors_headers(answer)


class TestHeaders:
    def test_allowed_origin_may_read(self, cors_server: RunningServer) -> None:
        answer = cors_server.client.get(f"{IMAGES}/search", headers={"Origin": ALLOWED})
        assert answer.status_code == 200
        found = cors_headers(answer)
        assert found["access-control-allow-origin"] == ALLOWED
        assert found["access-control-allow-credentials"] == "true"

    def test_allowed_origin_may_read_headers(self, cors_server: RunningServer) -> None:
        client = cors_server.client
        warm = {"scenes": [{"location": "Mill"}]}
        for name, answer in (
            ("X-Request-ID", client.get("/health", headers={"Origin": ALLOWED})),
            ("ETag", client.put("/api/v1/saves/1", json={}, headers={"Origin": ALLOWED})),
            ("Location", client.post(f"{SCENES}/warm", json=warm, headers={"Origin": ALLOWED})),
            ("Allow", client.delete("/health", headers={"Origin": ALLOWED})),
        ):
            assert name in answer.headers
            assert name in cors_headers(answer)["access-control-expose-headers"].split(", ")

    @pytest.mark.parametrize("name", ["Retry-After", "WWW-Authenticate"])
    def test_allowed_origin_may_read_headers_of_refusals(
        self, name: str, make_server: ServerFactory
    ) -> None:
        server = make_server(allowed_origins=(ALLOWED,), admin_token="operator-token-never-shown")
        headers = {"Origin": ALLOWED, "Authorization": "Bearer wrong"}
        while name not in (answer := server.client.get(STATS, headers=headers)).headers:
            assert answer.status_code == 401
        assert name in cors_headers(answer)["access-control-expose-headers"].split(", ")

    def test_allowed_origin_may_read_errors(self, cors_server: RunningServer) -> None:
        answer = cors_server.client.get(f"{IMAGES}/424242", headers={"Origin": ALLOWED})
        assert_error(answer, 404)
        assert cors_headers(answer)["access-control-allow-origin"] == ALLOWED

    def test_allowed_origin_may_change(self, cors_server: RunningServer) -> None:
        answer = cors_server.client.post(
            f"{SCENES}/generate", params={"location": "Mill"}, headers={"Origin": ALLOWED}
        )
        assert answer.status_code == 200
        assert cors_headers(answer)["access-control-allow-origin"] == ALLOWED

    def test_other_origin_gets_none(self, cors_server: RunningServer) -> None:
        answer = cors_server.client.get("/health", headers={"Origin": "https://evil.example"})
        assert answer.status_code == 200
        assert "access-control-allow-origin" not in cors_headers(answer)

    def test_none_at_all_where_nobody_is_allowed(self, closed_server: RunningServer) -> None:
        answer = closed_server.client.get("/health", headers={"Origin": LAPTOP})
        assert cors_headers(answer) == {}

    def test_never_for_everyone(self, cors_server: RunningServer) -> None:
        for headers in ({}, {"Origin": ALLOWED}, {"Origin": "null"}):
            answer = cors_server.client.get("/health", headers=headers)
            assert cors_headers(answer).get("access-control-allow-origin") != "*"
