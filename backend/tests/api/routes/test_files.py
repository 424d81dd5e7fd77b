"""/images: picture files, and no way out of their folder."""

import json
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.errors import assert_error
from tests.support.library import make_image
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import RunningServer

SECRET = b"nobody may read this"


@pytest.fixture(scope="module")
def made(shared_server: RunningServer) -> Any:
    """One picture, and files around the image folder that must not be read."""
    folder = shared_server.settings.image_storage_dir
    for place in (folder, folder / "full", folder.parent):
        for name in ("secret.txt", ".hidden.webp", "secret.webp.bak"):
            (place / name).write_bytes(SECRET)
    (folder.parent / "secret.webp").write_bytes(SECRET)
    (folder / "secret.webp").write_bytes(SECRET)
    return make_image(shared_server.client, subject_type="scene", subject_name="Harbour")


def raw_get(server: RunningServer, target: bytes) -> tuple[int, bytes]:
    """Ask for a path that no client library would send as it is."""
    address = urlsplit(server.url)
    with socket.create_connection(
        (address.hostname, address.port), timeout=PATIENCE_SECONDS
    ) as connection:
        connection.sendall(
            b"GET " + target + b" HTTP/1.1\r\nHost: " + address.netloc.encode() + b"\r\n"
            b"Connection: close\r\n\r\n"
        )
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), body


class TestFile:
    @pytest.mark.parametrize("field", ["url", "thumbnail_url"])
    def test_served_as_webp_for_ever(
        self, field: str, made: Any, shared_server: RunningServer
    ) -> None:
        answer = shared_server.client.get(made[field])
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["x-content-type-options"] == "nosniff"
        control = answer.headers["cache-control"]
        assert "immutable" in control
        assert "max-age=31536000" in control
        assert answer.content[:4] == b"RIFF"

    def test_head_has_the_headers_alone(self, made: Any, shared_server: RunningServer) -> None:
        got = shared_server.client.get(made["url"])
        head = shared_server.client.head(made["url"])
        assert (head.status_code, head.content) == (200, b"")
        same = ("content-type", "content-length", "etag", "cache-control")
        assert [head.headers[name] for name in same] == [got.headers[name] for name in same]


def test_slow_disk_holds_up_nobody_else(shared_server: RunningServer) -> None:
    name = "Slow_20261123_081500_0123456789abcdef.webp"
    slow = shared_server.settings.image_storage_dir / "full" / name
    os.mkfifo(slow)  # whoever reads it waits for what is written below
    with (
        ThreadPoolExecutor(1) as pool,
        shared_server.another_client() as other,
    ):
        waiting = pool.submit(other.get, f"/images/full/{name}")
        with slow.open("wb") as disk:
            assert shared_server.client.get("/health/live").status_code == 200
            assert not waiting.done()
            disk.write(b"RIFF")
        assert waiting.result().content == b"RIFF"
    slow.unlink()


class TestTag:
    def test_known_tag_is_not_sent_again(self, made: Any, shared_server: RunningServer) -> None:
        tag = shared_server.client.get(made["url"]).headers["etag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}'):
            again = shared_server.client.get(made["url"], headers={"If-None-Match": known})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == tag
            assert "immutable" in again.headers["cache-control"]

    def test_known_tag_needs_no_look_into_the_file(self, shared_server: RunningServer) -> None:
        name = "Unread_20261123_081500_0123456789abcdef.webp"
        (shared_server.settings.image_storage_dir / "full" / name).mkdir()  # which nobody can read
        answer = shared_server.client.get(
            f"/images/full/{name}", headers={"If-None-Match": '"0123456789abcdef"'}
        )
        assert answer.status_code == 304

    def test_star_does_not_make_a_file(self, shared_server: RunningServer) -> None:
        name = "Nothing_20261123_081500_0123456789abcdef.webp"
        answer = shared_server.client.get(f"/images/full/{name}", headers={"If-None-Match": "*"})
        assert_error(answer, 404)


class TestUnknown:
    @pytest.mark.parametrize("name", ["nothing.webp", "secret.txt", ".hidden.webp", "x.png"])
    @pytest.mark.usefixtures("made")
    def test_no_picture_of_ours(self, name: str, shared_server: RunningServer) -> None:
        assert_error(shared_server.client.get(f"/images/full/{name}"), 404)

    def test_other_folder(self, made: Any, shared_server: RunningServer) -> None:
        answer = shared_server.client.get(made["url"].replace("/full/", "/quarantine/"))
        assert_error(answer, 422)


class TestTraversal:
    @pytest.mark.parametrize(
        "target",
        [
            b"/images/full/../secret.txt",
            b"/images/full/../secret.webp",
            b"/images/full/../../secret.webp",
            b"/images/full/..%2fsecret.webp",
            b"/images/full/%2e%2e%2fsecret.webp",
            b"/images/full/%2e%2e/secret.webp",
            b"/images/full/%252e%252e%252fsecret.webp",
            b"/images/full/..%5csecret.webp",
            b"/images/full/..\\secret.webp",
            b"/images/../secret.webp",
            b"/images/%2e%2e/secret.webp",
            b"/images/..%2f/secret.webp",
            b"/images/full/%2fetc%2fpasswd",
            b"/images/full//etc/passwd",
            b"/images//etc/passwd",
            b"/images/full/C:%5cWindows%5cwin.ini",
            b"/images/full/secret.txt%00.webp",
            b"/images/full/%00",
            b"/images/full/secret.webp%0a",
            b"/images/full/secret.webp%20",
            b"/images/full/%c0%ae%c0%ae%c0%afsecret.webp",
            b"/images/full/%ff%fe.webp",
            b"/images/full/.",
            b"/images/full/..",
            b"/images/./full/../secret.webp",
            b"/images/full/secret.webp.bak",
            b"/images/full/" + b"a" * 300 + b".webp",
        ],
    )
    @pytest.mark.usefixtures("made")
    def test_nothing_outside_is_read(self, target: bytes, shared_server: RunningServer) -> None:
        status, body = raw_get(shared_server, target)
        assert status in {404, 422}, target
        assert SECRET not in body
        assert b"root:" not in body
        error = json.loads(body)
        assert (error["status"], error["code"]) == ("error", status)
        assert str(shared_server.settings.image_storage_dir) not in body.decode()
