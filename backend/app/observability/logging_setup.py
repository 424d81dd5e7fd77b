"""Structured logs: one form for our lines, for those of the libraries, and for crashes."""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType

import structlog

from app.observability.access_log import LineHandler, LogFormat

# Without local variables, which hold tokens, cookies and whole requests.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
_INDENT = "    "


def set_up_logging(level: str, form: LogFormat) -> None:
    """Send every line to standard error, for people or for machines.

    Args:
        level: Least important level that is written.
        form: ``console`` or ``json``; both escape what is not printable, so that nothing a
            client sends can pretend to be a line of its own or command a terminal.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    # On a terminal the lines of requests have colours too.
    handler = LineHandler(sys.stderr, None if sys.stderr.isatty() else form)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(form),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    # They tell each call, pool and look at the schema; our own lines say what matters of it.
    for name in ("httpx2", "google_genai", "alembic", "app.database.serialized_pool"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    _log_crashes()


def _rendering(form: LogFormat) -> list[structlog.typing.Processor]:
    if form == "json":
        return [_TRACEBACKS, structlog.processors.JSONRenderer()]
    return [
        structlog.processors.format_exc_info,
        _make_printable,
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        ),
    ]


def _log_crashes() -> None:
    """Log what nobody catches, which Python would print in a form of its own."""
    log = structlog.get_logger("app.crash")

    def main_thread(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            log.critical("crashed", exc_info=(kind, error, trace))

    def thread(crash: threading.ExceptHookArgs) -> None:
        if crash.exc_value is not None:
            name = crash.thread.name if crash.thread else None
            log.error("a thread crashed", thread=name, exc_info=crash.exc_value)

    def unraisable(crash: sys.UnraisableHookArgs) -> None:
        log.error("an error nobody could catch", exc_info=crash.exc_value)

    sys.excepthook = main_thread
    threading.excepthook = thread
    sys.unraisablehook = unraisable


def _make_printable(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Escape what is not printable; only an event or a traceback has several lines, indented."""
    for key, value in event.items():
        if isinstance(value, str) and not value.isprintable():
            if key in {"event", "exception"}:
                event[key] = f"\n{_INDENT}".join(_escaped(line) for line in value.splitlines())
            else:
                event[key] = _escaped(value)
    return event


def _escaped(text: str) -> str:
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
