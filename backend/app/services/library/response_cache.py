"""Answers kept as they were sent, for as long as nothing has been written since."""

from dataclasses import dataclass
from datetime import datetime

from app.clock import utc_now
from app.database.engine import Database
from app.database.version import Version
from app.services.storage import StorageService

_MOST = 1000
# A key has what the client sent in it, so that without a limit it would be its size that grows.
_LONGEST_KEY = 2000


@dataclass(frozen=True, slots=True)
class _Answer:
    body: bytes
    until: datetime | None
    picture: str


class RenderedAnswers:
    """Any commit, of whatever process, forgets them all; so none is ever out of date.

    A file can go away without a commit, so that of the picture is looked for each time.

    Looking that up costs a hundredth of finding and rendering the answer again.
    """

    def __init__(self, database: Database, storage: StorageService) -> None:
        self._database = database
        self._storage = storage
        self._version: Version | None = None
        self._answers: dict[str, _Answer] = {}

    def version(self) -> Version | None:
        """What ``keep`` is to be told; ask before the answer is looked up."""
        version = self._database.version()
        if version is None or version != self._version:
            self._answers.clear()
            self._version = version
        return version

    async def find(self, key: str) -> bytes | None:
        """The body for a key, where it still holds.

        Raises:
            StorageUnavailableError: When the disk of its picture does not answer.
        """
        self.version()
        answer = self._answers.get(key)
        if answer is None or (answer.until is not None and answer.until <= utc_now()):
            return None
        is_there = await self._storage.disk.run(self._storage.holds, answer.picture)
        return answer.body if is_there else None

    def keep(
        self,
        key: str,
        body: bytes,
        *,
        version: Version | None,
        until: datetime | None,
        picture: str,
    ) -> None:
        """Keep a body that was looked up when the database had this version.

        Args:
            key: What was asked.
            body: The whole answer.
            version: None keeps nothing.
            until: When it ceases to hold by itself.
            picture: Path of the full file that it is about, as its row names it.
        """
        is_current = version is not None and version == self._version
        if is_current and len(key) <= _LONGEST_KEY and len(self._answers) < _MOST:
            self._answers[key] = _Answer(body, until, picture)
