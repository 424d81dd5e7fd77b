"""Under what a response is kept: everything in a request that can change the response."""

import re

from starlette.types import Scope

# Whoever sends one of these wants more than the response that everybody gets.
_UNUSUAL = frozenset(
    {
        *(b"authorization", b"expect", b"if-match", b"if-modified-since", b"if-none-match"),
        *(b"if-range", b"if-unmodified-since", b"range", b"transfer-encoding"),
    }
)
_READ = frozenset({b"content-length", b"cookie", b"host", b"origin", b"sec-fetch-site"})
_METHODS = {"GET", "POST"}
# A key holds what the client sent: without a limit its size would grow.
_LONGEST = 2000
_PLAYER = re.compile(rb"(?:^|; )((?:__Secure-)?emberpeak_player)=[0-9a-f]{32}(?=;|$)")


Key = tuple[str, bytes, bytes, str, bytes, bytes, bytes, bytes]
"""Method, path, query, scheme, name of the player's cookie, Host, Origin, Sec-Fetch-Site."""


def key_of(scope: Scope) -> Key | None:
    """The key of a request without a body or unusual headers; None for all others."""
    if scope["method"] not in _METHODS:
        return None
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _READ:
            if name in found:
                return None
            found[name] = value
        elif name in _UNUSUAL:
            return None
    path, query = scope["raw_path"], scope["query_string"]
    cookie = _player_cookie(found.get(b"cookie", b""))
    has_body = found.get(b"content-length", b"0") != b"0"
    if cookie is None or has_body or len(path) + len(query) > _LONGEST:
        return None
    host, origin = found.get(b"host", b""), found.get(b"origin", b"")
    site = found.get(b"sec-fetch-site", b"")
    return scope["method"], path, query, scope["scheme"], cookie, host, origin, site


def _player_cookie(cookie: bytes) -> bytes | None:
    """The name of the player's cookie, not whose it is; None if it is not plain which counts."""
    mentions = cookie.count(b"emberpeak_player")
    if mentions == 0:
        return b""
    found = _PLAYER.search(cookie)
    return found[1] if found and mentions == 1 else None
