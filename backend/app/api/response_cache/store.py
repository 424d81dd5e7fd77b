"""Keeps responses in memory, those used last, with holes where counts of uses stand."""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from app.api.response_cache.keys import Key
from app.api.response_cache.reuse import Reuse
from app.clock import utc_now
from app.domain import LibraryVersion

MAX_BYTES = 16 * 2**20
# One response must not push all others out.
_LARGEST_SHARE = 8

RawHeaders = list[tuple[bytes, bytes]]
# How often an image was used, and when last.
Count = tuple[int, datetime | None]
Counts = Mapping[int, Count]

# The two fields stand side by side in every image. In a string of JSON the quotes before a colon
# are escaped, so that nothing a player typed can look like them.
_COUNTS = re.compile(rb'(?<="use_count":)\d+,"last_used":(?:null|"[^"]*")')
# Each request has its own of these.
_OF_ITS_OWN = {b"content-length", b"set-cookie", b"x-request-id"}
_NEW_PLAYER = re.compile(rb"(?<==)[0-9a-f]{32}(?=;)")


class KeptResponse:
    """A response as it was sent, which fits every caller with the same key.

    Attributes:
        reuse: For how long it holds.
        route: The route's template, for logs and metrics.
        number: The library version it was made from.
        counts: What the body shows of its images.
        body: The body as it was filled last.
        size: About how many bytes it takes in memory.
    """

    __slots__ = (
        *("reuse", "route", "number", "counts", "body", "size"),
        *("_headers", "_cookie", "_parts", "_filled_at"),
    )

    def __init__(
        self, headers: RawHeaders, body: bytes, *, reuse: Reuse, route: str, number: int
    ) -> None:
        self.reuse, self.route, self.number = reuse, route, number
        self._headers = [header for header in headers if header[0] not in _OF_ITS_OWN]
        cookies = [value for name, value in headers if name == b"set-cookie"]
        self._cookie = _NEW_PLAYER.split(cookies[0], 1) if cookies else None
        self._parts = _COUNTS.split(body) if reuse.image_ids else [body]
        self.counts: Sequence[Count] = ()
        self.body = body
        self._filled_at: object = None
        self.size = 1000 + 2 * len(body)

    @property
    def fits_its_images(self) -> bool:
        """Whether the body shows the counts of just the images that the route named."""
        return len(self._parts) == len(self.reuse.image_ids) + 1

    def headers(self, request_id: str, body: bytes) -> RawHeaders:
        """The headers for one request; a new player gets a cookie of their own."""
        headers = [
            *self._headers,
            (b"x-request-id", request_id.encode()),
            (b"content-length", b"%d" % len(body)),
        ]
        if self._cookie is not None:
            before, after = self._cookie
            headers.append((b"set-cookie", before + secrets.token_hex(16).encode() + after))
        return headers

    def is_filled(self, commits: object) -> bool:
        """Whether the body shows the counts as they were after these commits."""
        return not self.reuse.image_ids or self._filled_at == commits

    def fill(self, counts: Counts, commits: object) -> bool:
        """Put the counts in that the rows have after these commits; False if a row is gone."""
        if not counts.keys() >= set(self.reuse.image_ids):
            return False
        self.counts = [counts[image_id] for image_id in self.reuse.image_ids]
        self.body, self._filled_at = self.body_with(self.counts), commits
        return True

    def body_with(self, counts: Sequence[Count]) -> bytes:
        """The body with these counts, in the order of its images."""
        whole = [self._parts[0]]
        for (count, last_used), part in zip(counts, self._parts[1:], strict=True):
            whole += (_as_json(count, last_used), part)
        return b"".join(whole)


def _as_json(count: int, last_used: datetime | None) -> bytes:
    time = "null" if last_used is None else f'"{last_used.isoformat()}"'.replace("+00:00", "Z")
    return f'{count},"last_used":{time}'.encode()


class ResponseStore:
    """Finds only what holds; everything else is dropped when somebody asks for it.

    Args:
        max_bytes: How much memory all responses may take.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: dict[Key, KeptResponse] = {}  # the one used last stands last

    def find(self, key: Key, version: LibraryVersion) -> KeptResponse | None:
        """The response of a key, if it is of this version and has not expired."""
        kept = self._kept.pop(key, None)
        if kept is None:
            return None
        until = kept.reuse.until
        is_old = kept.reuse.follows_library and kept.number != version.number
        if is_old or (until is not None and until <= utc_now()):
            self._bytes -= kept.size
            return None
        self._kept[key] = kept
        return kept

    def keep(self, key: Key, kept: KeptResponse) -> None:
        """Keep a response in place of the one before, and drop those used longest ago."""
        self.drop(key)
        if kept.size > self._max_bytes // _LARGEST_SHARE:
            return
        self._kept[key] = kept
        self._bytes += kept.size
        while self._bytes > self._max_bytes:
            self.drop(next(iter(self._kept)))

    def drop(self, key: Key) -> None:
        """Forget a response."""
        if (kept := self._kept.pop(key, None)) is not None:
            self._bytes -= kept.size
