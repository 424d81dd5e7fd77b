"""Who may call what: with and without ADMIN_TOKEN, and with or without the player's cookie."""

from collections.abc import Awaitable, Iterator
from pathlib import Path

import httpx
import pytest

from app.api.dependencies import PLAYER_COOKIE
from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.lasting_server import lasting_server
from tests.support.library import (
    IMAGES,
    MAINTENANCE,
    SCENES,
    ask_together,
    execute,
    make_image,
    order,
)
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
from tests.support.server_process import ServerProcess

TOKEN = "operator-token"
RIGHT = {"Authorization": f"Bearer {TOKEN}"}

CLEARING = {("DELETE", f"{SCENES}/cache/clear"), ("GET", f"{MAINTENANCE}/stats")}
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


@pytest.fixture(scope="module")
def token_server(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[RunningServer]:
    """One server with a token for the whole table."""
    data = tmp_path_factory.mktemp("guarded")
    with lasting_server(data, empty_database, admin_token=TOKEN) as running:
        yield running


@pytest.fixture
def guarded(make_server: ServerFactory) -> RunningServer:
    return make_server(admin_token=TOKEN)


class TestWithoutAToken:
    @pytest.mark.thorough
    @pytest.mark.parametrize(("method", "path"), sorted(TABLE))
    def test_everyone_may_do_everything(
        self, method: str, path: str, shared_server: RunningServer
    ) -> None:
        answer = call_as_stranger(shared_server, method, path)
        assert answer.status_code not in {401, 403}

    def test_a_token_that_is_sent_all_the_same_does_no_harm(self, server: RunningServer) -> None:
        answer = server.client.get(f"{MAINTENANCE}/stats", headers=RIGHT)
        assert answer.status_code == 200


class TestTable:
    def test_every_route_is_in_it(self) -> None:
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

    def test_no_route_twice(self) -> None:
        assert len(TABLE) == len(OPERATOR_ONLY) + len(OPERATOR_OR_OWNER) + len(FOR_EVERYONE)

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


class TestWithAToken:
    @pytest.mark.parametrize(("method", "path"), sorted(OPERATOR_ONLY | OPERATOR_OR_OWNER))
    def test_stranger_may_not(self, method: str, path: str, token_server: RunningServer) -> None:
        assert_error(call_as_stranger(token_server, method, path), 401)

    @pytest.mark.parametrize(("method", "path"), sorted(OPERATOR_FOR_A_PART))
    def test_stranger_may_not_ask_for_all(
        self, method: str, path: str, token_server: RunningServer
    ) -> None:
        query = OPERATOR_FOR_A_PART[method, path]
        assert_error(token_server.client.request(method, path, params=query), 401)

    @pytest.mark.thorough
    @pytest.mark.parametrize(("method", "path"), sorted(FOR_EVERYONE))
    def test_reading_and_playing_stay_open(
        self, method: str, path: str, token_server: RunningServer
    ) -> None:
        answer = call_as_stranger(token_server, method, path)
        assert answer.status_code not in {401, 403}

    @pytest.mark.thorough
    @pytest.mark.parametrize(("method", "path"), sorted(TABLE))
    def test_operator_may_do_everything(
        self, method: str, path: str, token_server: RunningServer
    ) -> None:
        answer = call_as_stranger(token_server, method, path, RIGHT)
        assert answer.status_code not in {401, 403}

    @pytest.mark.thorough
    @pytest.mark.parametrize("headers", WRONG)
    def test_wrong_token(self, headers: dict[str, str], guarded: RunningServer) -> None:
        image = make_image(guarded.client)
        with stranger(guarded, headers) as client:
            for method, path in sorted(OPERATOR_OR_OWNER | CLEARING):
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


class TestGuessing:
    """Ten wrong tokens a minute; then no token of that address is looked at."""

    def guess(self, server: RunningServer, token: str, **headers: str) -> httpx.Response:
        return server.client.get(
            f"{MAINTENANCE}/stats", headers={"Authorization": f"Bearer {token}", **headers}
        )

    def test_is_limited(self, guarded: RunningServer) -> None:
        for number in range(10):
            assert_error(self.guess(guarded, f"guess-{number}"), 401)
        body = assert_error(self.guess(guarded, "guess-10"), 429, "rate_limit")
        assert body["detail"]["limit"] == 10
        refused = self.guess(guarded, TOKEN)
        assert_error(refused, 429, "rate_limit")
        assert 1 <= int(refused.headers["retry-after"]) <= 60

    @pytest.mark.thorough
    def test_on_routes_for_everyone_too(self, guarded: RunningServer) -> None:
        wrong = {"Authorization": "Bearer wrong"}
        for _ in range(12):
            made = guarded.client.post(f"{IMAGES}/generate", json=order(), headers=wrong)
            assert made.status_code == 200
        assert_error(self.guess(guarded, TOKEN), 429, "rate_limit")

    def test_playing_stays_open(self, guarded: RunningServer) -> None:
        for _ in range(11):
            self.guess(guarded, "wrong")
        own = make_image(guarded.client)
        assert guarded.client.delete(f"{IMAGES}/{own['id']}").status_code == 200
        assert_error(guarded.client.get(f"{MAINTENANCE}/stats"), 401)

    def test_another_address_is_let_in(self, make_server: ServerFactory) -> None:
        server = make_server(admin_token=TOKEN, trusted_proxies="127.0.0.1")
        for _ in range(11):
            self.guess(server, "wrong", **{"X-Forwarded-For": "10.0.0.1"})
        assert_error(self.guess(server, TOKEN, **{"X-Forwarded-For": "10.0.0.1"}), 429)
        assert self.guess(server, TOKEN, **{"X-Forwarded-For": "10.0.0.2"}).status_code == 200

    def test_one_network_is_one_guesser(self, make_server: ServerFactory) -> None:
        server = make_server(admin_token=TOKEN, trusted_proxies="127.0.0.1")
        answers = [
            self.guess(server, "wrong", **{"X-Forwarded-For": f"2001:db8:0:1::{number:x}"})
            for number in range(11)
        ]
        assert [answer.status_code for answer in answers] == [401] * 10 + [429]
        neighbour = {"X-Forwarded-For": "2001:db8:0:2::1"}
        assert self.guess(server, TOKEN, **neighbour).status_code == 200

    def test_together_not_one_too_many(self, guarded: RunningServer) -> None:
        def ask(client: httpx.AsyncClient) -> Awaitable[httpx.Response]:
            headers = {"Authorization": "Bearer wrong"}
            return client.get(f"{MAINTENANCE}/stats", headers=headers)

        answers = ask_together(guarded.url, [ask] * 30)
        assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429] * 20

    def test_the_right_token_is_never_counted(self, guarded: RunningServer) -> None:
        for _ in range(15):
            assert self.guess(guarded, TOKEN).status_code == 200

    def test_no_token_is_no_guess(self, guarded: RunningServer) -> None:
        for _ in range(15):
            assert_error(guarded.client.get(f"{MAINTENANCE}/stats"), 401)
        assert self.guess(guarded, TOKEN).status_code == 200

    def test_is_logged_without_the_token(self, own_process: ServerProcess) -> None:
        headers = {"Authorization": "Bearer a-guess-of-mine"}
        assert_error(own_process.client.get(f"{MAINTENANCE}/stats", headers=headers), 401)
        line = own_process.wait_for_line(lambda line: line["event"] == "wrong admin token")
        assert line["client"] == "127.0.0.1"
        assert line["level"] == "warning"
        assert line["request_id"]
        assert "a-guess-of-mine" not in own_process.log_file.read_text("utf-8")

    def test_is_measured(self, guarded: RunningServer) -> None:
        for _ in range(11):
            self.guess(guarded, "wrong")
        text = guarded.client.get("/metrics").text
        assert 'emberpeak_rate_limited_total{reason="tokens"} 1.0' in text

    def test_what_is_let_through_is_no_refusal(self, guarded: RunningServer) -> None:
        """Not even the eleventh wrong token, nor the right one after it, where none is needed."""
        for token in ["wrong"] * 11 + [TOKEN]:
            headers = {"Authorization": f"Bearer {token}"}
            assert guarded.client.get(f"{IMAGES}/search", headers=headers).status_code == 200
        counted = 'emberpeak_rate_limited_total{{reason="tokens"}} {}'
        assert counted.format(0.0) in guarded.client.get("/metrics").text
        assert_error(self.guess(guarded, TOKEN), 429, "rate_limit")
        assert counted.format(1.0) in guarded.client.get("/metrics").text


class TestOwnPictures:
    def test_player_may_delete_and_restore_what_the_player_caused(
        self, guarded: RunningServer
    ) -> None:
        path = f"{IMAGES}/{make_image(guarded.client)['id']}"
        assert guarded.client.delete(path).status_code == 200
        assert guarded.client.post(f"{path}/restore").status_code == 200

    def test_own_come_back_together_also_for_who_sent_wrong_tokens(
        self, guarded: RunningServer
    ) -> None:
        own = make_image(guarded.client)["id"]
        with guarded.another_client() as other:
            foreign = make_image(other)["id"]
            other.delete(f"{IMAGES}/{foreign}")
        guarded.client.delete(f"{IMAGES}/{own}")
        wrong = {"Authorization": "Bearer wrong"}
        for _ in range(11):
            guarded.client.get(f"{MAINTENANCE}/stats", headers=wrong)
        answer = guarded.client.post(
            f"{IMAGES}/restore", json={"ids": [foreign, own]}, headers=wrong
        )
        assert answer.status_code == 200
        found = [item["status"] for item in answer.json()["items"]]
        assert found == ["forbidden", "restored"]
        refused = 'emberpeak_rate_limited_total{reason="tokens"} 1.0'
        assert refused in guarded.client.get("/metrics").text, "only the eleventh guess"

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
