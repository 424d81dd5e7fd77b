"""How long a request may take, and what becomes of what it asked for."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from starlette.types import Message, Receive, Scope, Send

from app.api.middleware.time_limit import TimeLimitMiddleware

Route = Callable[[Scope, Receive, Send], Awaitable[None]]
OK: Message = {"type": "http.response.start", "status": 200, "headers": []}
PIECE: Message = {"type": "http.response.body", "body": b"done"}


async def ask(route: Route, answered: asyncio.Event) -> list[Message]:
    """What a client is sent by a route, under a limit that passes at once."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            answered.set()

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    await TimeLimitMiddleware(route, 0.01)(scope, receive, send)
    return sent


@pytest.mark.parametrize("parts", [0, 3])
def test_route_that_takes_too_long_goes_on(parts: int) -> None:
    """It is answered for once; what it says later is dropped."""
    finished = []

    async def run() -> list[Message]:
        answered = asyncio.Event()

        async def route(_scope: Scope, receive: Receive, send: Send) -> None:
            for _ in range(parts):
                await receive()
            await answered.wait()
            await receive()
            await asyncio.sleep(0.02)
            await send(OK)
            await send(PIECE)
            finished.append(True)

        return await ask(route, answered)

    start, body = asyncio.run(run())
    assert (start["status"], json.loads(body["body"])["code"]) == (504, 504)
    assert finished


def test_answer_that_has_begun_may_take_its_time() -> None:
    async def run() -> list[Message]:
        async def route(_scope: Scope, _receive: Receive, send: Send) -> None:
            await send(OK)
            await asyncio.sleep(0.05)
            await send(PIECE)

        return await ask(route, asyncio.Event())

    assert asyncio.run(run()) == [OK, PIECE]


def test_other_traffic_passes() -> None:
    seen = []

    async def route(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    async def nothing() -> Message:
        return {}

    async def drop(_message: Message) -> None:
        pass

    asyncio.run(TimeLimitMiddleware(route, 0.01)({"type": "websocket"}, nothing, drop))
    assert seen == ["websocket"]
