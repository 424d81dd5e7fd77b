"""HEAD, wherever there is GET: the same answer without its body."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadMiddleware:
    """Lets routes answer GET, and sends on no more than the headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
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

        # In place, not in a copy: the log wants the route that is found.
        scope["method"] = "GET"
        try:
            await self._app(scope, receive, headers_only)
        finally:
            scope["method"] = "HEAD"
