"""What a browser must not do with any answer, errors included."""

from typing import Literal

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = {
    # The strictest policy; pages bring one of their own.
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), "
    "payment=(), usb=()",
}

RawHeaders = list[tuple[bytes, bytes]]


ShownOn = Literal["same-origin", "same-site", "cross-origin"]


def security_headers(shown_on: ShownOn = "same-origin") -> RawHeaders:
    """Headers for every answer.

    Args:
        shown_on: Whose pages may show the images; a site is a name on all its ports.
    """
    headers = {**_HEADERS, "cross-origin-resource-policy": shown_on}
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class SecurityHeadersMiddleware:
    """Adds each header that the answer does not bring itself."""

    def __init__(self, app: ASGIApp, shown_on: ShownOn) -> None:
        self._app = app
        self._headers = security_headers(shown_on)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                brought = {name.lower() for name, _ in headers}
                message["headers"] = [
                    *headers,
                    *(header for header in self._headers if header[0] not in brought),
                ]
            await send(message)

        await self._app(scope, receive, guarded)
