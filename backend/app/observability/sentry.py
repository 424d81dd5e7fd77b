"""Reports crashes to Sentry if a DSN is set; without one the SDK is not imported.

Every crash is a log record with its exception already, so one handler sees them all. A report
has types, stack and request id. Messages stay in the log, because they may quote what a player
wrote.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from app import __version__
from app.errors import AppError
from app.observability.request import current_request_id

if TYPE_CHECKING:
    import sentry_sdk
    from sentry_sdk.types import Event, Hint

# A dead Sentry must not hold up the end of the server.
_LAST_WORDS_SECONDS = 2.0
_SEEN = "_emberpeak_reported"


@contextmanager
def reporting_errors(dsn: SecretStr | None) -> Iterator[None]:
    """Report crashes for as long as the server runs."""
    if dsn is None:
        yield
        return
    handler = _ReportingHandler(_create_client(dsn.get_secret_value()))
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


def _create_client(dsn: str) -> sentry_sdk.Client:
    # Late: without a DSN it would be 3 MB for nothing.
    import sentry_sdk

    return sentry_sdk.Client(
        dsn=dsn,
        release=f"emberpeak@{__version__}",
        server_name="emberpeak",
        # Each of them hooks into other packages; what is reported is said here.
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        before_send=_without_personal_data,
    )


class _ReportingHandler(logging.Handler):
    """Hands the exceptions of log records on; a thread of the SDK sends them."""

    def __init__(self, client: sentry_sdk.Client) -> None:
        super().__init__(logging.ERROR)
        self._client = client

    def emit(self, record: logging.LogRecord) -> None:
        """Report the record's exception, once, unless it is an expected refusal."""
        error = _exception_of(record)
        if error is None or isinstance(error, AppError) or hasattr(error, _SEEN):
            return
        setattr(error, _SEEN, True)
        try:
            self._report(error, record)
        except Exception:  # noqa: BLE001 - a report that fails must not become a second crash
            self.handleError(record)

    def _report(self, error: BaseException, record: logging.LogRecord) -> None:
        from sentry_sdk.utils import event_from_exception

        event, hint = event_from_exception(error, client_options=self._client.options)
        event["level"] = "fatal" if record.levelno >= logging.CRITICAL else "error"
        event["logger"] = record.name
        event["tags"] = {"request_id": current_request_id() or "none"}
        self._client.capture_event(event, hint=hint)

    def close(self) -> None:
        """Send what is left, but not for long."""
        self._client.close(timeout=_LAST_WORDS_SECONDS)
        super().close()


def _exception_of(record: logging.LogRecord) -> BaseException | None:
    """The exception, of a line of the standard library or of structlog."""
    found: Any = record.exc_info
    if not found and isinstance(record.msg, dict):
        found = record.msg.get("exc_info")
    if isinstance(found, tuple):
        found = found[1]
    return found if isinstance(found, BaseException) else None


def _without_personal_data(event: Event, _hint: Hint) -> Event:
    for value in event.get("exception", {}).get("values", []):
        value["value"] = "The log has the message."
        for frame in (value.get("stacktrace") or {}).get("frames", []):
            frame.pop("abs_path", None)  # names the operator's folders
            frame.pop("vars", None)
    for unwanted in ("user", "request", "breadcrumbs", "extra", "modules"):
        event.pop(unwanted, None)  # type: ignore[misc]
    return event
