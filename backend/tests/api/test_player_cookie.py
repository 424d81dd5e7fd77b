"""The cookie by which a player is known."""

import re

import pytest

from app.api.dependencies import PLAYER_COOKIE, SECURE_PLAYER_COOKIE
from tests.conftest import ServerFactory
from tests.support.library import IMAGES, make_image, order
from tests.support.permissions import stranger
from tests.support.running_server import RunningServer

SAVES = "/api/v1/saves"
TLS = {"X-Forwarded-Proto": "https"}


def id_in(set_cookie: str) -> str:
    """The player's id in a Set-Cookie header."""
    return set_cookie.partition(";")[0].partition("=")[2]


class TestCookie:
    def test_attributes(self, server: RunningServer) -> None:
        answer = server.client.post(f"{IMAGES}/generate", json=order())
        value, *attributes = answer.headers["set-cookie"].split("; ")
        assert re.fullmatch(f"{PLAYER_COOKIE}=[0-9a-f]{{32}}", value)
        kept = {attribute.lower() for attribute in attributes}
        assert {"httponly", "samesite=lax", "path=/"} <= kept
        assert any(attribute.startswith("max-age=") for attribute in kept)
        assert "secure" not in kept, "or it would be dropped on http://localhost"

    def test_secure_behind_a_proxy_that_ends_tls(self, make_server: ServerFactory) -> None:
        server = make_server(trusted_proxies=("127.0.0.1",))
        answer = server.client.post(
            f"{IMAGES}/generate", json=order(), headers={"X-Forwarded-Proto": "https"}
        )
        assert "secure" in answer.headers["set-cookie"].lower().split("; ")
        assert answer.headers["set-cookie"].startswith(f"{SECURE_PLAYER_COOKIE}=")

    def test_page_without_tls_has_a_player_of_its_own(self, make_server: ServerFactory) -> None:
        """It sees no Secure cookie and cannot replace one, so it needs another name."""
        server = make_server(trusted_proxies=("127.0.0.1",))
        secure = server.client.get(SAVES, headers=TLS).headers["set-cookie"]
        plain = server.client.get(SAVES).headers["set-cookie"]
        names = [given.partition("=")[0] for given in (secure, plain)]
        assert names == [SECURE_PLAYER_COOKIE, PLAYER_COOKIE]
        assert id_in(secure) != id_in(plain)

    def test_player_who_comes_to_tls_stays_the_same(self, make_server: ServerFactory) -> None:
        server = make_server(trusted_proxies=("127.0.0.1",))
        server.client.put(f"{SAVES}/1", json={"day": 1})
        listed = server.client.get(SAVES, headers=TLS)
        assert len(listed.json()["saves"]) == 1
        given = id_in(listed.headers["set-cookie"])
        assert given == server.client.cookies[PLAYER_COOKIE]
        both = f"{PLAYER_COOKIE}={'a' * 32}; {SECURE_PLAYER_COOKIE}={given}"
        with stranger(server, {"Cookie": both, **TLS}) as client:
            assert len(client.get(SAVES).json()["saves"]) == 1

    def test_of_two_that_of_the_longer_path_counts(self, shared_server: RunningServer) -> None:
        """Browsers send it first; the other belongs to another game on the same name."""
        mine, other = "a" * 32, "b" * 32
        cookie = f"{PLAYER_COOKIE}={mine}; {PLAYER_COOKIE}={other}"
        with stranger(shared_server, {"Cookie": cookie}) as client:
            client.put(f"{SAVES}/1", json={"day": 1})
        with stranger(shared_server, {"Cookie": f"x=y; {PLAYER_COOKIE}={mine}"}) as client:
            assert client.get(f"{SAVES}/1").json() == {"day": 1}

    def test_known_player_keeps_the_cookie(self, server: RunningServer) -> None:
        make_image(server.client)
        again = server.client.post(f"{IMAGES}/generate", json=order())
        assert "set-cookie" not in again.headers

    @pytest.mark.thorough
    @pytest.mark.parametrize("value", ["", "x", "G" * 32, "a" * 31, "a" * 33, "A" * 32])
    def test_made_up_cookie_is_replaced(self, value: str, shared_server: RunningServer) -> None:
        with shared_server.another_client(cookies={PLAYER_COOKIE: value}) as client:
            answer = client.post(f"{IMAGES}/generate", json=order())
        assert "set-cookie" in answer.headers

    def test_two_players_differ(self, shared_server: RunningServer) -> None:
        with shared_server.another_client() as one, shared_server.another_client() as other:
            make_image(one)
            make_image(other)
            assert one.cookies[PLAYER_COOKIE] != other.cookies[PLAYER_COOKIE]
