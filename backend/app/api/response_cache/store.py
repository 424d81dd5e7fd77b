"""Keeps responses in memory, those used last, within a bound of bytes."""

from app.api.response_cache.kept import KeptResponse
from app.api.response_cache.keys import Key
from app.clock import utc_now
from app.domain import LibraryVersion

MAX_BYTES = 16 * 2**20
# One response must not push all others out.
_LARGEST_SHARE = 8


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
