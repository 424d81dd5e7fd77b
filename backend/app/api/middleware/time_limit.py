"""A request is answered in time, also if the work behind it takes longer."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import error_response


class TimeLimitMiddleware:
    """Answers 504 for a route that has not begun to answer in time.

    The route goes on: what it makes may be paid for, and is kept. What it says then is dropped.
    An answer that has begun may take its time, as a stream of events does; and time counts only
    from the last part of the body, because slow clients have a bound of their own.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and watch the time."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        loop = asyncio.get_running_loop()
        answer = _Answer(scope, receive, send)
        timer = loop.call_later(self._seconds, answer.give_up)

        async def received() -> Message:
            nonlocal timer
            message = await receive()
            timer.cancel()
            timer = loop.call_later(self._seconds, answer.give_up)
            return message

        try:
            await self._app(scope, received, answer.send)
        finally:
            timer.cancel()
            if answer.apology is not None:
                await answer.apology


class _Answer:
    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._has_begun = False
        self.apology: asyncio.Task[None] | None = None

    def give_up(self) -> None:
        if not self._has_begun and self.apology is None:
            response = error_response(
                504, "This takes too long. What is being made will be finished and kept."
            )
            apology = response(self._scope, self._receive, self._send)
            self.apology = asyncio.ensure_future(apology)

    async def send(self, message: Message) -> None:
        if self.apology is None:
            self._has_begun = True
            await self._send(message)
