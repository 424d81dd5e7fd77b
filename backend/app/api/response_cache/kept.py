"""A kept response: its headers, and its body with holes where counts of uses stand."""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from app.api.response_cache.reuse import Reuse

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
        size: About how many bytes it takes in memory.
    """

    __slots__ = (
        *("reuse", "route", "number", "counts", "size"),
        *("_headers", "_cookie", "_parts", "_body", "_filled_at"),
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
        self._body = body
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
        self._body, self._filled_at = self.body_with(self.counts), commits
        return True

    def body_with(self, counts: Sequence[Count]) -> bytes:
        """The body with these counts, in the order of its images."""
        whole = [self._parts[0]]
        for (count, last_used), part in zip(counts, self._parts[1:], strict=True):
            whole += (_as_json(count, last_used), part)
        return b"".join(whole)

    @property
    def body(self) -> bytes:
        """The body as it was filled last."""
        return self._body


def _as_json(count: int, last_used: datetime | None) -> bytes:
    time = "null" if last_used is None else f'"{last_used.isoformat()}"'.replace("+00:00", "Z")
    return f'{count},"last_used":{time}'.encode()
