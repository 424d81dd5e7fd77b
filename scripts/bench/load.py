"""A client that costs little beside the server: plain sockets, kept alive, no parsing."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass

CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent over and over: one request, or several in turn, and the status expected."""

    raw: Sequence[bytes]
    status: int = 200


def request(
    path: str, *, method: str = "GET", headers: dict[str, str] | None = None, status: int = 200
) -> Request:
    """One request without a body."""
    return Request([_raw(method, path, headers or {})], status)


def requests(paths: Sequence[str], *, headers: dict[str, str] | None = None) -> Request:
    """Several that are sent in turn."""
    return Request([_raw("GET", path, headers or {}) for path in paths])


def send(port: int, wanted: Request, count: int) -> float:
    """Send a request ``count`` times over 32 connections; seconds that all took.

    Raises:
        RuntimeError: When an answer has another status.
    """
    return asyncio.run(_send_all(port, wanted, count))


def latencies(port: int, wanted: Request, count: int) -> list[float]:
    """Send a request ``count`` times, one after the other; seconds that each took."""
    return asyncio.run(_one_by_one(port, wanted, count))


def _raw(method: str, path: str, headers: dict[str, str]) -> bytes:
    fields = {"Host": "127.0.0.1", "Content-Length": "0", **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode()


async def _send_all(port: int, wanted: Request, count: int) -> float:
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CONNECTIONS)]
    turns = itertools.cycle(wanted.raw)
    each = max(1, count // CONNECTIONS)
    began = time.perf_counter()
    await asyncio.gather(*(_send(*streams, turns, wanted.status, each) for streams in opened))
    seconds = time.perf_counter() - began
    for _, writer in opened:
        writer.close()
    return seconds


async def _one_by_one(port: int, wanted: Request, count: int) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    turns = itertools.cycle(wanted.raw)
    taken = []
    for _ in range(count):
        began = time.perf_counter()
        await _send(reader, writer, turns, wanted.status, 1)
        taken.append(time.perf_counter() - began)
    writer.close()
    return taken


async def _send(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    turns: "itertools.cycle[bytes]",
    status: int,
    count: int,
) -> None:
    start = b"HTTP/1.1 %d " % status
    for _ in range(count):
        writer.write(next(turns))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(start):
            raise RuntimeError(f"expected {status}: {head.decode('latin-1')}")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
