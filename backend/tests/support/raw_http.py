"""Bytes on a socket, as no client library would send them."""

import json
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.support.errors import assert_error

HOST = b"Host: localhost\r\n"


@dataclass(frozen=True)
class RawAnswer:
    """What came back before the server closed the connection, or nothing."""

    data: bytes

    @property
    def status(self) -> int:
        """The status of the first answer."""
        assert self.data.startswith(b"HTTP/1.1 "), self.data[:200]
        return int(self.data.split(b" ")[1])

    @property
    def parsed(self) -> httpx.Response:
        """The first answer as a client library would show it."""
        head, _, body = self.data.partition(b"\r\n\r\n")
        pairs = (line.partition(b":") for line in head.split(b"\r\n")[1:])
        headers = httpx.Headers([(name, value.strip()) for name, _, value in pairs])
        length = int(headers["content-length"])
        return httpx.Response(self.status, headers=headers, content=body[:length])

    def json(self) -> Any:
        """The body of the first answer."""
        return json.loads(self.parsed.content)


def connect(url: str, timeout: float = 60.0, source: str | None = None) -> socket.socket:
    """Open a connection, from another loopback address if wanted; the caller closes it."""
    address = urlsplit(url)
    return socket.create_connection(
        (address.hostname, address.port), timeout, (source, 0) if source else None
    )


def request_with(method: str, path: str, body: object = None) -> bytes:
    """A whole request, with JSON if wanted."""
    data = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nContent-Type: application/json\r\n".encode() + HOST
    return head + b"Content-Length: %d\r\n\r\n" % len(data) + data


def read_all(connection: socket.socket) -> RawAnswer:
    """Everything until the server closes."""
    data = bytearray()
    with suppress(ConnectionError):  # closed, with something of ours unread
        while chunk := connection.recv(65536):
            data += chunk
    return RawAnswer(bytes(data))


def read_one(connection: socket.socket) -> RawAnswer:
    """The first answer; the connection stays open."""
    with connection.makefile("rb") as file:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = file.readline()
            if not line:
                return RawAnswer(head)
            head += line
        length = next(
            int(line.partition(b":")[2])
            for line in head.lower().splitlines()
            if line.startswith(b"content-length:")
        )
        return RawAnswer(head + file.read(length))


def exchange(url: str, request: bytes, timeout: float = 60.0) -> RawAnswer:
    """Send bytes, and take what comes until the server closes."""
    with connect(url, timeout) as connection:
        with suppress(ConnectionError):  # refused before all of it was sent
            connection.sendall(request)
        return read_all(connection)


def assert_refused(answer: RawAnswer, status: int) -> None:
    """Check that the server refused, and closes the connection."""
    assert_error(answer.parsed, status)
    headers = answer.parsed.headers
    assert headers["connection"] == "close"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
