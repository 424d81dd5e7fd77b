"""Our own tag is known again wherever there is one, in each form that a proxy makes of it."""

from collections.abc import Callable

import httpx
import pytest

from app.entity_tags import parse_entity_tags
from tests.support.errors import assert_error
from tests.support.library import SCENES, make_image
from tests.support.running_server import RunningServer

OURS = "5f70bf18a086007016e948b04aed3b82"
PREVIEW = f"{SCENES}/preview?location=Mill"
STORED = ("/api/v1/saves/1", "/api/v1/preferences")
KEPT = (PREVIEW, "url", "thumbnail_url", "/game/", "/game/js/main.js", "/docs/assets/redoc.js")

FORMS: tuple[Callable[[str], list[str]], ...] = (
    lambda tag: [f'"{tag}"'],
    lambda tag: [f'W/"{tag}-gzip"'],
    lambda tag: [f'"a, b", W/"{tag}"'],
    lambda tag: ['"other"', f'"{tag}"'],
    lambda _tag: ['"other", *'],
)
OTHERS = ('"other"', '"{}x"', '"*"', "")


@pytest.mark.parametrize(
    "lines",
    [
        [f'"{OURS}"'],
        [f'W/"{OURS}"'],
        [OURS],
        [f'"{OURS}-gzip"'],
        [f'"{OURS};gzip"'],
        [f'"{OURS}--gzip"'],
        [f'"{OURS}-br"'],
        [f'"{OURS};br"'],
        [f'W/"{OURS}-zstd"'],
        [f'"{OURS};;;"'],
        [f'"other",W/"{OURS}" , "third"'],
        [f'"a, comma", "{OURS}"'],
        ['"other"', f'"{OURS}"'],
        ["*"],
        ['"other", *'],
        ['"other"', " * "],
    ],
)
def test_our_tag_is_known(lines: list[str]) -> None:
    tags = parse_entity_tags(lines)
    assert tags is not None
    assert tags.match(OURS)


@pytest.mark.parametrize(
    "lines",
    [
        [""],
        ['""'],
        ['"*"'],
        [f'"{OURS}x"'],
        [f'"x{OURS}"'],
        [f'"{OURS[:-1]}"'],
        [f'"a, {OURS}"'],
        [f'"{OURS}-old"'],
        [f'W/ "{OURS[1:]}"'],
    ],
)
def test_another_tag_is_not(lines: list[str]) -> None:
    tags = parse_entity_tags(lines)
    assert tags is not None
    assert not tags.match(OURS)
    assert parse_entity_tags([]) is None


def put(client: httpx.Client, path: str, day: int, name: str, values: list[str]) -> httpx.Response:
    return client.put(path, json={"day": day}, headers=[(name, value) for value in values])


def get(client: httpx.Client, path: str, *known: str, **headers: str) -> httpx.Response:
    lines = [("If-None-Match", value) for value in known]
    return client.get(path, headers=[*lines, *headers.items()])


@pytest.fixture(scope="module")
def made(shared_server: RunningServer) -> dict[str, str]:
    """One image, whose two files are asked for."""
    return dict(make_image(shared_server.client))


@pytest.mark.parametrize("path", STORED)
def test_of_what_a_player_stores(path: str, shared_server: RunningServer) -> None:
    client = shared_server.client
    for form in FORMS:
        tag = put(client, path, 1, "If-Match", []).headers["etag"].strip('"')
        again = get(client, path, *form(tag))
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == f'"{tag}"'
        refused = put(client, path, 2, "If-None-Match", form(tag))
        assert_error(refused, 412, "changed_meanwhile")
        assert client.get(path).json() == {"day": 1}
        assert put(client, path, 3, "If-Match", form(tag)).status_code == 200
        assert client.get(path).json() == {"day": 3}
    for other in OTHERS:
        tag = client.get(path).headers["etag"].strip('"')
        refused = put(client, path, 4, "If-Match", [other.format(tag)])
        assert_error(refused, 412, "changed_meanwhile")
        assert put(client, path, 5, "If-None-Match", [other.format(tag)]).status_code == 200


@pytest.mark.parametrize("path", KEPT)
def test_of_what_a_browser_keeps(
    path: str, made: dict[str, str], shared_server: RunningServer
) -> None:
    client, found = shared_server.client, made.get(path, path)
    tag = client.get(found).headers["etag"].strip('"')
    for form in FORMS:
        again = get(client, found, *form(tag))
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == f'"{tag}"'
    for other in OTHERS:
        assert get(client, found, other.format(tag)).status_code == 200


@pytest.mark.parametrize("path", [PREVIEW, "url", "thumbnail_url"])
def test_ranges(path: str, made: dict[str, str], shared_server: RunningServer) -> None:
    client, found = shared_server.client, made.get(path, path)
    whole = client.get(found)
    size, tag = len(whole.content), whole.headers["etag"]
    assert whole.headers["accept-ranges"] == "bytes"
    for asked, first, last in (
        ("bytes=0-9", 0, 9),
        ("bytes=10-10", 10, 10),
        ("bytes=5-", 5, size - 1),
        ("bytes=-7", size - 7, size - 1),
        ("bytes=-999999999", 0, size - 1),
        ("bytes=3-999999999", 3, size - 1),
        ("Bytes = 0-9", 0, 9),
    ):
        part = client.get(found, headers={"Range": asked})
        assert (part.status_code, part.content) == (206, whole.content[first : last + 1])
        assert part.headers["content-range"] == f"bytes {first}-{last}/{size}"
        for name in ("etag", "cache-control", "content-type"):
            assert part.headers[name] == whole.headers[name]
    for asked in ("bytes=999999999-", "bytes=999999999-9999999999", "bytes=-0"):
        answer = client.get(found, headers={"Range": asked})
        assert_error(answer, 416)
        assert answer.headers["content-range"] == f"bytes */{size}"
        assert answer.headers["cache-control"] == "no-store"
    for asked in ("bytes=9-3", "bytes=-", "bytes=a-b", "items=0-9", "0-9", "bytes=0-1,5-6"):
        assert client.get(found, headers={"Range": asked}).status_code == 200
    arabic = [(b"Range", "bytes=\u0661-".encode())]
    assert client.get(found, headers=arabic).status_code == 200
    for when, status in ((tag, 206), (f"W/{tag}", 200), ('"other"', 200)):
        headers = {"Range": "bytes=0-9", "If-Range": when}
        assert client.get(found, headers=headers).status_code == status, when
    assert get(client, found, "*", Range="bytes=0-9").status_code == 304, "a known copy comes first"
