"""Who may call what: with and without ADMIN_TOKEN, and with or without the player's cookie."""

import re
from typing import Any

import httpx
import pytest

from app.api.dependencies import PLAYER_COOKIE
from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.library import IMAGES, MAINTENANCE, SCENES, execute, make_image, order
from tests.support.running_server import RunningServer

TOKEN = "operator-token"
RIGHT = {"Authorization": f"Bearer {TOKEN}"}
NO_HEADERS: dict[str, str] = {}

OPERATOR_ONLY = {
    ("POST", f"{MAINTENANCE}/cleanup/expired-cache"),
    ("POST", f"{MAINTENANCE}/cleanup/orphaned-images"),
    ("GET", f"{MAINTENANCE}/stats"),
    ("DELETE", f"{SCENES}/cache/clear"),
}
# The player who caused the picture may, too.
OPERATOR_OR_OWNER = {("DELETE", IMAGES + "/{image_id}"), ("POST", IMAGES + "/{image_id}/restore")}
FOR_EVERYONE = {
    *(("GET", path) for path in ("/", "/health", "/metrics", "/images/{folder}/{name}")),
    ("GET", f"{IMAGES}/search"),
    ("GET", IMAGES + "/{image_id}"),
    ("PUT", IMAGES + "/{image_id}/feature"),
    ("POST", f"{IMAGES}/generate"),
    ("POST", f"{SCENES}/generate"),
    ("GET", f"{SCENES}/preview"),
    ("GET", f"{SCENES}/cache/stats"),
}

WRONG = [
    pytest.param(NO_HEADERS, id="missing"),
    pytest.param({"Authorization": "Bearer wrong"}, id="wrong"),
    pytest.param({"Authorization": f"Bearer {TOKEN}x"}, id="longer"),
    pytest.param({"Authorization": f"Bearer {TOKEN[:-1]}"}, id="shorter"),
    pytest.param({"Authorization": "Bearer"}, id="empty"),
    pytest.param({"Authorization": f"Basic {TOKEN}"}, id="basic"),
    pytest.param({"Authorization": TOKEN}, id="bare"),
    pytest.param({"Authorization": "Bearer ökö"}, id="not ascii"),
    pytest.param({"X-Admin-Token": TOKEN}, id="other header"),
]


@pytest.fixture
def guarded(make_server: ServerFactory) -> RunningServer:
    return make_server(admin_token=TOKEN)


def stranger(server: RunningServer, headers: dict[str, str] = NO_HEADERS) -> httpx.Client:
    """A client without the cookie of anyone."""
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    # Reading the certificates again for each client would take longer than the test.
    return httpx.Client(base_url=server.url, headers=raw, timeout=30, verify=False)


def operations(server: RunningServer) -> list[tuple[str, str]]:
    paths: dict[str, dict[str, Any]] = server.client.get("/openapi.json").json()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]


def call(client: httpx.Client, method: str, path: str, image: Any) -> httpx.Response:
    """Call an operation with what it needs to be let through."""
    filled = path.replace("{slot}", "1")
    if image is not None:
        filled = filled.replace("{image_id}", str(image["id"]))
        file = image["storage_path_full"].removeprefix("images/")
        filled = filled.replace("{folder}/{name}", file)
    body = order() if path.endswith("/images/generate") else {}
    return client.request(
        method,
        filled,
        params={"location": "Mill"} if SCENES in path else {},
        json=body if method in {"POST", "PUT"} else None,
    )


def call_as_stranger(
    server: RunningServer, method: str, path: str, headers: dict[str, str] = NO_HEADERS
) -> httpx.Response:
    """Call an operation; a picture that it is about was caused by another player."""
    image = make_image(server.client, subject_name=path[-60:]) if "{" in path else None
    with stranger(server, headers) as client:
        return call(client, method, path, image)


class TestWithoutAToken:
    def test_everyone_may_do_everything(self, server: RunningServer) -> None:
        for method, path in operations(server):
            answer = call_as_stranger(server, method, path)
            assert answer.status_code not in {401, 403}

    def test_a_token_that_is_sent_all_the_same_does_no_harm(self, server: RunningServer) -> None:
        answer = server.client.get(f"{MAINTENANCE}/stats", headers=RIGHT)
        assert answer.status_code == 200


class TestWithAToken:
    def test_every_route_asks_those_it_should(self, guarded: RunningServer) -> None:
        refused = set()
        for method, path in operations(guarded):
            answer = call_as_stranger(guarded, method, path)
            if answer.status_code == 401:
                refused.add((method, path))
        assert refused >= OPERATOR_ONLY | OPERATOR_OR_OWNER
        assert refused.isdisjoint(FOR_EVERYONE)
        assert {call for call in operations(guarded) if call[1].startswith(MAINTENANCE)} <= refused

    def test_operator_may_do_everything(self, guarded: RunningServer) -> None:
        for method, path in operations(guarded):
            answer = call_as_stranger(guarded, method, path, RIGHT)
            assert answer.status_code not in {401, 403}

    @pytest.mark.parametrize("headers", WRONG)
    def test_wrong_token(self, headers: dict[str, str], guarded: RunningServer) -> None:
        image = make_image(guarded.client)
        with stranger(guarded, headers) as client:
            for method, path in sorted(OPERATOR_ONLY | OPERATOR_OR_OWNER):
                answer = call(client, method, path, image)
                body = assert_error(answer, 401)
                assert answer.headers["www-authenticate"] == "Bearer"
                assert TOKEN not in str(body)
        assert guarded.client.get(f"{IMAGES}/{image['id']}").status_code == 200

    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
    def test_case_of_the_scheme_does_not_matter(self, scheme: str, guarded: RunningServer) -> None:
        headers = {"Authorization": f"{scheme} {TOKEN}"}
        assert guarded.client.get(f"{MAINTENANCE}/stats", headers=headers).status_code == 200

    def test_nothing_is_done_before_the_token_is_checked(self, guarded: RunningServer) -> None:
        guarded.client.post(f"{SCENES}/generate", params={"location": "Mill"})
        assert_error(guarded.client.delete(f"{SCENES}/cache/clear"), 401)
        again = guarded.client.post(f"{SCENES}/generate", params={"location": "Mill"})
        assert again.json()["served"] == "cached"

    def test_unknown_picture_is_not_found_rather_than_forbidden(
        self, guarded: RunningServer
    ) -> None:
        assert_error(guarded.client.delete(f"{IMAGES}/424242"), 404)


class TestOwnPictures:
    def test_player_may_delete_and_restore_what_the_player_caused(
        self, guarded: RunningServer
    ) -> None:
        path = f"{IMAGES}/{make_image(guarded.client)['id']}"
        assert guarded.client.delete(path).status_code == 200
        assert guarded.client.post(f"{path}/restore").status_code == 200

    def test_scenes_too(self, guarded: RunningServer) -> None:
        made = guarded.client.post(f"{SCENES}/generate", params={"location": "Mill"}).json()
        assert guarded.client.delete(f"{IMAGES}/{made['id']}").status_code == 200

    def test_another_player_may_not(self, guarded: RunningServer) -> None:
        path = f"{IMAGES}/{make_image(guarded.client)['id']}"
        with guarded.another_client() as other:
            make_image(other)
            assert_error(other.delete(path), 401)
            guarded.client.delete(path)
            assert_error(other.post(f"{path}/restore"), 401)

    def test_having_looked_at_a_scene_is_not_having_caused_it(self, guarded: RunningServer) -> None:
        wanted = {"location": "Mill"}
        made = guarded.client.post(f"{SCENES}/generate", params=wanted).json()
        with guarded.another_client() as other:
            other.post(f"{SCENES}/generate", params=wanted)
            assert_error(other.delete(f"{IMAGES}/{made['id']}"), 401)

    def test_picture_of_nobody(self, guarded: RunningServer) -> None:
        made = make_image(guarded.client)
        execute(guarded.settings, "UPDATE image_assets SET player_hash = NULL")
        assert_error(guarded.client.delete(f"{IMAGES}/{made['id']}"), 401)
        with stranger(guarded) as client:
            assert_error(client.delete(f"{IMAGES}/{made['id']}"), 401)

    def test_what_is_stored_is_no_cookie(self, guarded: RunningServer) -> None:
        made = make_image(guarded.client)
        cookie = guarded.client.cookies[PLAYER_COOKIE]
        ((stored,),) = execute(guarded.settings, "SELECT player_hash FROM image_assets")
        assert cookie not in stored
        with guarded.another_client(cookies={PLAYER_COOKIE: stored}) as thief:
            assert_error(thief.delete(f"{IMAGES}/{made['id']}"), 401)


class TestCookie:
    def test_attributes(self, server: RunningServer) -> None:
        answer = server.client.post(f"{IMAGES}/generate", json=order())
        value, *attributes = answer.headers["set-cookie"].split("; ")
        assert re.fullmatch(f"{PLAYER_COOKIE}=[0-9a-f]{{32}}", value)
        kept = {attribute.lower() for attribute in attributes}
        assert {"httponly", "samesite=strict", "path=/"} <= kept
        assert any(attribute.startswith("max-age=") for attribute in kept)
        assert "secure" not in kept, "or it would be dropped on http://localhost"

    def test_secure_behind_a_proxy_that_ends_tls(self, make_server: ServerFactory) -> None:
        server = make_server(trusted_proxies=("127.0.0.1",))
        answer = server.client.post(
            f"{IMAGES}/generate", json=order(), headers={"X-Forwarded-Proto": "https"}
        )
        assert "secure" in answer.headers["set-cookie"].lower().split("; ")

    def test_known_player_keeps_the_cookie(self, server: RunningServer) -> None:
        make_image(server.client)
        again = server.client.post(f"{IMAGES}/generate", json=order())
        assert "set-cookie" not in again.headers

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
