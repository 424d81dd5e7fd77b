"""Bounds on what connections send, and when: uvicorn has none for headers or silent clients."""

import asyncio
import math
import time
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import structlog
from httptools import HttpParserError
from starlette.types import Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.api.errors import error_bytes
from app.api.middleware.request_context import REFUSED
from app.observability.request import request_id_of
from app.server.limits import HttpLimits
from app.services.players.identity import client_address

log = structlog.get_logger("app.http")

_NO_HTTP = 400, "Invalid HTTP request received."
_LARGE_HEADERS = 431, "The headers of the request are too large."


def bounded_http(limits: HttpLimits) -> Callable[..., asyncio.Protocol]:
    """Uvicorn's HTTP protocol with bounds; beyond one it answers with the documented error."""
    return partial(_BoundedHttpProtocol, limits)


class _BoundedHttpProtocol(HttpToolsProtocol):
    cycle: Any  # the newest request's; None before the first

    def __init__(self, limits: HttpLimits, **options: Any) -> None:
        super().__init__(**options)
        self.limits, self.address, self.headers = limits, "", []
        self.deadline = math.inf  # of the client; infinite while it is the server's turn
        self._in_headers, self._received, self._refusal = False, 0, _NO_HTTP

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        peer = self.client[0] if self.client else ""
        self.address = client_address(peer)
        self.deadline = time.monotonic() + self.limits.header_seconds
        self._timer = self.loop.call_later(self.limits.header_seconds, self._check_deadline)
        # A trusted proxy says who is behind it, so that its connections are not one client's.
        is_proxy = isinstance(self.app, ProxyHeadersMiddleware) and peer in self.app.trusted_hosts
        everyone = cast("set[_BoundedHttpProtocol]", self.connections)
        own = {other for other in everyone if not is_proxy and other.address == self.address}
        if len(own) > self.limits.connections_of_a_client:
            self._make_room(own, 429, "Your address has as many connections as it may have.")
        elif len(everyone) > self.limits.connections:
            self._make_room(everyone, 503, "The server has as many connections as it may have.")

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        super().data_received(data)
        if self._in_headers and self._received > self.limits.header_bytes:
            self._refuse(*_LARGE_HEADERS)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_headers, self._received = True, 0
        self.deadline = time.monotonic() + self.limits.header_seconds

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_headers:  # those behind a chunked body would grow without end
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        size = sum(len(name) + len(value) for name, value in self.headers)
        if len(self.url) > self.limits.url_bytes:
            self._refusal = 414, "The address of the request is too long."
        elif len(self.headers) > self.limits.headers or size > self.limits.header_bytes:
            self._refusal = _LARGE_HEADERS
        if self._refusal != _NO_HTTP:
            raise HttpParserError
        super().on_headers_complete()
        if self.parser.should_upgrade():
            self.cycle.keep_alive = False  # the parser stops behind this request
        self._in_headers = False
        self.deadline = time.monotonic() + self.limits.body_seconds

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        if not self.cycle.response_complete:
            self.deadline += len(body) / self.limits.body_bytes_per_second

    def on_message_complete(self) -> None:
        super().on_message_complete()
        if not self.cycle.response_complete:
            self.deadline = math.inf

    def on_response_complete(self) -> None:
        if not self.pipeline:  # for the next request, or the rest of a body that was refused
            self.deadline = time.monotonic() + self.limits.header_seconds
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the base class names it
        self._refuse(*self._refusal)

    def _check_deadline(self) -> None:
        if self.flow.read_paused and self.deadline < math.inf:  # the server does not read
            self.deadline = time.monotonic() + self.limits.header_seconds
        left = self.deadline - time.monotonic()
        if left > 0:  # one timer for each connection costs less than several for each request
            wait = min(left, self.limits.header_seconds)
            self._timer = self.loop.call_later(wait, self._check_deadline)
        elif self._in_headers or (self.cycle and not self.cycle.response_complete):
            self._refuse(408, "The request came too slowly.")
        else:
            self.transport.close()

    def _make_room(self, among: set["_BoundedHttpProtocol"], status: int, message: str) -> None:
        """Close the connection that has waited longest for its client, or else this one."""
        waiting = [other for other in among - {self} if other.deadline < math.inf]
        if waiting:
            oldest = min(waiting, key=lambda other: other.deadline)
            self.connections.discard(oldest)
            oldest.transport.abort()
        else:
            self._refuse(status, message)

    def _refuse(self, status: int, message: str) -> None:
        """Send an error, unless an answer has begun, and close the connection."""
        if self.transport.is_closing():
            return
        is_working = self.cycle is not None and not self.cycle.response_complete
        scope: Scope = self.cycle.scope if is_working else {"headers": self.headers}
        if is_working:
            scope[REFUSED] = status
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        elif metrics := self.app_state.get("metrics"):
            metrics.connections_refused.labels(str(status)).inc()
        request_id = request_id_of(scope)
        about = {"status": status, "reason": message, "request_id": request_id}
        log.warning("refused a connection", client=self.address, **about)
        has_begun = self.cycle is not None and self.cycle.response_started
        if self.pipeline or (has_begun and (is_working or not self._in_headers)):
            self.transport.abort()
            return
        self.transport.write(error_bytes(status, message, request_id))
        self.transport.close()
