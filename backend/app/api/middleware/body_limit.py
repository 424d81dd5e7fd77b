"""Request bodies have a largest size; a larger one is answered with the documented 413."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import error_response
from app.root_path import own_path


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """How large a body may be.

    Attributes:
        size: In bytes.
        values: Of JSON, about: reading 80,000 keys holds up everyone else for 30 ms.
    """

    size: int = 2**20
    values: int = 20_000


class BodyLimitMiddleware:
    """Refuses a body whose announced or real size is too large, or that has too many parts.

    FastAPI's own ``max_body_size`` sits outside every other middleware: it answers in plain
    text without request id, and the exception it ends with counts as a crash.
    """

    def __init__(
        self, app: ASGIApp, limit: BodyLimit, exceptions: Mapping[str, BodyLimit] | None = None
    ) -> None:
        """Take the limit, and others for paths that begin with a prefix."""
        self._app = app
        self._limit = limit
        self._exceptions = exceptions or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit_of(own_path(scope))
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > limit.size:
            response = error_response(413, "The request is too large.")
            await response(scope, receive, send)
            return
        received = values = 0

        async def limited() -> Message:
            nonlocal received, values
            message = await receive()
            body = message.get("body", b"")
            received += len(body)
            # Every value but the first stands behind a comma or opens a level.
            values += body.count(b",") + body.count(b"[") + body.count(b"{")
            if received > limit.size or values > limit.values:
                raise HTTPException(413)
            return message

        await self._app(scope, limited, send)

    def _limit_of(self, path: str) -> BodyLimit:
        for prefix, limit in self._exceptions.items():
            if path.startswith(prefix):
                return limit
        return self._limit
