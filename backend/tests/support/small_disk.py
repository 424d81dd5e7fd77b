"""A real file system of a few megabytes, and ways to fill it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _mount(*arguments: str) -> bool:
    done = subprocess.run(["mount", *arguments], capture_output=True, check=False)
    return done.returncode == 0


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount one; the test is skipped where the machine does not allow it."""
    folder.mkdir(parents=True, exist_ok=True)
    if not _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)):
        pytest.skip("a small disk can be made by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def make_read_only(folder: Path) -> None:
    """As a disk does by itself after an error."""
    assert _mount("-o", "remount,ro", str(folder))


def make_writable(folder: Path) -> None:
    """Undo that."""
    assert _mount("-o", "remount,rw", str(folder))


def fill(folder: Path) -> Path:
    """Take all room that is left; gives the file that holds it."""
    filler = folder / "filler"
    piece = bytes(4096)
    try:
        with filler.open("wb", buffering=0) as file:
            while file.write(piece) == len(piece):
                pass
    except OSError:
        return filler
    return filler
