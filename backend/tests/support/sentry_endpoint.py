"""Stands where Sentry would: takes envelopes in, and can be told never to answer."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.ledger import wait_until


@dataclass
class SentryEndpoint:
    """The address to report to, and what was reported."""

    dsn: str
    events: list[dict[str, Any]] = field(default_factory=list)

    def wait_for_events(self, count: int) -> list[dict[str, Any]]:
        """Wait until so many have come."""
        wait_until(lambda: len(self.events) >= count)
        return self.events


@contextmanager
def sentry_endpoint(*, silent: bool = False) -> Iterator[SentryEndpoint]:
    """Listen on a free port."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            endpoint.events.extend(events_of(body))
            if silent:
                over.wait()
                return
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    endpoint = SentryEndpoint(f"http://public-key@127.0.0.1:{listener.server_port}/42")
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield endpoint
    finally:
        over.set()
        listener.shutdown()
        listener.server_close()
        thread.join()


def events_of(envelope: bytes) -> list[dict[str, Any]]:
    """The events of an envelope: a line that tells the type, then a line of JSON."""
    lines = envelope.split(b"\n")[1:]
    pairs = zip(lines[::2], lines[1::2], strict=False)
    return [json.loads(item) for head, item in pairs if json.loads(head)["type"] == "event"]
