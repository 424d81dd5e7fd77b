"""Files that are whole or absent, also after a power cut."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

TEMPORARY_SUFFIX = ".tmp"
_TEMPORARY = re.compile(r"\..+\.webp\.[0-9a-f]{16}\.tmp")


def temporary_name(name: str, instance: str) -> str:
    """Name beside the final one; the instance in it tells whose it is when a crash leaves it."""
    return f".{name}.{instance}{TEMPORARY_SUFFIX}"


def is_temporary_name(name: str) -> bool:
    """Whether a file could be one that ``write_durably`` left; nobody else's looks like it."""
    return _TEMPORARY.fullmatch(name) is not None


def writer_of(temporary: str) -> str:
    """The instance that wrote a temporary file."""
    return temporary.removesuffix(TEMPORARY_SUFFIX).rpartition(".")[2]


def write_durably(files: Mapping[Path, bytes], instance: str) -> None:
    """Write all files under their final names, or none.

    Each is written beside its name, flushed and renamed; then the folders are flushed.

    Raises:
        OSError: When the disk is full or the folder cannot be written; nothing is left behind.
    """
    temporaries = {path: path.with_name(temporary_name(path.name, instance)) for path in files}
    try:
        for path, data in files.items():
            _write_flushed(temporaries[path], data)
        for path, temporary in temporaries.items():
            temporary.replace(path)
        for folder in {path.parent for path in files}:
            flush_folder(folder)
    except BaseException:
        for path in (*temporaries.values(), *files):
            path.unlink(missing_ok=True)
        raise


def flush_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_flushed(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
