"""Files that are whole or absent, also after a power cut, and which were just written."""

import errno
import os
import re
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import structlog

from app.services.storage.layout import MARKER, is_made_here

log = structlog.get_logger()

TEMPORARY_SUFFIX = ".tmp"
# What the system answers if it cannot flush, or if we may not.
_CANNOT_FLUSH = {
    errno.EINVAL,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.ENOSYS,
    errno.ENOTTY,
    errno.EISDIR,
    errno.EBADF,
    errno.EACCES,
    errno.EPERM,
}
_warned: set[int] = set()
_TEMPORARY = re.compile(r"\.(.+)\.[0-9a-f]{16}\.tmp")
# Longer than a row can take after its file: a paid one is tried for 60 s, and the last try may
# take 35 s more.
SETTLING_SECONDS = 120.0


def temporary_name(name: str, instance: str) -> str:
    """Name beside the final one; the instance in it says whose it is if a crash leaves it."""
    return f".{name}.{instance}{TEMPORARY_SUFFIX}"


def is_temporary_name(name: str) -> bool:
    """Whether a file could be one that ``write_durably`` left; nobody else's has such a name."""
    found = _TEMPORARY.fullmatch(name)
    return found is not None and (is_made_here(found[1]) or found[1] == MARKER)


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
    placed: list[Path] = []
    try:
        for path, data in files.items():
            _write_flushed(temporaries[path], data)
        for path, temporary in temporaries.items():
            temporary.replace(path)
            placed.append(path)
        for folder in {path.parent for path in files}:
            flush_folder(folder)
    except BaseException:
        for path in (*temporaries.values(), *placed):
            path.unlink(missing_ok=True)
        raise


def move_durably(source: Path, target: Path) -> None:
    """Move a plain file to a free name, also to another file system; whole or not at all.

    A rename is tried first: two mounts of one disk have the same device number.

    Raises:
        OSError: When it cannot be moved; it stays where it was.
    """
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    else:
        return
    temporary = target.with_name(temporary_name(target.name, uuid.uuid4().hex[:16]))
    try:
        with source.open("rb") as old, temporary.open("xb") as new:
            shutil.copyfileobj(old, new)
            new.flush()
            flush(new.fileno(), temporary)
        with suppress(OSError):
            shutil.copystat(source, temporary)
        temporary.replace(target)
        flush_folder(target.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    source.unlink()


def flush_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut, if its file system can.

    Raises:
        OSError: When the disk is full or broken.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        if error.errno not in _CANNOT_FLUSH:
            raise
        _warn_once(folder, error)  # such as one that may be written and not read
        return
    try:
        flush(descriptor, folder)
    finally:
        os.close(descriptor)


def flush(descriptor: int, path: Path) -> None:
    """Make what was written survive a power cut, if the file system can.

    Network shares such as CIFS cannot flush a folder, and some cannot flush a file: what was
    written is there all the same, and deleting it would help nobody.

    Raises:
        OSError: When the disk is full or broken.
    """
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_FLUSH:
            raise
        _warn_once(path, error)


def _warn_once(path: Path, error: OSError) -> None:
    """Warn once for each disk."""
    device = path.stat().st_dev
    if device not in _warned:
        _warned.add(device)
        log.warning(
            "this disk cannot be flushed: what is written last may be lost in a power cut",
            path=str(path),
            reason=error.strerror,
        )


def _write_flushed(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        flush(file.fileno(), path)


class FreshNames:
    """Names of files whose rows may not be there yet; asked and added to by many threads.

    Args:
        now: Seconds on a clock that only goes forward.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._written: dict[str, float] = {}
        self._turn = threading.Lock()

    def __contains__(self, name: str) -> bool:
        with self._turn:
            at = self._written.get(name)
        return at is not None and self._now() - at < SETTLING_SECONDS

    def add(self, name: str) -> None:
        """Remember a name for ``SETTLING_SECONDS``."""
        now = self._now()
        with self._turn:
            for known, at in list(self._written.items()):
                if now - at > SETTLING_SECONDS:
                    del self._written[known]
            self._written[name] = now
