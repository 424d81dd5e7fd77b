"""The id of the request at hand, wherever code runs on its behalf."""

import structlog


def current_request_id() -> str:
    """The id, or an empty string outside any request."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
