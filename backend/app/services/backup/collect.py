"""The files that the rows name, taken from the live folder into the shared objects."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from app.services.backup.errors import DamagedError
from app.services.backup.files import read_file
from app.services.backup.manifest import Entry, is_inside
from app.services.backup.objects import DIGEST, ObjectStore
from app.services.backup.snapshot import ImageRow


class Collector:
    """Copies what is new, and remembers what is wrong with the live folder.

    Args:
        images: The live image folder.
        objects: Where the files go.
        incoming: Name under which each is written first.
        earlier: Hashes of thumbnails in the newest backup, by path; rows do not know them.

    Attributes:
        lost: Live files that are damaged or missing and that no backup has whole.
        saved: Live files that are damaged or missing, but whole in the backups.
        is_bare: Whether not one picture that should be in the live folder is there.
    """

    def __init__(
        self, images: Path, objects: ObjectStore, incoming: Path, earlier: Mapping[str, str]
    ) -> None:
        self._images = images
        self._objects = objects
        self._incoming = incoming
        self._earlier = earlier
        self._seen: set[str] = set()
        self._expected = self._present = 0
        self.lost: list[str] = []
        self.saved: list[str] = []

    @property
    def is_bare(self) -> bool:
        """Whether the folder looks like one whose disk is not mounted."""
        return self._expected > 0 and self._present == 0

    def take(self, row: ImageRow) -> Iterator[Entry]:
        """Store both files of a row."""
        lost, saved = len(self.lost), len(self.saved)
        entries = [self._full(row), self._thumbnail(row.thumbnail)]
        self._expected += not row.is_marked
        if row.is_marked:  # said before, by the self-check
            del self.lost[lost:], self.saved[saved:]
        for entry in entries:
            if entry is not None and entry.path not in self._seen:
                self._seen.add(entry.path)
                yield entry

    def _full(self, row: ImageRow) -> Entry | None:
        if not self._is_ours(row.full):
            return None
        known = DIGEST.fullmatch(row.content_hash) is not None
        if known and self._objects.is_whole(row.content_hash):
            # Not read again: that is what makes a daily backup cheap. Its size costs nothing.
            if self._size(row.full) == row.size:
                self._present += 1
            else:
                self.saved.append(row.full)
            return Entry(path=row.full, sha256=row.content_hash, size=row.size)
        data = self._read(row.full)
        if data is None:
            self.lost.append(row.full)
            return Entry(path=row.full, state="missing")
        self._present += 1
        digest = self._objects.add(data, self._incoming)
        if digest == row.content_hash:
            return Entry(path=row.full, sha256=digest, size=len(data))
        self.lost.append(row.full)
        return Entry(path=row.full, sha256=digest, size=len(data), state="damaged")

    def _thumbnail(self, path: str) -> Entry | None:
        if not self._is_ours(path):
            return None
        data = self._read(path)
        if data is not None:
            return Entry(path=path, sha256=self._objects.add(data, self._incoming), size=len(data))
        digest = self._earlier.get(path)
        if digest is not None and self._objects.is_whole(digest):
            self.saved.append(path)
            return Entry(path=path, sha256=digest, size=self._objects.path(digest).stat().st_size)
        self.lost.append(path)
        return Entry(path=path, state="missing")

    def _is_ours(self, path: str) -> bool:
        if is_inside(path):
            return True
        self.lost.append(path)
        return False

    def _size(self, path: str) -> int | None:
        try:
            found = (self._images / path).stat()
        except OSError:
            return None
        return found.st_size

    def _read(self, path: str) -> bytes | None:
        try:
            return read_file(self._images / path, follow=True)
        except DamagedError:
            return None
