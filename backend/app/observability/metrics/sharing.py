"""The figures of several worker processes, added up by whichever of them is asked.

Each process counts in files of its own. It holds a lock on its number as long as it lives, so
that the process that follows a dead one goes on with its counts, and the files never become
more than the processes that lived at one time.

They are temporary files, and not beside the database: they are mapped into memory, so that a
write to a full disk would kill the server, and a network disk may not map them at all.
"""

import fcntl
import itertools
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog
from prometheus_client import values
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from app.services.backup.archive import remove_own

log = structlog.get_logger()

# The name that prometheus_client looks at too.
_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_PREFIX = "emberpeak-metrics-"
_FIGURES = re.compile(r"(counter|histogram|summary|gauge_[a-z]+)_\d+\.db", re.ASCII)
_LOCK = re.compile(r"(parent|\d+)\.lock", re.ASCII)


@contextmanager
def shared_figures() -> Iterator[None]:
    """Keep a fresh folder for the figures of the worker processes started meanwhile."""
    _remove_folders_of_the_dead()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        _lock(folder / "parent.lock")
        os.environ[_VARIABLE] = str(folder)
        try:
            yield
        finally:
            del os.environ[_VARIABLE]
    finally:
        with suppress(OSError):
            _remove(folder)


def join_shared_figures() -> None:
    """Count in the shared folder from now on; called in a worker before it makes its metrics."""
    folder = shared_folder()
    if folder is None:
        return
    try:
        number = _take_number(folder)
    except FileNotFoundError:
        # Made anew in a place where everyone may write, it might be somebody else's.
        log.warning(
            "the folder of the figures was removed: this process shows its own until the server "
            "is started again",
            folder=str(folder),
        )
        del os.environ[_VARIABLE]
        values.ValueClass = values.MutexValue
        return
    for left_over in folder.glob(f"gauge_*_{number}.db"):
        left_over.unlink()  # what the dead one was doing, it does no more
    # By default the files are known by process id, and those of the dead stay for ever.
    values.ValueClass = values.MultiProcessValue(lambda: number)  # type: ignore[no-untyped-call]


def shared_folder() -> Path | None:
    """The folder, where several processes count."""
    folder = os.environ.get(_VARIABLE)
    return Path(folder) if folder else None


def touch_shared() -> None:
    """Make everything in the folder look new, as what is mapped or locked does not by itself.

    Systems remove temporary files that look old; Debian does after ten days.
    """
    folder = shared_folder()
    if folder is not None:
        with suppress(FileNotFoundError):  # going away right now; the next call sees to the others
            for path in (folder, *folder.iterdir()):
                os.utime(path)


def read_shared(folder: Path) -> Iterable[Metric]:
    """Add up what all processes counted, and the present state of those that are alive."""
    while True:
        files = [str(path) for path in sorted(folder.glob("*.db")) if _counts(path)]
        with suppress(FileNotFoundError):  # one went away meanwhile, and is not found again
            merged: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
            return merged


def _counts(path: Path) -> bool:
    try:
        if path.stat().st_size == 0:
            return False  # being made right now
    except FileNotFoundError:
        return False  # a new process removed what a dead one was doing
    number = path.stem.rpartition("_")[2]
    return not path.name.startswith("gauge_") or _is_alive(path.with_name(f"{number}.lock"))


def _remove_folders_of_the_dead() -> None:
    """Servers that were killed could not remove theirs."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another user's, or going away right now
            locks = [path for path in folder.iterdir() if _LOCK.fullmatch(path.name)]
            # None in one that is being made.
            if locks and not folder.is_symlink() and not any(map(_is_alive, locks)):
                _remove(folder)


def _remove(folder: Path) -> None:
    """Remove what these processes made; with somebody else's files in it the folder stays."""
    names = [path.name for path in folder.iterdir()]
    locks = [name for name in names if _LOCK.fullmatch(name)]
    # The locks last: by them the next start sees what a kill in the middle left.
    remove_own(folder, [*filter(_FIGURES.fullmatch, names), *locks])


def _take_number(folder: Path) -> int:
    return next(number for number in itertools.count() if _lock(folder / f"{number}.lock"))


def _lock(path: Path) -> bool:
    """Hold a lock until this process ends, unless another process does."""
    # Never closed: the system lets go of the lock when the process ends, however it ends.
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    return True


def _is_alive(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)
