"""/images: image files, and no way out of their folder."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.errors import assert_error
from tests.support.library import make_image
from tests.support.raw_http import HOST, exchange
from tests.support.running_server import RunningServer

SECRET = b"nobody may read this"
NAME = "{}_20261123_081500_0123456789abcdef.webp"


@pytest.fixture(scope="module")
def made(shared_server: RunningServer) -> Any:
    """One image, and files around the image folder that must not be read."""
    folder = shared_server.settings.image_storage_dir
    for place in (folder, folder / "full", folder.parent):
        for name in ("secret.txt", ".hidden.webp", "secret.webp.bak"):
            (place / name).write_bytes(SECRET)
    (folder.parent / "secret.webp").write_bytes(SECRET)
    (folder / "secret.webp").write_bytes(SECRET)
    return make_image(shared_server.client, subject_type="scene", subject_name="Harbour")


def test_is_served_as_webp_for_ever_and_known_by_its_tag(
    made: Any, shared_server: RunningServer
) -> None:
    for url in (made["url"], made["thumbnail_url"]):
        answer = shared_server.client.get(url)
        assert (answer.status_code, answer.content[:4]) == (200, b"RIFF")
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        head = shared_server.client.head(url)
        assert (head.status_code, head.content) == (200, b"")
        same = ("content-type", "content-length", "etag", "cache-control")
        assert [head.headers[name] for name in same] == [answer.headers[name] for name in same]
        tag = answer.headers["etag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}'):
            again = shared_server.client.get(url, headers={"If-None-Match": known})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == tag
            assert "immutable" in again.headers["cache-control"]


def test_known_tag_needs_a_file_but_no_look_into_it(shared_server: RunningServer) -> None:
    name = NAME.format("Unread")
    known, star = ({"If-None-Match": tag} for tag in ('"0123456789abcdef"', "*"))
    for headers in (known, star):
        assert_error(shared_server.client.get(f"/images/full/{name}", headers=headers), 404)
    (shared_server.settings.image_storage_dir / "full" / name).mkdir()  # which nobody can read
    assert shared_server.client.get(f"/images/full/{name}", headers=known).status_code == 304


def test_slow_disk_holds_up_nobody_else(shared_server: RunningServer) -> None:
    name = NAME.format("Slow")
    slow = shared_server.settings.image_storage_dir / "full" / name
    os.mkfifo(slow)  # whoever reads it waits for what is written below
    with ThreadPoolExecutor(1) as pool, shared_server.another_client() as other:
        waiting = pool.submit(other.get, f"/images/full/{name}")
        with slow.open("wb") as disk:
            assert shared_server.client.get("/health/live").status_code == 200
            assert not waiting.done()
            disk.write(b"RIFF")
        assert waiting.result().content == b"RIFF"
    slow.unlink()


@pytest.mark.parametrize(
    "target",
    [
        *(b"full/nothing.webp", b"full/secret.txt", b"full/.hidden.webp", b"full/x.png"),
        *(b"quarantine/x.webp", b"full/../secret.txt", b"full/../secret.webp"),
        *(b"full/../../secret.webp", b"full/..%2fsecret.webp", b"full/%2e%2e%2fsecret.webp"),
        *(b"full/%252e%252e%252fsecret.webp", b"full/..%5csecret.webp", b"full/..\\secret.webp"),
        *(b"../secret.webp", b"%2e%2e/secret.webp", b"..%2f/secret.webp", b"full/%2fetc%2fpasswd"),
        *(b"full//etc/passwd", b"/etc/passwd", b"full/secret.txt%00.webp", b"full/%00"),
        *(b"full/secret.webp%0a", b"full/secret.webp%20", b"full/%c0%ae%c0%afsecret.webp"),
        *(b"full/%ff%fe.webp", b"full/.", b"full/..", b"full/secret.webp.bak"),
        b"full/" + b"a" * 300 + b".webp",
    ],
)
@pytest.mark.usefixtures("made")
def test_nothing_else_is_read(target: bytes, shared_server: RunningServer) -> None:
    request = b"GET /images/" + target + b" HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n"
    answer = exchange(shared_server.url, request)
    assert answer.status in {404, 422}, target
    assert SECRET not in answer.data
    assert b"root:" not in answer.data
    error = answer.json()
    assert (error["status"], error["code"]) == ("error", answer.status)
    assert str(shared_server.settings.image_storage_dir).encode() not in answer.data
