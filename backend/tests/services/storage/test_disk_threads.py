"""Work on a disk that does not answer."""

import asyncio
import threading
from pathlib import Path

import pytest

from app.services.storage.disk_threads import DiskThreads, is_local
from app.services.storage.errors import StorageUnavailableError


def test_gives_up_after_a_while_however_many_wait() -> None:
    answers = threading.Event()
    disk = DiskThreads([], patience=0.2)
    begun = []

    def look(number: int) -> None:
        begun.append(number)
        answers.wait(60)

    async def ask_often() -> list[BaseException | None]:
        return await asyncio.gather(
            *(disk.run(look, number) for number in range(100)), return_exceptions=True
        )

    try:
        found = asyncio.run(ask_often())
        assert {type(error) for error in found} == {StorageUnavailableError}
        assert 0 < len(begun) < 20, "those that waited in line are given up"
    finally:
        answers.set()
        disk.close()


def test_gives_what_was_found_or_raised() -> None:
    disk = DiskThreads([])
    assert asyncio.run(disk.run(int, "7")) == 7
    with pytest.raises(FileNotFoundError):
        asyncio.run(disk.run(open, "/nowhere/at/all"))
    disk.close()


def test_a_disk_that_is_far_away_is_asked_on_a_thread(tmp_path: Path) -> None:
    file = tmp_path / "Lamp.webp"
    file.write_bytes(b"12345")
    # The system's own folder of processes is on no disk at all, so nobody can say that it is near.
    for folder in (tmp_path, Path("/proc")):
        disk = DiskThreads([folder])
        stamp = asyncio.run(disk.stamp(str(file)))
        assert stamp is not None
        assert (stamp.size, stamp.modified_ns) == (5, file.stat().st_mtime_ns)
        assert asyncio.run(disk.stamp(str(tmp_path / "nothing"))) is None
        disk.close()
    assert not is_local(Path("/proc"))
