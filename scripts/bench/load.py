"""A client that costs little beside the server: plain sockets, kept alive, no parsing."""

import asyncio
import time


def seconds_a_request(port: int, request: bytes, *, requests: int, connections: int = 8) -> float:
    """Send the same request over and over; every answer must be a 200."""
    return asyncio.run(_send_all(port, request, requests // connections, connections))


async def _send_all(port: int, request: bytes, each: int, connections: int) -> float:
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    began = time.perf_counter()
    await asyncio.gather(*(_send(*streams, request, each) for streams in opened))
    seconds = time.perf_counter() - began
    for _, writer in opened:
        writer.close()
    return seconds / (each * connections)


async def _send(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, count: int
) -> None:
    for _ in range(count):
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(head.decode("latin-1"))
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
