"""Just enough HTTP/1.1 over asyncio streams to answer well, badly, slowly or not at all."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

from tests.support.gemini_answers import Answer

_HEADER_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One request as read from the socket; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


async def read_request(reader: asyncio.StreamReader) -> WireRequest | None:
    """Read one request, or return None when the client has closed.

    Bodies come with a Content-Length: the SDK never sends chunks.
    """
    try:
        head = await reader.readuntil(_HEADER_END)
    except asyncio.IncompleteReadError:
        return None
    request_line, *lines = head[: -len(_HEADER_END)].decode("latin-1").split("\r\n")
    method, target, _ = request_line.split(" ")
    pairs = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return WireRequest(method, target.partition("?")[0], headers, body)


async def write_answer(writer: asyncio.StreamWriter, answer: Answer) -> bool:
    """Send an answer as its script says; return whether the connection can be used again."""
    if answer.cut_after == 0:
        return False
    writer.write(_head(answer))
    if answer.cut_after is not None:
        writer.write(answer.body[: answer.cut_after])
        await writer.drain()
        return False
    if answer.drip is None:
        writer.write(answer.body)
        await writer.drain()
        return True
    for byte in answer.body:
        writer.write(bytes((byte,)))
        await writer.drain()
        await asyncio.sleep(answer.drip)
    return True


def _head(answer: Answer) -> bytes:
    lines = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        f"Content-Type: {answer.content_type}",
        f"Content-Length: {len(answer.body)}",
    ]
    if answer.location is not None:
        lines.append(f"Location: {answer.location}")
    return "\r\n".join((*lines, "", "")).encode("latin-1")
