"""Which version of the page's files this is: the name under which browsers may keep them."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NAME = re.compile(r"v-[0-9a-f]{16}")
# Where the page names its icon, its styles and its first module, which names all others.
_ADDRESS = re.compile(r'((?:href|src)=")(?=(?:styles/|js/|favicon))')

Signature = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class PageRelease:
    """The page's files as they were when they were read."""

    name: str
    page: str
    signature: Signature

    def holds(self, path: str, size: int, modified_ns: int) -> bool:
        """Whether a file is still the one that was read."""
        return self.signature.get(path) == (modified_ns, size)


class PageReleases:
    """Reads the page's files again where one of them has changed.

    Args:
        folder: What is served.
        page: The page's file name.
        served: Names of files and folders that belong to it.
    """

    def __init__(self, folder: Path, page: str, served: set[str]) -> None:
        self._folder = folder
        self._page = page
        self._served = served
        self._newest: PageRelease | None = None

    def newest(self) -> PageRelease:
        """The release that lies in the folder now; blocks while it is read.

        Raises:
            OSError: When a file cannot be read.
        """
        signature = self._signature()
        if self._newest is None or self._newest.signature != signature:
            self._newest = self._read(signature)
        return self._newest

    def known(self) -> PageRelease:
        """The release of the last page that was sent; read where none was."""
        return self._newest or self.newest()

    def _read(self, signature: Signature) -> PageRelease:
        # By content, not by time: several machines must give the same files the same name.
        digest = hashlib.sha256()
        for path in sorted(signature):
            content = (self._folder / path).read_bytes()
            digest.update(f"{path}\0{len(content)}\0".encode())
            digest.update(content)
        name = f"v-{digest.hexdigest()[:16]}"
        page = (self._folder / self._page).read_text("utf-8")
        return PageRelease(name, _ADDRESS.sub(rf"\g<1>{name}/", page), signature)

    def _signature(self) -> Signature:
        found = ((path, path.stat()) for path in self._files())
        return {
            path.relative_to(self._folder).as_posix(): (stat.st_mtime_ns, stat.st_size)
            for path, stat in found
        }

    def _files(self) -> Iterator[Path]:
        for name in self._served:
            path = self._folder / name
            yield from (one for one in (path, *path.rglob("*")) if one.is_file())
