"""What is known of the current request, in all code that runs for it."""

import os
import re
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

import structlog

_OFFERED = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_KEY = "emberpeak.request_id"

_waited: ContextVar[bool] = ContextVar("waited_for_image", default=False)


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


def begin_without_wait() -> None:
    """Begin a request: one that was sent ahead starts in the context of the one before it."""
    _waited.set(False)


def note_wait() -> None:
    """Say that from here on the request takes as long as the image takes."""
    _waited.set(True)


def has_waited() -> bool:
    """Whether the request has waited for an image to be made."""
    return _waited.get()
