"""What the tests of the services share: a real database file, and neighbour processes."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.database.engine import Database
from tests.support.registries import close_registries

NeighbourFactory = Callable[[], "Neighbour"]

_NEIGHBOUR = """
import sys
from pathlib import Path
from app.services.coordination.instances import InstanceRegistry
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
            env={"PYTHONPATH": str(Path(__file__).parents[2])},
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
def database(tmp_path: Path, empty_database: Path) -> Iterator[Database]:
    """A database with the newest schema, and nothing in it."""
    path = tmp_path / "game.db"
    shutil.copy(empty_database, path)
    database = Database(f"sqlite:///{path}")
    yield database
    close_registries()
    database.close()


@pytest.fixture
def images(tmp_path: Path) -> Path:
    return tmp_path / "images"


@pytest.fixture
def instances(images: Path) -> Path:
    """Where the storage on ``images`` registers itself."""
    return images.joinpath(".emberpeak", "instances")


@pytest.fixture
def make_neighbour(instances: Path) -> Iterator[NeighbourFactory]:
    with ExitStack() as stack:

        def make() -> Neighbour:
            neighbour = Neighbour(instances)
            stack.callback(neighbour.kill)
            return neighbour

        yield make
