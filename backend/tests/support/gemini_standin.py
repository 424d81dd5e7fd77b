"""A real HTTP server that speaks Gemini's wire format.

In a test::

    with GeminiStandin() as gemini:
        gemini.answer_with(OVERLOADED, picture)
        ...  # point GOOGLE_GEMINI_BASE_URL or base_url at gemini.base_url
        assert len(gemini.calls) == 2
"""

import asyncio
import contextlib
import json
import re
import socket
import threading
from collections import deque
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Self

from tests.support.gemini_answers import Answer, Script, answer_for, failure, picture
from tests.support.gemini_failures import BAD_KEY, UNREGISTERED
from tests.support.gemini_requests import RecordedCall, find_problem

_CALL_PATH = re.compile(r"^/(v1|v1beta)/models/([^/:]+):generateContent$")
_HEADER_END = b"\r\n\r\n"
_POLL_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One request as read from the socket; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class GeminiStandin:
    """The stand-in; every method may be called from any thread.

    Args:
        default: Answer when none is queued.
        api_key: The only key that is taken, or None to take any.
    """

    def __init__(self, *, default: Script = picture, api_key: str | None = None) -> None:
        self._default = default
        self._api_key = api_key
        self._queue: deque[Script] = deque()
        self._calls: list[RecordedCall] = []
        self._changed = threading.Condition()
        self._in_flight = 0
        self._max_in_flight = 0
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self._port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run, name="gemini-standin", daemon=True)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self._released: asyncio.Event
        self._connections: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def base_url(self) -> str:
        """Where the SDK finds the stand-in."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def calls(self) -> list[RecordedCall]:
        """Every generateContent call so far, refused ones included."""
        with self._changed:
            return list(self._calls)

    @property
    def max_in_flight(self) -> int:
        """How many calls were open at once, at most."""
        with self._changed:
            return self._max_in_flight

    def answer_with(self, *scripts: Script) -> None:
        """Queue answers for the next calls; after them the default answers again."""
        with self._changed:
            self._queue.extend(scripts)

    def answer_always(self, script: Script) -> None:
        """Drop the queue and give this answer from now on."""
        with self._changed:
            self._queue.clear()
            self._default = script

    def reset(self) -> None:
        """Forget calls and scripts, and let go of held calls: a fresh start for the next test.

        A call that waits for an event goes on waiting for it.
        """
        with self._changed:
            self._calls.clear()
            self._queue.clear()
            self._default = picture
            self._max_in_flight = self._in_flight
        self.release()

    def release(self) -> None:
        """Drop the connections of calls that are held."""
        self._loop.call_soon_threadsafe(self._release)

    def wait_for_calls(self, count: int, timeout: float = 60.0) -> None:
        """Wait until that many calls have come in.

        Raises:
            TimeoutError: When they do not come in time.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._calls) >= count, timeout):
                raise TimeoutError(f"{len(self._calls)} of {count} calls after {timeout} s")

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._released = asyncio.Event()
        server = await asyncio.start_server(self._connected, sock=self._socket, backlog=4096)
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await asyncio.sleep(0)  # lets the aborted transports close their sockets

    def _release(self) -> None:
        self._released.set()
        self._released = asyncio.Event()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self._loop.create_task(self._converse(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while (request := await _read_request(reader)) is not None:
                    if not await self._handle(request, writer):
                        break
        finally:
            writer.transport.abort()

    async def _handle(self, request: WireRequest, writer: asyncio.StreamWriter) -> bool:
        found = _CALL_PATH.match(request.path)
        if request.method != "POST" or not found:
            return await _write_answer(writer, failure(404, "NOT_FOUND", "No such method."))
        script = self._receive(request, found[1], found[2])
        try:
            answer = await self._prepare(*script)
            return not answer.held and await _write_answer(writer, answer)
        finally:
            with self._changed:
                self._in_flight -= 1

    def _receive(
        self, request: WireRequest, api_version: str, model: str
    ) -> tuple[Script, RecordedCall]:
        """Record the call and choose its answer in one step, so that the order is the same."""
        try:
            body = json.loads(request.body)
        except ValueError:
            body = None
        problem = find_problem(body)
        call = RecordedCall(
            request.path, api_version, model, request.headers, body, problem, request.body
        )
        refusal = self._refuse(call)
        with self._changed:
            self._calls.append(call)
            self._in_flight += 1
            self._max_in_flight = max(self._max_in_flight, self._in_flight)
            if refusal is None:
                script = self._queue.popleft() if self._queue else self._default
            else:
                script = refusal
            self._changed.notify_all()
        return script, call

    def _refuse(self, call: RecordedCall) -> Answer | None:
        """Refuse what the real service refuses before any model is asked."""
        key = call.headers.get("x-goog-api-key")
        if not key:
            return UNREGISTERED
        if self._api_key is not None and key != self._api_key:
            return BAD_KEY
        if call.problem is not None:
            return failure(400, "INVALID_ARGUMENT", call.problem)
        return None

    async def _prepare(self, script: Script, call: RecordedCall) -> Answer:
        """Make the answer off the loop: drawing one picture must not hold up the others."""
        if isinstance(script, Answer):
            answer = script
        else:
            answer = await self._loop.run_in_executor(None, answer_for, script, call)
        await asyncio.sleep(answer.delay)
        while answer.once is not None and not answer.once.is_set():  # noqa: ASYNC110 - by a thread
            await asyncio.sleep(_POLL_SECONDS)
        if answer.held:
            await self._released.wait()
        return answer


async def _read_request(reader: asyncio.StreamReader) -> WireRequest | None:
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


async def _write_answer(writer: asyncio.StreamWriter, answer: Answer) -> bool:
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
