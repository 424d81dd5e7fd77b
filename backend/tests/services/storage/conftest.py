"""What the storage tests share: a storage in the test's own folder, and neighbour processes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from app.services.storage import StorageService
from tests.support.small_disk import small_disk as mounted

StorageFactory = Callable[..., StorageService]
NeighbourFactory = Callable[[], "Neighbour"]

_NEIGHBOUR = """
import sys
from pathlib import Path
from app.services.storage.instances import InstanceRegistry
registry = InstanceRegistry(Path(sys.argv[1]))
print(registry.instance_id, flush=True)
sys.stdin.read()
registry.close()
"""


class Neighbour:
    """Another process that is registered on the same image folder."""

    def __init__(self, instances: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _NEIGHBOUR, str(instances)],
            env={"PYTHONPATH": str(Path(__file__).parents[3])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.instance_id = self._process.stdout.readline().strip()
        assert self.instance_id

    def leave(self) -> None:
        """Let it end the way a server does."""
        self._process.communicate()

    def kill(self) -> None:
        """End it as a crash does: kill -9."""
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def images(tmp_path: Path) -> Path:
    return tmp_path / "images"


@pytest.fixture
def instances(images: Path) -> Path:
    """Where the storage on ``images`` registers itself."""
    return images.joinpath(".emberpeak", "instances")


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
def make_neighbour(instances: Path) -> Iterator[NeighbourFactory]:
    with ExitStack() as stack:

        def make() -> Neighbour:
            neighbour = Neighbour(instances)
            stack.callback(neighbour.kill)
            return neighbour

        yield make


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 600 kB."""
    with mounted(tmp_path / "disk", "600k") as disk:
        yield disk
