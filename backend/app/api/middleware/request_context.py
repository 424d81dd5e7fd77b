"""Request id, log line, metrics, and the answer to a crash: around everything else."""

import math
import time
from http import HTTPStatus
from urllib.parse import urlsplit, urlunsplit

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.errors import error_response
from app.observability.access_log import AccessLine, log_request
from app.observability.metrics import Metrics
from app.observability.request import begin_without_wait, has_waited, request_id_of

log = structlog.get_logger("app.access")

# Where the protocol, which knows nothing of routes, notes a status that it answered with instead.
REFUSED = "emberpeak.refused"
UNMATCHED = "unmatched"
"""The route label of every address that does not exist."""
_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
# The model takes its time; an answer from the library, on the same routes, has no excuse.
_IMAGE_SECONDS = 20.0
# By the last word of the route: reading a whole library takes its time too, and a stream of
# events lasts as long as its job.
_PATIENCE_SECONDS = {"from-localstorage": 20.0, "events": math.inf}


class RequestRecorder:
    """Counts and logs each request that was answered."""

    def __init__(self, metrics: Metrics, slow_seconds: float = 1.0) -> None:
        self._metrics = metrics
        self._slow_seconds = slow_seconds

    def record(self, scope: Scope, route: str, status: int, seconds: float) -> None:
        """Note an answer and how long it took; called in the context of its request."""
        refused = scope.get(REFUSED)
        status = refused or status
        waited = has_waited()
        self._metrics.observe_request(_method(scope), route, status, waited=waited, seconds=seconds)
        slow = seconds > self._slow_seconds and seconds > _patience(route, waited=waited)
        log_request(
            "error" if status >= 500 and not refused else "warning" if slow else "info",
            AccessLine(
                request_id=request_id_of(scope),
                method=scope["method"],
                route=route,
                path=scope["path"],
                client=_client(scope),
                status=status,
                milliseconds=round(seconds * 1000, 1),
            ),
        )


class RequestContextMiddleware:
    """Gives each request an id, logs it once, measures it, and answers when the rest crashes."""

    def __init__(self, app: ASGIApp, recorder: RequestRecorder) -> None:
        self._app = app
        self._recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; other kinds of ASGI traffic pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = request_id_of(scope)
        exchange = _Exchange(send, request_id)
        began = time.perf_counter()
        begin_without_wait()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._app(scope, receive, exchange.send)
        except Exception:
            log.exception("request crashed", method=scope["method"], path=scope["path"])
            if exchange.status is not None:
                raise
            response = error_response(500, "Something went wrong here; the log tells more.")
            await response(scope, receive, exchange.send)
        finally:
            seconds = time.perf_counter() - began
            self._recorder.record(scope, route_template(scope), exchange.status or 500, seconds)
            structlog.contextvars.unbind_contextvars("request_id")


class _Exchange:
    """Sends the answer on, with the request id in its headers, and remembers the status."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self._request_id
            if message["status"] == HTTPStatus.TEMPORARY_REDIRECT:
                headers["Location"] = _path_of(headers["Location"])
        await self._send(message)


def _patience(route: str, *, waited: bool) -> float:
    """How many seconds a request of a route may take before its line is a warning."""
    return _IMAGE_SECONDS if waited else _PATIENCE_SECONDS.get(route.rpartition("/")[2], 0.0)


def _path_of(address: str) -> str:
    """A redirect without scheme and host, which a proxy in front may have changed."""
    parts = urlsplit(address)
    return urlunsplit(("", "", "/" + parts.path.lstrip("/"), parts.query, ""))


def route_template(scope: Scope) -> str:
    """The route's template, not the path: a label for each id would grow without end."""
    if "route" in scope:
        return str(scope["route"].path)
    # A folder of files is no route; it is known by what it took from the path.
    root = scope.get("root_path", "")
    folder = root.removeprefix(scope.get("app_root_path", root))
    return template_of_folder(folder) if folder else UNMATCHED


def template_of_folder(path: str) -> str:
    """What all files of a folder are counted as."""
    return f"{path}/{{path}}"


def _client(scope: Scope) -> str | None:
    """Who asked: the peer, or whom a trusted proxy names; IPv4 in its own form."""
    peer = scope.get("client")
    return str(peer[0]).removeprefix("::ffff:") if peer else None


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in _KNOWN_METHODS else "OTHER"
