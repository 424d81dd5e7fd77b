"""An error as bytes, for a connection whose request never came to a route."""

from http import HTTPStatus

import structlog

from app.api.errors import error_response
from app.api.middleware.security_headers import security_headers


def raw_error(status: int, message: str, request_id: str) -> bytes:
    """Write the documented error, after which the connection is closed."""
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        # Every 429 says which limit it was.
        detail = {"reason": "rate_limit"} if status == HTTPStatus.TOO_MANY_REQUESTS else None
        response = error_response(status, message, detail=detail)
    headers = [
        *response.raw_headers,
        (b"x-request-id", request_id.encode()),
        (b"connection", b"close"),
        *security_headers(),
    ]
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    phrase = HTTPStatus(status).phrase.encode()
    return b"HTTP/1.1 %d %s\r\n%s\r\n%s" % (status, phrase, lines, bytes(response.body))
