"""The id of the current request, in all code that runs for it."""

import re
import uuid
from collections.abc import MutableMapping
from typing import Any

import structlog
from starlette.datastructures import Headers

_OFFERED = re.compile(r"[A-Za-z0-9._-]{1,128}")
_KEY = "emberpeak.request_id"


def request_id_of(scope: MutableMapping[str, Any]) -> str:
    """The id of an HTTP request: the one it came with, or a new one; it stays the same."""
    if _KEY not in scope:
        offered = Headers(scope=scope).get("x-request-id", "")
        scope[_KEY] = offered if _OFFERED.fullmatch(offered) else uuid.uuid4().hex
    return str(scope[_KEY])


def current_request_id() -> str:
    """The id, or an empty string outside any request."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))
