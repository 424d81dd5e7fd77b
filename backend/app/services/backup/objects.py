"""Files that backups share, each named by its own hash."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from app.services.backup.errors import DamagedError
from app.services.backup.files import PRIVATE_FOLDER, digest_of, written
from app.services.storage.atomic_write import flush_folder

DIGEST = re.compile(r"[0-9a-f]{64}")


class ObjectStore:
    """``.objects/<first two digits>/<SHA-256>``; nothing in it is linked with the live folder.

    Attributes:
        added: Digests that this run wrote, in their order.
        added_bytes: Size of what this run wrote.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.added: list[str] = []
        self.added_bytes = 0
        self._whole: dict[str, bool] = {}
        self._touched: set[Path] = set()

    def path(self, digest: str) -> Path:
        """Where the file with that hash lies."""
        return self.folder / digest[:2] / digest

    def digests(self) -> Iterator[str]:
        """Everything that is there, by name."""
        if not self.folder.is_dir():
            return
        for folder in sorted(self.folder.iterdir()):
            if len(folder.name) == 2 and folder.is_dir() and not folder.is_symlink():
                yield from sorted(
                    entry.name
                    for entry in folder.iterdir()
                    if DIGEST.fullmatch(entry.name)
                    and entry.name.startswith(folder.name)
                    and entry.is_file()
                    and not entry.is_symlink()
                )

    def is_whole(self, digest: str) -> bool:
        """Whether the file is there and has its hash; each is read once in a run."""
        known = self._whole.get(digest)
        if known is None:
            try:
                known = digest_of(self.path(digest)) == digest
            except DamagedError:
                known = False
            self._whole[digest] = known
        return known

    def add(self, data: bytes, incoming: Path) -> str:
        """Store a file where it is not there whole; gives its hash.

        Args:
            data: The file's content.
            incoming: Name on the same disk under which it is written first.
        """
        digest = hashlib.sha256(data).hexdigest()
        if self.is_whole(digest):
            return digest
        path = self.path(digest)
        for folder in (self.folder, path.parent):
            folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        with written(incoming) as out:
            out.write(data)
        incoming.replace(path)
        self._touched.add(path.parent)
        self._whole.pop(digest)  # to be read back
        self.added.append(digest)
        self.added_bytes += len(data)
        return digest

    def remove(self, digest: str) -> None:
        """Forget a file."""
        self._whole.pop(digest, None)
        self.path(digest).unlink(missing_ok=True)

    def flush(self) -> None:
        """Make what was added survive a power cut."""
        for folder in self._touched:
            flush_folder(folder)
        if self._touched:
            flush_folder(self.folder)
        self._touched.clear()
