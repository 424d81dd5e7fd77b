"""Request bodies have a largest size; whoever sends more gets the documented 413."""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.error_handlers import error_response


class BodyLimitMiddleware:
    """Refuses a body whose announced or real size is too large.

    FastAPI's own ``max_body_size`` sits outside every other middleware: it answers in plain
    text without request id, and the exception it ends with counts as a crash.
    """

    def __init__(
        self, app: ASGIApp, max_bytes: int, exceptions: Mapping[str, int] | None = None
    ) -> None:
        """Take the limit, and others for paths that begin with a prefix."""
        self._app = app
        self._max_bytes = max_bytes
        self._exceptions = exceptions or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        max_bytes = self._limit_of(scope["path"])
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > max_bytes:
            response = error_response(413, "The request is too large.")
            await response(scope, receive, send)
            return
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > max_bytes:
                raise HTTPException(413)
            return message

        await self._app(scope, limited, send)

    def _limit_of(self, path: str) -> int:
        for prefix, max_bytes in self._exceptions.items():
            if path.startswith(prefix):
                return max_bytes
        return self._max_bytes
