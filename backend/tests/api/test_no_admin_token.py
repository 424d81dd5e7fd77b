"""Without ADMIN_TOKEN: programs on this machine are the operator, and nobody who is passed on."""

import pytest

from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.library import IMAGES, MAINTENANCE, make_image
from tests.support.permissions import (
    FOR_EVERYONE,
    OPERATOR_FOR_A_PART,
    OPERATOR_ONLY,
    OPERATOR_OR_OWNER,
    call_as_stranger,
)
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.thorough

BEHIND = [
    pytest.param({"X-Forwarded-For": "10.0.0.1"}, id="X-Forwarded-For"),
    pytest.param({"X-Forwarded-Proto": "https"}, id="X-Forwarded-Proto"),
    pytest.param({"X-Real-IP": "10.0.0.1"}, id="X-Real-IP"),
    pytest.param({"Forwarded": "for=10.0.0.1"}, id="Forwarded"),
    pytest.param({"Via": "1.1 proxy"}, id="Via"),
    pytest.param({"Origin": "https://x.example", "Sec-Fetch-Site": "none"}, id="foreign page"),
]
PUBLISHED: list[dict[str, str]] = [
    {"allowed_hosts": "game.example"},
    {"allowed_hosts": "*"},
    {"allowed_hosts": "localhost, 192.168.1.5"},
    {"trusted_proxies": "127.0.0.1"},
    {"root_path": "/ember"},
]


class TestBehindAProxyWithoutAToken:
    """Who comes through a proxy is not taken for the operator."""

    @pytest.mark.parametrize("headers", BEHIND)
    def test_every_sign_of_one_counts(
        self, headers: dict[str, str], shared_server: RunningServer
    ) -> None:
        answer = shared_server.client.get(f"{MAINTENANCE}/stats", headers=headers)
        assert "ADMIN_TOKEN" in assert_error(answer, 401, "no_admin_token")["message"]

    def test_forwarded_requests_may_not(self, shared_server: RunningServer) -> None:
        for method, path in sorted(OPERATOR_ONLY | OPERATOR_OR_OWNER):
            answer = call_as_stranger(shared_server, method, path, {"X-Forwarded-For": "10.0.0.1"})
            assert_error(answer, 401, "no_admin_token")

    def test_forwarded_requests_may_play(self, shared_server: RunningServer) -> None:
        for method, path in sorted(FOR_EVERYONE):
            answer = call_as_stranger(shared_server, method, path, {"X-Forwarded-For": "10.0.0.1"})
            assert answer.status_code not in {401, 403}, (method, path)

    @pytest.mark.parametrize("settings", PUBLISHED)
    def test_nobody_is_the_operator_of_a_published_server(
        self, settings: dict[str, str], make_server: ServerFactory
    ) -> None:
        server = make_server(**settings)
        for method, path in sorted(OPERATOR_ONLY):
            assert_error(call_as_stranger(server, method, path), 401, "no_admin_token")
        (part,) = OPERATOR_FOR_A_PART.items()
        (method, path), query = part
        answer = server.client.request(method, path, params=query)
        assert_error(answer, 401, "no_admin_token")
        own = make_image(server.client)
        address = f"{settings.get('root_path', '')}{IMAGES}/{own['id']}"  # where the cookie goes
        assert server.client.delete(address).status_code == 200

    @pytest.mark.parametrize(
        ("host", "status"),
        [("localhost:8000", 200), ("127.0.0.1", 200), ("[::1]:1", 200), ("172.17.0.2:8000", 401)],
    )
    def test_trusted_local_network_has_its_operator_on_this_machine(
        self, host: str, status: int, make_server: ServerFactory
    ) -> None:
        server = make_server(host="0.0.0.0", trust_local_network=True)
        answer = server.client.get(f"{MAINTENANCE}/stats", headers={"Host": host})
        assert answer.status_code == status
        assert server.client.get("/game/", headers={"Host": host}).status_code == 200

    def test_allowed_origin_is_no_sign_of_a_proxy(self, make_server: ServerFactory) -> None:
        server = make_server(allowed_origins="https://studio.example")
        headers = {"Origin": "https://studio.example"}
        assert server.client.get(f"{MAINTENANCE}/stats", headers=headers).status_code == 200
