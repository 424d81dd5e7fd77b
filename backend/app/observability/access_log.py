"""One line for each request, from a template: the log's renderer takes ten times as long."""

import asyncio
import logging
import re
from datetime import UTC, datetime
from typing import Literal, NamedTuple, TextIO

import structlog

LogFormat = Literal["console", "json"]

log = structlog.get_logger("app.access")
_logger = logging.getLogger("app.access")

# What neither form has to quote or escape.
_PLAIN = re.compile(r"[!#-&(-<>-\[\]-~]*")
_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class AccessLine(NamedTuple):
    """What a line says; ``milliseconds`` is the time until the answer was sent."""

    request_id: str
    method: str
    route: str
    path: str
    client: str | None
    status: int
    milliseconds: float


class LineHandler(logging.StreamHandler[TextIO]):
    """A log handler that also takes ready lines, and writes those of one turn of the loop at once.

    Args:
        stream: Where to write.
        form: The form of ready lines; None if another program, such as a terminal, shows them.
    """

    def __init__(self, stream: TextIO, form: LogFormat | None) -> None:
        super().__init__(stream)
        self.form = form
        self._lines: list[str] = []

    def add_line(self, line: str) -> None:
        """Write a line at the end of this turn; for the thread of the event loop."""
        if not self._lines:
            asyncio.get_running_loop().call_soon(self.flush)
        self._lines.append(line)

    def emit(self, record: logging.LogRecord) -> None:
        """Write what came before, then the record."""
        self._write_lines()
        super().emit(record)

    def flush(self) -> None:
        """Write what is left."""
        self._write_lines()
        super().flush()

    def _write_lines(self) -> None:
        self.acquire()
        try:
            lines, self._lines = self._lines, []
            if lines:
                self.stream.write("".join(lines))
        finally:
            self.release()


def log_request(level: Literal["info", "warning", "error"], line: AccessLine) -> None:
    """Log a request that was answered."""
    handler = next(iter(logging.getLogger().handlers), None)
    if not isinstance(handler, LineHandler) or handler.form is None or not _is_plain(line):
        _log_rendered(level, line)
    elif not _logger.isEnabledFor(_LEVELS[level]):
        pass
    elif handler.form == "json":
        handler.add_line(_as_json(level, line))
    else:
        handler.add_line(_for_console(level, line))


def _is_plain(line: AccessLine) -> bool:
    return _PLAIN.fullmatch(f"{line.method}{line.path}{line.client}") is not None


def _log_rendered(level: str, line: AccessLine) -> None:
    getattr(log, level)(
        "request",
        method=line.method,
        route=line.route,
        path=line.path,
        client=line.client,
        status=line.status,
        ms=line.milliseconds,
        request_id=line.request_id,
    )


def _as_json(level: str, line: AccessLine) -> str:
    client = "null" if line.client is None else f'"{line.client}"'
    return (
        f'{{"method": "{line.method}", "route": "{line.route}", "path": "{line.path}", '
        f'"client": {client}, "status": {line.status}, "ms": {line.milliseconds}, '
        f'"event": "request", "request_id": "{line.request_id}", "level": "{level}", '
        f'"logger": "app.access", "timestamp": "{_now()}"}}\n'
    )


def _for_console(level: str, line: AccessLine) -> str:
    return (
        f"{_now()} [{level:<9}] {'request':<30} [app.access] client={line.client} "
        f"method={line.method} ms={line.milliseconds} path={line.path} "
        f"request_id={line.request_id} route={line.route} status={line.status}\n"
    )


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
