"""Who may call what: with and without ADMIN_TOKEN, and with or without the player's cookie."""

import itertools
from collections.abc import Awaitable, Iterator

import httpx
import pytest

from app.api.dependencies import PLAYER_COOKIE
from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.library import (
    IMAGES,
    MAINTENANCE,
    SCENES,
    ask_scene,
    ask_together,
    execute,
    make_image,
)
from tests.support.metrics_page import figure, samples
from tests.support.permissions import (
    FOLDERS_FOR_EVERYONE,
    FOR_EVERYONE,
    NO_HEADERS,
    OPERATOR_FOR_A_PART,
    OPERATOR_ONLY,
    OPERATOR_OR_OWNER,
    TABLE,
    call,
    call_as_stranger,
    routes,
    stranger,
)
from tests.support.running_server import RunningServer

TOKEN = "operator-token"
RIGHT = {"Authorization": f"Bearer {TOKEN}"}
WRONG = {"Authorization": "Bearer wrong"}
FORWARDED = {"X-Forwarded-For": "10.9.9.9"}
STATS = f"{MAINTENANCE}/stats"

_addresses = (f"10.0.0.{number}" for number in itertools.count(1))


@pytest.fixture
def guarded(share_server: ServerFactory) -> RunningServer:
    """A server with a token, on which every test has an address of its own."""
    return share_server(admin_token=TOKEN, trusted_proxies="127.0.0.1", max_images_per_item=10**6)


@pytest.fixture
def player(guarded: RunningServer) -> Iterator[httpx.Client]:
    """A browser with cookies and an address of its own."""
    with stranger(guarded, {"X-Forwarded-For": next(_addresses)}) as client:
        yield client


def guess(client: httpx.Client, token: str) -> httpx.Response:
    return client.get(STATS, headers={"Authorization": f"Bearer {token}"})


def refused_guesses(server: RunningServer) -> float:
    return figure(samples(server.client), "rate_limited_total", reason="tokens")


class TestTable:
    def test_every_route_is_in_it_once(self) -> None:
        operations, folders = routes()
        assert operations - TABLE == set(), (
            "Decide who may call these routes, and write them into the table in "
            "tests/support/permissions.py; AdminOnly or Caller.require_owner guards them."
        )
        assert folders - FOLDERS_FOR_EVERYONE == set(), (
            "Whatever lies in these folders can be read by everyone; if that is meant, write them "
            "into the table in tests/support/permissions.py."
        )
        assert (operations, folders) == (TABLE, FOLDERS_FOR_EVERYONE)
        assert len(TABLE) == len(OPERATOR_ONLY) + len(OPERATOR_OR_OWNER) + len(FOR_EVERYONE)

    @pytest.mark.parametrize(("method", "path"), sorted(TABLE))
    def test_is_kept(
        self, method: str, path: str, shared_server: RunningServer, guarded: RunningServer
    ) -> None:
        is_open = (method, path) in FOR_EVERYONE
        for server, headers, may in (
            (shared_server, NO_HEADERS, True),
            (shared_server, FORWARDED, is_open),
            (guarded, NO_HEADERS, is_open),
            (guarded, RIGHT, True),
        ):
            answer = call_as_stranger(server, method, path, headers)
            if may:
                assert answer.status_code not in {401, 403}
            else:
                assert_error(answer, 401, "no_admin_token" if server is shared_server else None)

    def test_parts_of_open_routes_are_kept(self, guarded: RunningServer) -> None:
        for (method, path), query in OPERATOR_FOR_A_PART.items():
            assert_error(guarded.client.request(method, path, params=query), 401)

    def test_document_knows_what_may_be_refused(self, shared_server: RunningServer) -> None:
        paths = shared_server.client.get("/openapi.json").json()["paths"]
        for path, methods in paths.items():
            for method, operation in methods.items():
                needs_token = (method.upper(), path) in OPERATOR_ONLY | OPERATOR_OR_OWNER
                may_need_it = needs_token or (method.upper(), path) in OPERATOR_FOR_A_PART
                assert ("401" in operation["responses"]) == may_need_it, (method, path)
                assert bool(operation.get("security")) >= needs_token, (method, path)
                if needs_token:
                    assert "429" in operation["responses"], (method, path)


class TestToken:
    @pytest.mark.parametrize(
        "headers",
        [
            NO_HEADERS,
            *(
                {"Authorization": value}
                for value in (
                    *("Bearer wrong", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer"),
                    *(f"Basic {TOKEN}", TOKEN, "Bearer ökö"),
                )
            ),
            {"X-Admin-Token": TOKEN},
        ],
    )
    def test_wrong(self, headers: dict[str, str], guarded: RunningServer) -> None:
        image = make_image(guarded.client)
        clearing = {("DELETE", f"{SCENES}/cache/clear"), ("GET", STATS)}
        with stranger(guarded, {"X-Forwarded-For": next(_addresses), **headers}) as client:
            for method, path in sorted(OPERATOR_OR_OWNER | clearing):
                answer = call(client, method, path, image)
                body = assert_error(answer, 401)
                assert answer.headers["www-authenticate"] == "Bearer"
                assert TOKEN not in str(body)
        assert guarded.client.get(f"{IMAGES}/{image['id']}").status_code == 200

    def test_right(self, guarded: RunningServer, shared_server: RunningServer) -> None:
        for scheme in ("Bearer", "bearer", "BEARER"):
            headers = {"Authorization": f"{scheme} {TOKEN}"}
            assert guarded.client.get(STATS, headers=headers).status_code == 200
        assert shared_server.client.get(STATS, headers=RIGHT).status_code == 200, "needs none"

    def test_nothing_is_done_before_it_is_checked(self, player: httpx.Client) -> None:
        ask_scene(player, "Mill")
        assert_error(player.delete(f"{SCENES}/cache/clear"), 401)
        assert ask_scene(player, "Mill")["served"] == "cached"
        assert_error(player.delete(f"{IMAGES}/424242"), 404)


class TestGuessing:
    """Ten wrong tokens a minute; then no token of that address is looked at."""

    def test_is_limited(self, guarded: RunningServer, player: httpx.Client) -> None:
        before = refused_guesses(guarded)
        for number in range(10):
            assert_error(guess(player, f"guess-{number}"), 401)
        body = assert_error(guess(player, "guess-10"), 429, "rate_limit")
        assert body["detail"]["limit"] == 10
        refused = guess(player, TOKEN)
        assert_error(refused, 429, "rate_limit")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused_guesses(guarded) == before + 2
        own = make_image(player)
        assert player.delete(f"{IMAGES}/{own['id']}").status_code == 200, "playing stays open"
        assert_error(player.get(STATS), 401)
        assert guess(guarded.client, TOKEN).status_code == 200, "another address is let in"

    def test_counts_where_no_token_is_needed(
        self, guarded: RunningServer, player: httpx.Client
    ) -> None:
        before = refused_guesses(guarded)
        for token in ["wrong"] * 11 + [TOKEN]:
            headers = {"Authorization": f"Bearer {token}"}
            assert player.get(f"{IMAGES}/search", headers=headers).status_code == 200
        assert refused_guesses(guarded) == before
        assert_error(guess(player, TOKEN), 429, "rate_limit")
        assert refused_guesses(guarded) == before + 1

    def test_one_network_is_one_guesser(self, guarded: RunningServer) -> None:
        statuses = []
        for address in [f"2001:db8:0:1::{number:x}" for number in range(11)]:
            headers = {"X-Forwarded-For": address, **WRONG}
            statuses.append(guarded.client.get(STATS, headers=headers).status_code)
        assert statuses == [401] * 10 + [429]
        neighbour = {"X-Forwarded-For": "2001:db8:0:2::1", **RIGHT}
        assert guarded.client.get(STATS, headers=neighbour).status_code == 200

    def test_together_not_one_too_many(self, guarded: RunningServer) -> None:
        headers = {"X-Forwarded-For": next(_addresses), **WRONG}

        def ask(client: httpx.AsyncClient) -> Awaitable[httpx.Response]:
            return client.get(STATS, headers=headers)

        answers = ask_together(guarded.url, [ask] * 30)
        assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429] * 20

    def test_right_and_missing_tokens_are_no_guesses(self, player: httpx.Client) -> None:
        for _ in range(15):
            assert guess(player, TOKEN).status_code == 200
            assert_error(player.get(STATS), 401)


class TestOwnPictures:
    def test_are_those_that_the_player_caused(
        self, guarded: RunningServer, player: httpx.Client
    ) -> None:
        made = [make_image(player), ask_scene(player, "Mine")]
        paths = [f"{IMAGES}/{one['id']}" for one in made]
        with stranger(guarded) as other:
            make_image(other)
            ask_scene(other, "Mine")  # to see a scene is not to have caused it
            for path in paths:
                assert_error(other.delete(path), 401)
                assert player.delete(path).status_code == 200
                assert_error(other.post(f"{path}/restore"), 401)
                assert player.post(f"{path}/restore").status_code == 200
        column = "SELECT player_hash FROM image_assets WHERE id = ?"
        ((stored,),) = execute(guarded.settings, column, made[0]["id"])
        assert player.cookies[PLAYER_COOKIE] not in stored
        with guarded.another_client(cookies={PLAYER_COOKIE: stored}) as thief:
            assert_error(thief.delete(paths[0]), 401)
        orphan = "UPDATE image_assets SET player_hash = NULL WHERE id = ?"
        execute(guarded.settings, orphan, made[0]["id"])
        assert_error(player.delete(paths[0]), 401)

    def test_come_back_together_also_after_wrong_tokens(
        self, guarded: RunningServer, player: httpx.Client
    ) -> None:
        own, foreign = make_image(player)["id"], make_image(guarded.client)["id"]
        player.delete(f"{IMAGES}/{own}")
        guarded.client.delete(f"{IMAGES}/{foreign}")
        for _ in range(11):
            guess(player, "wrong")
        ids = {"ids": [foreign, own]}
        answer = player.post(f"{IMAGES}/restore", json=ids, headers=WRONG)
        assert answer.status_code == 200
        found = [item["status"] for item in answer.json()["items"]]
        assert found == ["forbidden", "restored"]


class TestWithoutAToken:
    """Programs on this machine are the operator, and nobody who comes through a proxy."""

    @pytest.mark.parametrize(
        "headers",
        [
            {"X-Forwarded-For": "10.0.0.1"},
            {"X-Forwarded-Proto": "https"},
            {"X-Real-IP": "10.0.0.1"},
            {"Forwarded": "for=10.0.0.1"},
            {"Via": "1.1 proxy"},
            {"Origin": "https://x.example", "Sec-Fetch-Site": "none"},
        ],
    )
    def test_every_sign_of_a_proxy_counts(
        self, headers: dict[str, str], shared_server: RunningServer
    ) -> None:
        answer = shared_server.client.get(STATS, headers=headers)
        assert "ADMIN_TOKEN" in assert_error(answer, 401, "no_admin_token")["message"]

    @pytest.mark.parametrize(
        "settings",
        [
            {"allowed_hosts": "game.example"},
            {"allowed_hosts": "*"},
            {"allowed_hosts": "localhost, 192.168.1.5"},
            {"trusted_proxies": "127.0.0.1"},
            {"root_path": "/ember"},
        ],
    )
    def test_nobody_is_the_operator_of_a_published_server(
        self, settings: dict[str, str], share_server: ServerFactory
    ) -> None:
        server = share_server(**settings)
        assert_error(server.client.get(STATS), 401, "no_admin_token")
        for (method, path), query in OPERATOR_FOR_A_PART.items():
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
        self, host: str, status: int, share_server: ServerFactory
    ) -> None:
        server = share_server(host="0.0.0.0", trust_local_network=True)
        answer = server.client.get(STATS, headers={"Host": host})
        assert answer.status_code == status
        assert server.client.get("/game/", headers={"Host": host}).status_code == 200

    def test_allowed_origin_is_no_sign_of_a_proxy(self, share_server: ServerFactory) -> None:
        server = share_server(allowed_origins="https://studio.example")
        headers = {"Origin": "https://studio.example"}
        assert server.client.get(STATS, headers=headers).status_code == 200
