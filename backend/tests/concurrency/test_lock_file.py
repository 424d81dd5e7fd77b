"""Files that locks are held on, where they cannot be written."""

import errno
from pathlib import Path

import pytest

from app.concurrency.file_lock import file_lock
from app.services.storage.purge_lock import PurgeLock, PurgeLockTimeoutError
from tests.support.small_disk import make_read_only, small_disk


def test_keeps_others_out_on_a_disk_that_became_read_only(tmp_path: Path) -> None:
    """A backup is never more wanted than then."""
    with small_disk(tmp_path / "disk", "1m") as disk:
        (disk / "images").mkdir()
        lock = PurgeLock(disk / "images")
        with lock.shared(0):
            pass
        make_read_only(disk)
        with (
            lock.shared(0),
            pytest.raises(PurgeLockTimeoutError),
            PurgeLock(disk / "images").exclusive(0),
        ):
            pass
        with pytest.raises(OSError, match="Read-only") as raised, file_lock(disk / "another"):
            pass
        assert raised.value.errno == errno.EROFS
