"""Structured logs: one form for our lines and for those of the libraries."""

import logging
import sys
from typing import Literal

import structlog

# Without local variables, which hold tokens, cookies and whole requests.
_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def set_up_logging(level: str, form: Literal["console", "json"]) -> None:
    """Send every line to standard error, for people or for machines.

    Args:
        level: Least important level that is written.
        form: ``console`` or ``json``; both escape line breaks in values, so that nothing a
            client sends can pretend to be a line of its own.
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
    handler = logging.StreamHandler(sys.stderr)
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
    for name in ("httpx2", "google_genai", "alembic", "app.serialized_pool"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _rendering(form: Literal["console", "json"]) -> list[structlog.typing.Processor]:
    if form == "json":
        return [_TRACEBACKS, structlog.processors.JSONRenderer()]
    colours = sys.stderr.isatty()
    return [
        structlog.dev.ConsoleRenderer(
            colors=colours, exception_formatter=structlog.dev.plain_traceback
        )
    ]
