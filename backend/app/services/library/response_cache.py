"""Rendered responses, kept until the next commit."""

from dataclasses import dataclass
from datetime import datetime

from app.clock import utc_now
from app.database.engine import Database
from app.database.version import Version
from app.services.storage import StorageService, StorageUnavailableError

_MOST = 1000
# A key holds what the client sent: without a limit its size would grow.
_LONGEST_KEY = 2000


@dataclass(frozen=True, slots=True)
class _Response:
    body: bytes
    until: datetime | None
    image: str


class ResponseCache:
    """Every commit of any process empties it, so that no response is ever out of date.

    An image file can vanish without a commit, so its existence is checked each time. That costs
    a hundredth of rendering the response again.
    """

    def __init__(self, database: Database, storage: StorageService) -> None:
        self._database = database
        self._storage = storage
        self._version: Version | None = None
        self._responses: dict[str, _Response] = {}

    def version(self) -> Version | None:
        """The version to pass to ``keep``; read it before the response is rendered."""
        version = self._database.version()
        if version is None or version != self._version:
            self._responses.clear()
            self._version = version
        return version

    async def find(self, key: str) -> bytes | None:
        """The body for a key, if it still holds and its image file can be seen."""
        self.version()
        response = self._responses.get(key)
        if response is None or (response.until is not None and response.until <= utc_now()):
            return None
        try:
            is_there = await self._storage.disk.run(self._storage.holds, response.image)
        except StorageUnavailableError:  # the endpoint knows how to answer that
            return None
        return response.body if is_there else None

    def keep(
        self,
        key: str,
        body: bytes,
        *,
        version: Version | None,
        until: datetime | None,
        image: str,
    ) -> None:
        """Keep a body that was rendered from this version of the database; None keeps nothing."""
        is_current = version is not None and version == self._version
        if is_current and len(key) <= _LONGEST_KEY and len(self._responses) < _MOST:
            self._responses[key] = _Response(body, until, image)
