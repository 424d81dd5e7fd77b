"""The metrics of several worker processes, added up by whichever of them is asked.

Each process counts in files of its own, which are mapped into memory. They are temporary files and
not beside the database: on a full disk a write to one would kill the server.
"""

import os
import struct
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

# prometheus_client reads it when it is imported.
_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_TRIES = 10


@contextmanager
def shared_metrics() -> Iterator[None]:
    """Keep a folder for the metrics of the worker processes that are started meanwhile."""
    with tempfile.TemporaryDirectory(prefix="emberpeak-metrics-") as folder:
        os.environ[_VARIABLE] = folder
        try:
            yield
        finally:
            del os.environ[_VARIABLE]


def shared_folder() -> Path | None:
    """The folder, if several processes count."""
    folder = os.environ.get(_VARIABLE)
    return Path(folder) if folder else None


def touch_shared() -> None:
    """Make every file look new, because writes to mapped memory do not.

    Systems remove temporary files that look old; Debian does after ten days.
    """
    folder = shared_folder()
    if folder is not None:
        with suppress(FileNotFoundError):  # one was removed meanwhile; the next call does the rest
            for path in (folder, *folder.iterdir()):
                os.utime(path)


def read_shared(folder: Path) -> Iterable[Metric]:
    """Add up what all processes counted, and the present state of those that are alive."""
    collector = MultiProcessCollector(None, str(folder))  # type: ignore[no-untyped-call]
    for _ in range(_TRIES):
        # A process that starts just now has an empty file.
        with suppress(struct.error, FileNotFoundError):
            found: Iterable[Metric] = collector.collect()  # type: ignore[no-untyped-call]
            return found
        time.sleep(0.01)
    return []
