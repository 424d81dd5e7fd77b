"""The release of the page: the name under which browsers may keep its files for good."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

NAME = re.compile(r"v-[0-9a-f]{16}")
# Where the page names its icon, its styles and its first module, which names all others.
_ADDRESS = re.compile(r'((?:href|src)=")(?=(?:styles/|js/|favicon))')


@dataclass(frozen=True, slots=True)
class PageRelease:
    """The page's files as they were when the server started.

    Attributes:
        name: Changes with any byte of any file.
        page: The page, whose addresses have the name in them.
    """

    name: str
    page: str


def read_release(folder: Path, page: str, served: set[str]) -> PageRelease:
    """Hash every file that is served.

    Args:
        folder: Where they lie.
        page: The page's file name.
        served: Names of files and folders that belong to the page.

    Raises:
        OSError: When a file cannot be read.
    """
    # By content, not by time: several machines must give the same files the same name.
    digest = hashlib.sha256()
    for path in sorted(_files(folder, served)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    name = f"v-{digest.hexdigest()[:16]}"
    text = (folder / page).read_text("utf-8")
    return PageRelease(name, _ADDRESS.sub(rf"\g<1>{name}/", text))


def _files(folder: Path, served: set[str]) -> set[Path]:
    tops = [folder / name for name in served]
    return {path for top in tops for path in (top, *top.rglob("*")) if path.is_file()}
