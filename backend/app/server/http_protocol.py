"""Bounds on what a connection may send, and for how long, before any route sees it.

uvicorn by itself lets headers grow without end, and waits for ever for a client that connects
and says nothing, sends one byte a minute, or does not read its answer.
"""

import asyncio
import itertools
from typing import Any, ClassVar, cast

import structlog
from httptools import HttpParserError
from uvicorn._types import ASGI3Application
from uvicorn.middleware.proxy_headers import _TrustedHosts
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.api.middleware.request_context import REFUSED
from app.observability.metrics import Metrics
from app.observability.request_id import request_id_of
from app.server.oldest_connections import OldestConnections
from app.server.raw_error import raw_error
from app.services.players.identity import client_address

log = structlog.get_logger("app.http")

_NUMBERS = itertools.count()


class BoundedHttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol with bounds; a request beyond one gets the documented error body."""

    max_connections: ClassVar[int] = 1000
    # A browser opens six; but whole schools are behind one address.
    max_connections_of_a_client: ClassVar[int] = 250
    _oldest: ClassVar[OldestConnections] = OldestConnections()
    # Also those whose clients hung up and that go on.
    max_requests: ClassVar[int] = 2000
    max_headers: ClassVar[int] = 100
    max_header_bytes: ClassVar[int] = 32 * 1024
    max_url_bytes: ClassVar[int] = 8 * 1024
    max_query_parameters: ClassVar[int] = 100
    # Sent ahead while the one before is answered, which browsers do not do. A few hundred kilobytes
    # of them would be megabytes here, and keep everyone else waiting while they are parsed.
    max_requests_ahead: ClassVar[int] = 16
    # Larger than the largest body that any route takes, in whatever chunks it comes.
    max_message_bytes: ClassVar[int] = 64 * 2**20
    header_seconds: ClassVar[float] = 10.0
    # A whole body may take this long, and longer while it comes at least at the rate.
    body_seconds: ClassVar[float] = 30.0
    body_bytes_per_second: ClassVar[int] = 16 * 1024
    # How long the rest of a body is thrown away, so that its sender reads the refusal.
    linger_seconds: ClassVar[float] = 10.0
    # Between two reads of it: at full speed it would keep the event loop from everyone else.
    linger_pause_seconds: ClassVar[float] = 0.02
    # How long a client may leave its answer unread, or take less than at the rate. A body is one
    # write, and a large one takes a telephone longer than that.
    answer_seconds: ClassVar[float] = 120.0
    answer_bytes_per_second: ClassVar[int] = 1024

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._in_message = False
        self._headers_complete = False
        self._received = 0
        self.waiting_since = 0.0
        self.number = next(_NUMBERS)
        self.address = ""
        self._client_timer: asyncio.TimerHandle | None = None
        self._answer_timer: asyncio.TimerHandle | None = None
        self._unread = 0
        self._pause_timer: asyncio.TimerHandle | None = None
        self._refusal: tuple[int, str] | None = None
        self._running: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to watch the client, who must send something."""
        super().connection_made(transport)
        self.waiting_since = self.loop.time()
        self.address = client_address(self._peer() or "")
        if self._has_more_than_its_share():
            self._make_room(429, self.address)
        elif len(self.connections) > self.max_connections:
            self._make_room(503, None)
        self._watch_client()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop watching."""
        super().connection_lost(exc)
        self._drop_answer()
        for timer in (self._client_timer, self._answer_timer, self._pause_timer):
            if timer is not None:
                timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Take what the client sends, within the bounds."""
        self._received += len(data)
        super().data_received(data)
        if self._in_message and not self.transport.is_closing():
            if not self._headers_complete and self._received > self.max_header_bytes:
                self._refuse(431, "The headers of the request are too large.")
            elif self._received > self.max_message_bytes:
                self._refuse(413, "The request is too large.")
            elif self._headers_complete and not self._is_working() and not self._pause_timer:
                self.transport.pause_reading()
                self._pause_timer = self.loop.call_later(self.linger_pause_seconds, self._read_on)
        self._watch_client()

    def on_message_begin(self) -> None:
        """Begin to count."""
        super().on_message_begin()
        self._in_message = True
        self._headers_complete = False
        self._received = 0
        self.waiting_since = self.loop.time()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; those behind a chunked body mean nothing here, and have no bound."""
        if not self._headers_complete:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Check the headers, then begin with the request."""
        self._check_size()
        super().on_headers_complete()
        self._headers_complete = True
        self.waiting_since = self.loop.time()

    def on_message_complete(self) -> None:
        """Stop waiting for the client."""
        super().on_message_complete()
        self._in_message = False

    def on_response_complete(self) -> None:
        """Wait for the next request, or for the rest of this one."""
        super().on_response_complete()
        self.waiting_since = self.loop.time()
        if self._in_message:
            self._unset_keepalive_if_required()
            self._watch_client()

    def pause_writing(self) -> None:
        """Begin to wait until the client has read what it was sent."""
        super().pause_writing()
        if self._answer_timer is None:
            self._watch_reader()

    def resume_writing(self) -> None:
        """Go on sending."""
        super().resume_writing()
        if self._answer_timer is not None:
            self._answer_timer.cancel()
            self._answer_timer = None

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, or what ``_check_size`` did not like."""
        status, message = self._refusal or (400, msg)
        self._refuse(status, message)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        if len(self.tasks) >= self.max_requests:
            self._refuse(503, "The server works on as many requests as it can.")
        else:
            self._running = cycle
            super()._start_asgi_task(cycle, app)

    def _unsupported_upgrade_warning(self) -> None:
        """Answer the request, and hear no more: the parser stops behind it."""
        self.cycle.keep_alive = False

    def _check_size(self) -> None:
        if len(self.url) > self.max_url_bytes:
            self._refusal = (414, "The address of the request is too long.")
        elif self.url.count(b"&") >= self.max_query_parameters:
            self._refusal = (414, "The address of the request has too many parameters.")
        elif len(self.headers) > self.max_headers or self._header_bytes() > self.max_header_bytes:
            self._refusal = (431, "The headers of the request are too large.")
        elif len(self.pipeline) >= self.max_requests_ahead:
            self._refusal = (503, "Too many requests were sent before the first was answered.")
        if self._refusal is not None:
            raise HttpParserError(self._refusal[1])

    def _header_bytes(self) -> int:
        return sum(len(name) + len(value) for name, value in self.headers)

    def _watch_client(self) -> None:
        """Keep a timer while it is the client's turn."""
        if self._is_clients_turn():
            if self._client_timer is None:
                left = max(0.0, self._seconds_left())
                self._client_timer = self.loop.call_later(left, self._client_overdue)
        elif self._client_timer is not None:
            self._client_timer.cancel()
            self._client_timer = None

    def _is_clients_turn(self) -> bool:
        if self.transport.is_closing() or self.timeout_keep_alive_task is not None:
            return False  # between two requests uvicorn has a timer of its own
        return self._in_message or not self._is_working()

    def _seconds_left(self) -> float:
        if not (self._in_message and self._headers_complete):
            allowed = self.header_seconds
        elif not self._is_working():
            allowed = self.linger_seconds
        else:
            allowed = self.body_seconds + self._received / self.body_bytes_per_second
        return self.waiting_since + allowed - self.loop.time()

    def _read_on(self) -> None:
        self._pause_timer = None
        if not self.transport.is_closing():
            self.transport.resume_reading()

    def _client_overdue(self) -> None:
        self._client_timer = None
        if self.flow.read_paused:
            self.waiting_since = self.loop.time()  # we are the ones who do not take it
        if not self._is_clients_turn() or self._seconds_left() > 0:
            self._watch_client()
        elif self._in_message:
            self._refuse(408, "The request came too slowly.")
        else:
            self.transport.close()

    def _watch_reader(self) -> None:
        self._unread = self.transport.get_write_buffer_size()
        self._answer_timer = self.loop.call_later(self.answer_seconds, self._look_at_reader)

    def _look_at_reader(self) -> None:
        taken = self._unread - self.transport.get_write_buffer_size()
        if taken >= self.answer_seconds * self.answer_bytes_per_second:
            self._watch_reader()
        else:
            self._answer_unread()

    def _answer_unread(self) -> None:
        log.warning("closed a connection whose client does not read", client=self._peer())
        self.transport.abort()

    def _make_room(self, status: int, address: str | None) -> None:
        """Close the connection that has waited longest for its client, or else this one."""
        whose = "Your address" if address else "The server"
        others = cast("set[BoundedHttpProtocol]", self.connections - {self})
        oldest = self._oldest.take(others, address)
        if isinstance(oldest, BoundedHttpProtocol):
            self.connections.discard(oldest)
            oldest.transport.abort()
        else:
            self._refuse(status, f"{whose} has as many connections as it may have.")

    def _has_more_than_its_share(self) -> bool:
        if len(self.connections) <= self.max_connections_of_a_client:
            return False
        others = cast("set[BoundedHttpProtocol]", self.connections)
        own = sum(other.address == self.address for other in others)
        return own > self.max_connections_of_a_client and not self._is_of_a_proxy()

    def _is_of_a_proxy(self) -> bool:
        """Whether those behind it are told apart by what it says of them."""
        believed = self.config.forwarded_allow_ips if self.config.proxy_headers else []
        return (self._peer() or "") in _TrustedHosts(believed or [])

    def is_idle(self) -> bool:
        """Whether it is not we who have something to do."""
        return self.timeout_keep_alive_task is not None or self._is_clients_turn()

    def _refuse(self, status: int, message: str) -> None:
        """Send an error, unless an answer has begun, and close the connection."""
        request_id = self._request_id()
        log.warning(
            "refused a connection",
            status=status,
            reason=message,
            client=self._peer(),
            request_id=request_id,
        )
        if self._running and self._running.response_started and self._has_begun():
            self.transport.abort()
            return
        if not self._is_working() and self._in_message and self._headers_complete:
            self.transport.close()  # it has its answer; this is the rest of the body
            return
        self._count_refusal(status)
        self._drop_answer()
        self.transport.write(raw_error(status, message, request_id))
        self.transport.close()

    def _request_id(self) -> str:
        if self._running is not None and self._has_begun():
            return request_id_of(cast("dict[str, Any]", self._running.scope))
        return request_id_of({"headers": self.headers if self._in_message else []})

    def _count_refusal(self, status: int) -> None:
        """Count it by itself, or as the answer to the request that it ends."""
        metrics: Metrics | None = self.app_state.get("metrics")
        if self._running is not None and self._has_begun():
            cast("dict[str, Any]", self._running.scope)[REFUSED] = status
        elif metrics is not None:
            metrics.connections_refused.labels(str(status)).inc()

    def _has_begun(self) -> bool:
        return self._running is not None and not self._running.response_complete

    def _drop_answer(self) -> None:
        """Tell the request that is answered; uvicorn tells the last one that came behind it."""
        if self._running is not None:
            self._running.disconnected = True
            self._running.message_event.set()

    def _is_working(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # None before the first request
        return cycle is not None and not cycle.response_complete

    def _peer(self) -> str | None:
        return self.client[0] if self.client else None
