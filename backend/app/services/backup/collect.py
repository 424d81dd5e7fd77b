"""The files that the rows name, taken from the live folder into the shared objects."""

from collections.abc import Iterator
from pathlib import Path

from app.services.backup.errors import DamagedError
from app.services.backup.files import read_file
from app.services.backup.manifest import Entry, is_inside
from app.services.backup.objects import DIGEST, ObjectStore
from app.services.backup.snapshot import PictureRow


class Collector:
    """Copies what is new, and remembers what is wrong with the live folder.

    Attributes:
        lost: Live files that are damaged or missing and that no backup has whole.
        saved: Live files that are damaged or missing, but whole in the backups.
    """

    def __init__(self, images: Path, objects: ObjectStore, incoming: Path) -> None:
        self._images = images
        self._objects = objects
        self._incoming = incoming
        self._seen: set[str] = set()
        self.lost: list[str] = []
        self.saved: list[str] = []

    def take(self, row: PictureRow) -> Iterator[Entry]:
        """Store both files of a row."""
        for entry in (self._full(row), self._thumbnail(row.thumbnail)):
            if entry is None:
                continue
            if entry.state != "whole":
                self.lost.append(entry.path)
            if entry.path not in self._seen:
                self._seen.add(entry.path)
                yield entry

    def _full(self, row: PictureRow) -> Entry | None:
        if not self._is_ours(row.full):
            return None
        known = DIGEST.fullmatch(row.content_hash) is not None
        if known and self._objects.is_whole(row.content_hash):
            # Not read again: that is what makes a daily backup cheap. Its size costs nothing.
            if self._size(row.full) != row.size:
                self.saved.append(row.full)
            return Entry(path=row.full, sha256=row.content_hash, size=row.size)
        data = self._read(row.full)
        if data is None:
            return Entry(path=row.full, state="missing")
        digest = self._objects.add(data, self._incoming)
        state = "whole" if digest == row.content_hash else "damaged"
        return Entry(path=row.full, sha256=digest, size=len(data), state=state)

    def _thumbnail(self, path: str) -> Entry | None:
        if not self._is_ours(path):
            return None
        data = self._read(path)
        if data is None:
            return Entry(path=path, state="missing")
        return Entry(path=path, sha256=self._objects.add(data, self._incoming), size=len(data))

    def _is_ours(self, path: str) -> bool:
        if is_inside(path):
            return True
        self.lost.append(path)
        return False

    def _size(self, path: str) -> int | None:
        try:
            found = (self._images / path).lstat()
        except OSError:
            return None
        return found.st_size

    def _read(self, path: str) -> bytes | None:
        try:
            return read_file(self._images / path)
        except DamagedError:
            return None
