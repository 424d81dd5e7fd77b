"""Which limits hold for a migration, and which do not."""

import json
import socket
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import pytest

from tests.conftest import ServerFactory
from tests.support.errors import assert_error
from tests.support.ledger import wait_until
from tests.support.legacy_dumps import (
    MIGRATE,
    gallery,
    image,
    library,
    move,
    post,
    scene,
)
from tests.support.library import ask_scene, order, row_count
from tests.support.raw_http import connect, read_all
from tests.support.running_server import RunningServer

MOST_BYTES = 16 * 2**20


class TestCallsAMinute:
    def test_refused_with_429(self, make_server: ServerFactory) -> None:
        server = make_server(migrate_requests_per_minute=3)
        for _ in range(3):
            move(server, library(Rope=[image()]), dry_run=True)
        body = assert_error(post(server, {}), 429, "rate_limit")
        assert "3 calls of the migration a minute" in body["message"]
        assert row_count(server.settings) == 0

    def test_limits_on_paid_pictures_do_not_apply(self, make_gemini_server: ServerFactory) -> None:
        server = make_gemini_server(max_requests_per_minute=0, scene_requests_per_minute=0)
        dump = {**library(Rope=[image(seed) for seed in range(12)]), **scene()}
        assert move(server, dump)["status"] == "success"
        served = ask_scene(server.client, time_of_day="dusk", weather="light rain")
        assert served["served"] == "cached"


class TestGallery:
    def test_may_be_larger_than_one_made_here(self, make_server: ServerFactory) -> None:
        server = make_server(max_images_per_item=4)
        move(server, library(Rope=[image(seed) for seed in range(9)]))
        assert len(gallery(server, "Rope")) == 9
        full = server.client.post("/api/v1/images/generate", json=order(subject_name="Rope"))
        assert_error(full, 409, "gallery_full")


class TestSize:
    def test_16_mb_are_accepted(self, server: RunningServer) -> None:
        body = json.dumps({**library(Rope=[image()]), "x": ""})
        padded = body[:-2] + "x" * (MOST_BYTES - len(body)) + body[-2:]
        assert len(padded) == MOST_BYTES
        assert move(server, padded)["items"] == 1

    def test_more_is_refused(self, server: RunningServer) -> None:
        assert_error(post(server, b"x" * (MOST_BYTES + 1)), 413)

    def test_announced_is_refused_before_any_of_it_is_sent(self, server: RunningServer) -> None:
        assert _refusal(server, f"Content-Length: {MOST_BYTES + 1}", send_bytes=0) == 413

    def test_chunked_is_refused_before_its_end(self, server: RunningServer) -> None:
        status = _refusal(server, "Transfer-Encoding: chunked", send_bytes=MOST_BYTES + 1)
        assert status == 413

    def test_cut_off_while_sending_is_no_crash(self, server: RunningServer) -> None:
        address = urlsplit(server.url)
        with socket.create_connection((address.hostname or "", address.port or 0)) as line:
            line.sendall(_head(server, "Content-Length: 1000") + b'{"a"')
        metric = 'route="/api/v1/migrate/from-localstorage",status="499"'
        wait_until(lambda: metric in server.client.get("/metrics").text)
        assert row_count(server.settings) == 0


class TestManyAtOnce:
    @pytest.mark.thorough
    @pytest.mark.parametrize(
        "sources", [[f"127.0.0.{n // 2 + 2}" for n in range(8)], ["127.0.0.1"] * 2]
    )
    def test_one_more_is_read_when_there_is_room(
        self, sources: list[str], server: RunningServer
    ) -> None:
        body = json.dumps({**library(Rope=[image()]), "x": "x" * 15 * 2**20}).encode()
        wanted = _head(server, f"Content-Length: {len(body)}\r\nConnection: close") + body
        with ExitStack() as stack:
            slow = [stack.enter_context(connect(server.url, source=source)) for source in sources]
            for line in slow:
                line.sendall(_head(server, "Content-Length: 1000") + b'{"a"')
            for _ in range(3):  # until they are being read
                assert server.client.get("/health").status_code == 200
            another, sent = stack.enter_context(connect(server.url, timeout=1)), 0
            with suppress(TimeoutError):
                while sent < len(wanted):
                    sent += another.send(wanted[sent : sent + 2**16])
            assert sent < len(wanted), "all of it was taken"
            slow[0].close()
            another.settimeout(60)
            another.sendall(wanted[sent:])
            assert read_all(another).json()["items"] == 1

    def test_slow_ones_of_one_client_keep_no_other_out(self, server: RunningServer) -> None:
        with ExitStack() as stack:
            for _ in range(9):
                slow = stack.enter_context(connect(server.url, source="127.0.0.2"))
                slow.sendall(_head(server, "Content-Length: 1000") + b'{"a"')
            assert move(server, json.dumps(library(Rope=[image()])))["items"] == 1

    def test_too_many_in_line_are_sent_away(self, server: RunningServer) -> None:
        with ExitStack() as stack:
            for _ in range(10):
                slow = stack.enter_context(connect(server.url, source="127.0.0.2"))
                slow.sendall(_head(server, "Content-Length: 1000") + b'{"a"')
            with connect(server.url, source="127.0.0.2") as one_more:
                one_more.sendall(_head(server, "Content-Length: 2\r\nConnection: close") + b"{}")
                refused = read_all(one_more).parsed
            assert_error(refused, 429)
            assert refused.json()["detail"]["reason"] == "rate_limit"
            assert int(refused.headers["retry-after"]) >= 1


def _head(server: RunningServer, header: str) -> bytes:
    host = urlsplit(server.url).netloc
    return f"POST {MIGRATE} HTTP/1.1\r\nHost: {host}\r\n{header}\r\n\r\n".encode()


def _refusal(server: RunningServer, header: str, send_bytes: int) -> int:
    """Send headers and some bytes, never the end, and read the status that comes back."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname or "", address.port or 0), 20) as line:
        line.sendall(_head(server, header))
        step = 2**16
        for start in range(0, send_bytes, step):
            chunk = b"x" * min(step, send_bytes - start)
            line.sendall(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        return int(line.recv(1000).split()[1])
