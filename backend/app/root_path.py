"""The path below which a proxy shows the server."""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

_ROOT: ContextVar[str] = ContextVar("root_path", default="")

_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
# The first words of our own addresses: one below such a path could not be told from another.
_OWN_WORDS = {
    *("api", "docs", "favicon.ico", "game", "health", "images", "metrics"),
    *("openapi.json", "redoc"),
}

enter_root = _ROOT.set


def below_root(path: str) -> str:
    """The address of a path, as the one who asked sees it."""
    return _ROOT.get() + path


def own_path(scope: Mapping[str, Any]) -> str:
    """The path of a request, as this server's routes know it."""
    root = scope.get("app_root_path", scope.get("root_path", ""))
    return str(scope["path"]).removeprefix(root)


def normal_root_path(text: str) -> str:
    """A path with a slash before and none behind; empty for the root.

    Raises:
        ValueError: When it is none, or begins like an address of our own.
    """
    path = "/" + text.strip("/") if text.strip("/") else ""
    if not _PATH.fullmatch(path):
        raise ValueError("must be a path such as /ember, of letters, digits, '-', '_', '.' and '~'")
    first = path[1:].partition("/")[0]
    if first in _OWN_WORDS:
        raise ValueError(f"must not begin with /{first}, where this server has its own addresses")
    return path
