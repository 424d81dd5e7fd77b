"""The id of the current request, in all code that runs for it."""

import os
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

_OFFERED = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_KEY = "emberpeak.request_id"


def request_id_of(scope: MutableMapping[str, Any]) -> str:
    """The id of an HTTP request: the one it came with, or a new one; it stays the same."""
    request_id: str | None = scope.get(_KEY)
    if request_id is None:
        offered = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        valid = _OFFERED.fullmatch(offered)
        request_id = scope[_KEY] = offered.decode() if valid else os.urandom(16).hex()
    return request_id


def current_request_id() -> str:
    """The id, or an empty string outside any request."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
