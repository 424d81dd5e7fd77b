"""The cookie by which a player is known."""

import re

import httpx

from app.api.dependencies import PLAYER_COOKIE, SECURE_PLAYER_COOKIE
from tests.conftest import ServerFactory
from tests.support.library import IMAGES, order
from tests.support.permissions import stranger
from tests.support.running_server import RunningServer

SAVES = "/api/v1/saves"
TLS = {"X-Forwarded-Proto": "https"}


def generate(client: httpx.Client) -> httpx.Response:
    return client.post(f"{IMAGES}/generate", json=order())


def given(answer: httpx.Response) -> tuple[str, str]:
    """Name and value of the cookie that an answer sets."""
    name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
    return name, value


def test_is_given_once(shared_server: RunningServer) -> None:
    with stranger(shared_server) as one, stranger(shared_server) as other:
        answer = generate(one)
        value, *attributes = answer.headers["set-cookie"].split("; ")
        assert re.fullmatch(f"{PLAYER_COOKIE}=[0-9a-f]{{32}}", value)
        kept = {attribute.lower() for attribute in attributes}
        assert {"httponly", "samesite=lax", "path=/"} <= kept
        assert any(attribute.startswith("max-age=") for attribute in kept)
        assert "secure" not in kept, "or it would be dropped on http://localhost"
        assert "set-cookie" not in generate(one).headers
        assert given(generate(other)) != given(answer)


def test_made_up_one_is_replaced(shared_server: RunningServer) -> None:
    for value in ("", "x", "G" * 32, "a" * 31, "a" * 33, "A" * 32):
        with stranger(shared_server, {"Cookie": f"{PLAYER_COOKIE}={value}"}) as client:
            assert "set-cookie" in generate(client).headers


def test_of_two_that_of_the_longer_path_counts(shared_server: RunningServer) -> None:
    """Browsers send it first; the other belongs to another game on the same name."""
    mine, other = "a" * 32, "b" * 32
    cookie = f"{PLAYER_COOKIE}={mine}; {PLAYER_COOKIE}={other}"
    with stranger(shared_server, {"Cookie": cookie}) as client:
        client.put(f"{SAVES}/1", json={"day": 1})
    with stranger(shared_server, {"Cookie": f"x=y; {PLAYER_COOKIE}={mine}"}) as client:
        assert client.get(f"{SAVES}/1").json() == {"day": 1}


class TestBehindAProxyThatEndsTls:
    """A page without TLS sees no Secure cookie and cannot replace one: it needs another name."""

    def test_each_scheme_has_a_player_of_its_own(self, share_server: ServerFactory) -> None:
        server = share_server(trusted_proxies=("127.0.0.1",))
        with stranger(server) as client:
            secure = client.get(SAVES, headers=TLS)
            assert "secure" in secure.headers["set-cookie"].lower().split("; ")
            plain = client.get(SAVES)
        names, ids = zip(given(secure), given(plain), strict=True)
        assert names == (SECURE_PLAYER_COOKIE, PLAYER_COOKIE)
        assert ids[0] != ids[1]

    def test_player_who_comes_to_tls_stays_the_same(self, share_server: ServerFactory) -> None:
        server = share_server(trusted_proxies=("127.0.0.1",))
        with stranger(server) as client:
            client.put(f"{SAVES}/1", json={"day": 1})
            listed = client.get(SAVES, headers=TLS)
            player = client.cookies[PLAYER_COOKIE]
        assert len(listed.json()["saves"]) == 1
        assert given(listed) == (SECURE_PLAYER_COOKIE, player)
        both = f"{PLAYER_COOKIE}={'a' * 32}; {SECURE_PLAYER_COOKIE}={player}"
        with stranger(server, {"Cookie": both, **TLS}) as client:
            assert len(client.get(SAVES).json()["saves"]) == 1
