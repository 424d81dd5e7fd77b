"""Query parameters without a value, as a form sends them for each field that was left empty."""

import re
from urllib.parse import unquote_plus

from starlette.types import ASGIApp, Receive, Scope, Send

from app.schemas.text import tidy

# What looks empty begins with a blank, which is "+" or escaped; most requests have none.
_MAY_BE_EMPTY = re.compile(rb"=(?:[+%&]|$)")


class EmptyParametersMiddleware:
    """Takes ``page=`` and the like out of the query, so that every route sees its default.

    A name without ``=`` stays and is refused: who writes ``?dry_run`` means that it be set.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] == "http" and _MAY_BE_EMPTY.search(scope["query_string"]):
            given = (part for part in scope["query_string"].split(b"&") if not _is_empty(part))
            # In place, not in a copy: the log wants the route that is found.
            scope["query_string"] = b"&".join(given)
        await self._app(scope, receive, send)


def _is_empty(part: bytes) -> bool:
    _, equals, value = part.partition(b"=")
    return bool(equals) and not tidy(unquote_plus(value.decode("latin-1")))
