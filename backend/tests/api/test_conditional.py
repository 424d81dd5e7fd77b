"""Our own tag is known again wherever there is one, in each form that a proxy makes of it."""

from collections.abc import Callable

import httpx
import pytest

from tests.support.errors import assert_error
from tests.support.library import SCENES, make_image
from tests.support.running_server import RunningServer

SAVE = "/api/v1/saves/1"
PREFERENCES = "/api/v1/preferences"
PREVIEW = f"{SCENES}/preview?location=Mill"
STORED = (SAVE, PREFERENCES)
KEPT = (
    *(PREVIEW, "url", "thumbnail_url", "/game/", "/game/js/main.js", "/docs/assets/redoc.js"),
    "/favicon.ico",
)

Header = list[tuple[str, str]]
FORMS: dict[str, Callable[[str], list[str]]] = {
    "as it was": lambda tag: [f'"{tag}"'],
    "weak": lambda tag: [f'W/"{tag}"'],
    "Apache's gzip": lambda tag: [f'"{tag}-gzip"'],
    "Apache's brotli": lambda tag: [f'"{tag}-br"'],
    "semicolon": lambda tag: [f'"{tag};gzip"'],
    "weak with a suffix": lambda tag: [f'W/"{tag}-gzip"'],
    "in a list": lambda tag: [f'"a, b", W/"{tag}"'],
    "in a second line": lambda tag: ['"other"', f'"{tag}"'],
    "star": lambda _tag: ["*"],
    "star in a list": lambda _tag: ['"other", *'],
}
OTHERS = ['"other"', '"{}x"', '"x{}"', '"a, {}"', '"*"', ""]


def lines(name: str, values: list[str]) -> Header:
    return [(name, value) for value in values]


def put(client: httpx.Client, path: str, day: int, headers: Header) -> httpx.Response:
    return client.put(path, json={"day": day}, headers=headers)


@pytest.fixture(scope="module")
def made(shared_server: RunningServer) -> dict[str, str]:
    """One picture, whose two files are asked for."""
    return dict(make_image(shared_server.client))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", STORED)
class TestStored:
    @pytest.mark.thorough
    def test_own_tag_lets_the_next_version_in(
        self, path: str, form: str, shared_server: RunningServer
    ) -> None:
        tag = put(shared_server.client, path, 1, []).headers["etag"].strip('"')
        when = lines("If-Match", FORMS[form](tag))
        assert put(shared_server.client, path, 2, when).status_code == 200
        assert shared_server.client.get(path).json() == {"day": 2}

    def test_own_tag_that_must_not_be_there_keeps_it_out(
        self, path: str, form: str, shared_server: RunningServer
    ) -> None:
        tag = put(shared_server.client, path, 1, []).headers["etag"].strip('"')
        when = lines("If-None-Match", FORMS[form](tag))
        assert_error(put(shared_server.client, path, 2, when), 412, "changed_meanwhile")
        assert shared_server.client.get(path).json() == {"day": 1}

    def test_known_version_is_not_sent_again(
        self, path: str, form: str, shared_server: RunningServer
    ) -> None:
        tag = put(shared_server.client, path, 1, []).headers["etag"].strip('"')
        again = shared_server.client.get(path, headers=lines("If-None-Match", FORMS[form](tag)))
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == f'"{tag}"'


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("path", STORED)
def test_another_tag_is_another_version(
    path: str, other: str, shared_server: RunningServer
) -> None:
    tag = put(shared_server.client, path, 1, []).headers["etag"].strip('"')
    given = [other.format(tag)]
    refused = put(shared_server.client, path, 2, lines("If-Match", given))
    assert_error(refused, 412, "changed_meanwhile")
    assert put(shared_server.client, path, 3, lines("If-None-Match", given)).status_code == 200


@pytest.mark.thorough
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", KEPT)
def test_kept_copy_is_good_in_every_form(
    path: str, form: str, made: dict[str, str], shared_server: RunningServer
) -> None:
    found = made.get(path, path)
    tag = shared_server.client.get(found).headers["etag"]
    again = shared_server.client.get(
        found, headers=lines("If-None-Match", FORMS[form](tag.strip('"')))
    )
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("path", KEPT)
def test_copy_of_something_else_is_not(
    path: str, other: str, made: dict[str, str], shared_server: RunningServer
) -> None:
    found = made.get(path, path)
    tag = shared_server.client.get(found).headers["etag"].strip('"')
    again = shared_server.client.get(found, headers={"If-None-Match": other.format(tag)})
    assert again.status_code == 200


@pytest.mark.parametrize("path", [PREVIEW, "url", "thumbnail_url"])
class TestRange:
    @pytest.mark.parametrize(
        ("asked", "first", "last"),
        [
            ("bytes=0-9", 0, 9),
            ("bytes=10-10", 10, 10),
            ("bytes=5-", 5, None),
            ("bytes=-7", -7, None),
            ("bytes=-999999999", 0, None),
            ("bytes=3-999999999", 3, None),
            ("Bytes = 0-9", 0, 9),
        ],
    )
    def test_a_part(
        self,
        asked: str,
        first: int,
        last: int | None,
        path: str,
        made: dict[str, str],
        shared_server: RunningServer,
    ) -> None:
        found = made.get(path, path)
        whole = shared_server.client.get(found)
        assert whole.headers["accept-ranges"] == "bytes"
        part = shared_server.client.get(found, headers={"Range": asked})
        assert part.status_code == 206
        size = len(whole.content)
        first = first % size
        last = size - 1 if last is None else last
        assert part.content == whole.content[first : last + 1]
        assert part.headers["content-range"] == f"bytes {first}-{last}/{size}"
        for name in ("etag", "cache-control", "content-type"):
            assert part.headers[name] == whole.headers[name]

    @pytest.mark.parametrize(
        "asked", ["bytes=999999999-", "bytes=999999999-9999999999", "bytes=-0"]
    )
    def test_behind_the_end(
        self, asked: str, path: str, made: dict[str, str], shared_server: RunningServer
    ) -> None:
        found = made.get(path, path)
        size = len(shared_server.client.get(found).content)
        answer = shared_server.client.get(found, headers={"Range": asked})
        assert_error(answer, 416)
        assert answer.headers["content-range"] == f"bytes */{size}"
        assert answer.headers["cache-control"] == "no-store"

    @pytest.mark.parametrize(
        "asked",
        ["bytes=9-3", "bytes=-", "bytes=a-b", "items=0-9", "0-9", "bytes=0-1,5-6", "bytes=\u0661-"],
    )
    def test_what_is_no_single_range_gets_the_whole(
        self, asked: str, path: str, made: dict[str, str], shared_server: RunningServer
    ) -> None:
        found = made.get(path, path)
        headers = [(b"Range", asked.encode())]
        answer = shared_server.client.get(found, headers=headers)
        assert answer.status_code == 200

    def test_of_the_version_that_is_known(
        self, path: str, made: dict[str, str], shared_server: RunningServer
    ) -> None:
        found = made.get(path, path)
        tag = shared_server.client.get(found).headers["etag"]
        for when, status in ((tag, 206), (f"W/{tag}", 200), ('"other"', 200)):
            headers = {"Range": "bytes=0-9", "If-Range": when}
            assert shared_server.client.get(found, headers=headers).status_code == status, when

    def test_known_copy_comes_first(
        self, path: str, made: dict[str, str], shared_server: RunningServer
    ) -> None:
        headers = {"Range": "bytes=0-9", "If-None-Match": "*"}
        answer = shared_server.client.get(made.get(path, path), headers=headers)
        assert answer.status_code == 304
