"""Saved games and preferences over HTTP: one player's, and safe from a second tab."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.support.errors import assert_error
from tests.support.running_server import RunningServer

SAVES = "/api/v1/saves"
PREFERENCES = "/api/v1/preferences"
GAME: dict[str, Any] = {"label": "Day 2, Old Bridge", "state": {"hp": 41, "log": ["rain", "é"]}}


@pytest.fixture
def player(shared_server: RunningServer) -> Iterator[httpx.Client]:
    """A player of this test alone: nobody else sees what is stored."""
    with shared_server.another_client() as client:
        yield client


@pytest.fixture
def stranger(shared_server: RunningServer) -> Iterator[httpx.Client]:
    with shared_server.another_client() as client:
        yield client


def save(client: httpx.Client, slot: str = "1", **headers: str) -> httpx.Response:
    return client.put(f"{SAVES}/{slot}", json=GAME, headers=headers)


@pytest.mark.parametrize("path", [SAVES, PREFERENCES])
def test_an_answer_tells_whether_the_cookie_came(player: httpx.Client, path: str) -> None:
    """A browser that keeps no cookie hears `new` for ever."""
    told = [player.get(path).headers["player-cookie"] for _ in range(2)]
    assert told == ["new", "known"]
    player.cookies.clear()
    assert player.get(path).headers["player-cookie"] == "new"
    assert save(player).headers["player-cookie"] == "known"


class TestPut:
    def test_the_tag_seen_last_allows_the_next_save_and_an_old_one_does_not(
        self, player: httpx.Client
    ) -> None:
        body = assert_error(save(player, **{"If-Match": '"abc"'}), 412)
        assert body["detail"]["etag"] is None
        assert_error(player.get(f"{SAVES}/1"), 404)
        answer = save(player)
        summary, old = answer.json(), answer.headers["etag"]
        assert (summary["slot"], summary["label"]) == ("1", "Day 2, Old Bridge")
        assert old == f'"{summary["etag"]}"'
        assert player.get(SAVES).json()["saves"] == [summary]
        assert player.get(f"{SAVES}/1").json() == GAME
        newer = player.put(f"{SAVES}/1", json={"state": 2}, headers={"If-Match": old})
        assert newer.headers["etag"] != old
        body = assert_error(save(player, **{"If-Match": old}), 412, reason="changed_meanwhile")
        assert f'"{body["detail"]["etag"]}"' == newer.headers["etag"]
        assert player.get(f"{SAVES}/1").json() == {"state": 2}

    def test_of_two_tabs_at_once_exactly_one_wins(
        self, player: httpx.Client, shared_server: RunningServer
    ) -> None:
        tag = save(player).headers["etag"]
        cookies = dict(player.cookies)

        def write(number: int) -> int:
            with shared_server.another_client(cookies=cookies) as tab:
                when = {"If-Match": tag}
                return tab.put(f"{SAVES}/1", json={"state": number}, headers=when).status_code

        with ThreadPoolExecutor(8) as pool:
            statuses = sorted(pool.map(write, range(8)))
        assert statuses == [200, *[412] * 7]

    def test_the_largest_game_fits_and_one_byte_more_does_not(self, player: httpx.Client) -> None:
        frame = len('{"s":""}')
        fits = '{"s":"' + "x" * (256 * 1024 - frame) + '"}'
        headers = {"Content-Type": "application/json"}
        assert player.put(f"{SAVES}/1", content=fits, headers=headers).status_code == 200
        too_large = fits.replace('"}', 'x"}')
        assert_error(player.put(f"{SAVES}/1", content=too_large, headers=headers), 413)
        assert len(player.get(f"{SAVES}/1").text) == 256 * 1024

    def test_what_is_no_json_object_is_refused(self, player: httpx.Client) -> None:
        headers = {"Content-Type": "application/json"}
        deep = '{"a":' + "[" * 15_000 + "]" * 15_000 + "}"
        for body in ("[]", "1", "null", '"text"', "", "{", '{"a": NaN}', deep):
            answer = player.put(f"{SAVES}/1", content=body, headers=headers)
            assert_error(answer, 400 if body == deep else 422)
        assert player.get(SAVES).json()["saves"] == []

    @pytest.mark.parametrize("slot", ["a b", "x" * 33, "..", "a.b", "ä"])
    def test_odd_slot_names_are_refused(self, player: httpx.Client, slot: str) -> None:
        assert save(player, slot).status_code in {404, 405, 422}
        assert player.get(SAVES).json()["saves"] == []

    def test_the_slots_of_a_player_are_limited(self, player: httpx.Client) -> None:
        for number in range(player.get(SAVES).json()["max_slots"]):
            assert save(player, f"slot-{number}").status_code == 200
        assert_error(save(player, "one-more"), 409, reason="slots_full")
        assert save(player, "slot-0").status_code == 200


def stamped(number: int, tab: str = "tab-a") -> dict[str, Any]:
    return {"stamp": f"{tab}:{number}", "state": number}


def stamps(*numbers: int, tab: str = "tab-a") -> str:
    return ", ".join(f'"stamp:{tab}:{number}"' for number in numbers)


class TestStamps:
    """A tab that closes sends its newest state while an older one is still on its way."""

    def put(self, client: httpx.Client, number: int, if_match: str, **body: Any) -> int:
        return client.put(
            f"{SAVES}/1", json={**stamped(number), **body}, headers={"If-Match": if_match}
        ).status_code

    @pytest.mark.parametrize("begun", [True, False])
    @pytest.mark.parametrize("order", [(2, 3), (3, 2)])
    def test_the_newer_stays_in_either_order(
        self, begun: bool, order: tuple[int, int], player: httpx.Client
    ) -> None:
        known = self._first(player) if begun else '"empty"'
        preconditions = {2: f"{known}, {stamps(2)}", 3: f"{known}, {stamps(2, 3)}"}
        answers = {number: self.put(player, number, preconditions[number]) for number in order}
        assert answers == {2: 200 if order == (2, 3) else 412, 3: 200}
        assert player.get(f"{SAVES}/1").json() == stamped(3)

    def test_the_same_request_twice_is_stored_once_and_not_refused(
        self, player: httpx.Client
    ) -> None:
        when = f"{self._first(player)}, {stamps(2)}"
        assert [self.put(player, 2, when), self.put(player, 2, when)] == [200, 200]
        assert self.put(player, 3, stamps(2, 3)) == 200
        assert self.put(player, 2, when) == 412

    def test_another_tabs_save_is_not_overwritten(self, player: httpx.Client) -> None:
        known = self._first(player)
        assert self.put(player, 2, f"{known}, {stamps(2)}") == 200
        theirs = player.put(f"{SAVES}/1", json=stamped(2, "tab-b"))
        assert self.put(player, 3, f"{known}, {stamps(2, 3)}") == 412
        assert player.get(f"{SAVES}/1").headers["etag"] == theirs.headers["etag"]

    @pytest.mark.thorough
    @pytest.mark.parametrize("stamp", ['a"b', "a,b", "", "x" * 65, 7, None, ["a"], "\u00e9"])
    def test_an_odd_stamp_names_nothing(self, stamp: Any, player: httpx.Client) -> None:
        player.put(f"{SAVES}/1", json={"stamp": stamp})
        tags = ["stamp:", "stamp:7", "stamp:None", "stamp:a", f"stamp:{'x' * 65}"]
        when = ", ".join(f'"{tag}"' for tag in tags)
        assert_error(save(player, **{"If-Match": when}), 412, reason="changed_meanwhile")

    def _first(self, player: httpx.Client) -> str:
        return str(player.put(f"{SAVES}/1", json=stamped(1)).headers["etag"])


def test_nobody_sees_or_changes_another_players_games(
    player: httpx.Client, stranger: httpx.Client
) -> None:
    save(player)
    assert stranger.get(SAVES).json()["saves"] == []
    assert_error(stranger.get(f"{SAVES}/1"), 404)
    assert_error(stranger.delete(f"{SAVES}/1"), 404)
    stranger.put(f"{SAVES}/1", json={"state": "mine"})
    assert player.get(f"{SAVES}/1").json() == GAME
    assert player.delete(f"{SAVES}/1").json() == {"slot": "1", "status": "deleted"}
    assert_error(player.get(f"{SAVES}/1"), 404)
    assert_error(player.delete(f"{SAVES}/1"), 404)


def test_the_cookie_is_given_again_before_browsers_forget_it(player: httpx.Client) -> None:
    first, again = (player.get(SAVES).headers["set-cookie"] for _ in range(2))
    assert again == first
    assert "set-cookie" not in player.get(PREFERENCES).headers


def test_preferences_are_stored_for_the_player(
    player: httpx.Client, stranger: httpx.Client
) -> None:
    stored = player.put(PREFERENCES, json={"theme": "amber"})
    assert stored.json() == {"theme": "amber"}
    answer = player.get(PREFERENCES)
    assert answer.json() == {"theme": "amber"}
    assert answer.headers["etag"] == stored.headers["etag"]
    assert stranger.get(PREFERENCES).json() == {}
    assert_error(player.put(PREFERENCES, json={"x": "y" * 17_000}), 413)
