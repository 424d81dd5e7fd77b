"""Room on a disk: what is not known is not full."""

import shutil
from pathlib import Path

import pytest

from app.services.storage.layout import free_bytes


def test_of_an_ordinary_disk(tmp_path: Path) -> None:
    assert (free_bytes(tmp_path) or 0) > 0


def test_a_full_disk_has_none(small_disk: Path) -> None:
    (small_disk / "much").write_bytes(bytes(500_000))
    assert (free_bytes(small_disk) or 0) < 200_000


def test_of_one_that_says_it_has_no_bytes_at_all() -> None:
    """As cloud drives do; the system's own /proc is such a one."""
    assert shutil.disk_usage("/proc").total == 0
    assert free_bytes(Path("/proc")) is None


def test_of_none(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        free_bytes(tmp_path / "gone")
