"""What the storage tests share: a storage in the test's own folder."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from app.services.storage import StorageService
from tests.support.small_disk import small_disk as mounted

StorageFactory = Callable[..., StorageService]


@pytest.fixture
def make_storage(images: Path) -> Iterator[StorageFactory]:
    with ExitStack() as stack:
        executor = stack.enter_context(ThreadPoolExecutor(4))

        def make(folder: Path = images, **overrides: Any) -> StorageService:
            values = {"quality": 85, "thumbnail_side": 200, "max_bytes": 5 * 2**20, **overrides}
            storage = StorageService(folder, executor, **values)
            stack.callback(storage.close)
            return storage

        yield make


@pytest.fixture
def storage(make_storage: StorageFactory) -> StorageService:
    return make_storage()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 600 kB."""
    with mounted(tmp_path / "disk", "600k") as disk:
        yield disk
