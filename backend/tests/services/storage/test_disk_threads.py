"""Work on a disk that does not answer."""

import asyncio
import threading

import pytest

from app.services.storage.disk_threads import DiskThreads
from app.services.storage.errors import StorageUnavailableError


def test_gives_up_after_a_while_however_many_wait() -> None:
    answers = threading.Event()
    disk = DiskThreads(patience=0.2)
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
    disk = DiskThreads()
    assert asyncio.run(disk.run(int, "7")) == 7
    with pytest.raises(FileNotFoundError):
        asyncio.run(disk.run(open, "/nowhere/at/all"))
    disk.close()
