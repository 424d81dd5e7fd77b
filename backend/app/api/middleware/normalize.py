"""Requests in the form that routes know: HEAD as GET, and no query parameter without a value."""

import re
from urllib.parse import unquote_plus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.schemas.text import tidy

# What looks empty begins with a blank, which is "+" or escaped; most requests have none.
_MAY_BE_EMPTY = re.compile(rb"=(?:[+%&]|$)")


class NormalizeMiddleware:
    """Lets routes answer GET for HEAD, and takes ``page=`` and the like out of the query.

    A form sends that for each field that was left empty; every route then sees its default. A
    name without ``=`` stays and is refused: who writes ``?dry_run`` means that it be set.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        # The scope is changed in place, not in a copy: the log wants the route that is found.
        if scope["type"] == "http" and _MAY_BE_EMPTY.search(scope["query_string"]):
            given = (part for part in scope["query_string"].split(b"&") if not _is_empty(part))
            scope["query_string"] = b"&".join(given)
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def headers_only(message: Message) -> None:
            if message["type"] == "http.response.start":
                # The log and the server look at the method again.
                scope["method"] = "HEAD"
                await send(message)
                # At once: a stream of events would have no end.
                await send({"type": "http.response.body", "body": b""})

        scope["method"] = "GET"
        try:
            await self._app(scope, receive, headers_only)
        finally:
            scope["method"] = "HEAD"


def _is_empty(part: bytes) -> bool:
    _, equals, value = part.partition(b"=")
    return bool(equals) and not tidy(unquote_plus(value.decode("latin-1")))
