"""What is kept, for how long, and how much of it."""

from datetime import timedelta

import pytest

from app.api.response_cache.keys import Key
from app.api.response_cache.reuse import Reuse
from app.api.response_cache.store import KeptResponse, ResponseStore
from app.clock import utc_now
from app.domain import LibraryVersion

NOW = LibraryVersion(7, (1, 1))
LATER = LibraryVersion(8, (1, 2))
KEPT_BYTES = KeptResponse([], b"", reuse=Reuse(), route="/", number=7).size


def key(name: str) -> Key:
    return "GET", name.encode(), b"", "http", b"", b"", b"", b""


def kept(reuse: Reuse | None = None, body: bytes = b"") -> KeptResponse:
    return KeptResponse([], body, reuse=reuse or Reuse(), route="/", number=NOW.number)


@pytest.fixture
def store() -> ResponseStore:
    return ResponseStore(max_bytes=8 * KEPT_BYTES)


def test_ends_with_the_version_it_follows(store: ResponseStore) -> None:
    store.keep(key("scene"), kept())
    store.keep(key("file"), kept(Reuse(follows_library=False)))
    assert store.find(key("scene"), NOW)
    assert store.find(key("file"), NOW)
    assert store.find(key("scene"), LATER) is None
    assert store.find(key("file"), LATER)
    assert store.find(key("scene"), NOW) is None, "it was dropped"


@pytest.mark.parametrize(("seconds", "is_found"), [(60, True), (0, False), (-60, False)])
def test_expires(seconds: float, is_found: bool, store: ResponseStore) -> None:
    store.keep(key("scene"), kept(Reuse(until=utc_now() + timedelta(seconds=seconds))))
    assert (store.find(key("scene"), NOW) is not None) == is_found


def test_what_was_used_longest_ago_makes_room(store: ResponseStore) -> None:
    for number in range(8):
        store.keep(key(str(number)), kept())
    assert store.find(key("0"), NOW)
    store.keep(key("8"), kept())
    assert store.find(key("0"), NOW)
    assert store.find(key("1"), NOW) is None


def test_one_large_response_pushes_none_out(store: ResponseStore) -> None:
    store.keep(key("small"), kept())
    store.keep(key("large"), kept(body=b"x" * KEPT_BYTES))
    assert store.find(key("large"), NOW) is None
    assert store.find(key("small"), NOW)


def test_kept_twice_counts_once(store: ResponseStore) -> None:
    for _ in range(20):
        store.keep(key("scene"), kept())
    store.keep(key("other"), kept())
    assert store.find(key("scene"), NOW)


class TestCounts:
    body = (
        b'[{"use_count":1,"last_used":null,"id":4},'
        b'{"use_count":22,"last_used":"2026-11-23T08:15:00Z"}]'
    )

    def test_are_put_in(self) -> None:
        made = kept(Reuse(image_ids=(4, 9)), self.body)
        assert made.fits_its_images
        when = utc_now().replace(2026, 12, 1, 10, 0, 0, 0)
        assert made.fill({4: (5, when), 9: (0, None)}, "commits")
        assert made.body == (
            b'[{"use_count":5,"last_used":"2026-12-01T10:00:00Z","id":4},'
            b'{"use_count":0,"last_used":null}]'
        )
        assert made.is_filled("commits")
        assert not made.is_filled("more commits")
        assert not made.fill({4: (5, when)}, "commits"), "a row is gone"

    def test_a_player_cannot_write_any(self) -> None:
        typed = rb'{"subject_name":"\"use_count\":1,\"last_used\":null"}'
        assert kept(Reuse(image_ids=()), typed).fits_its_images
        assert not kept(Reuse(image_ids=(4,)), typed).fits_its_images
