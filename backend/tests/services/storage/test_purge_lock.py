"""Purges alone, backups together, across processes and threads."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.services.storage.purge_lock import PurgeLock, PurgeLockTimeoutError

_HOLDER = """
import sys
from pathlib import Path
from app.services.storage.purge_lock import PurgeLock
lock = PurgeLock(Path(sys.argv[1]))
with lock.shared() if sys.argv[2] == "shared" else lock.exclusive(10):
    print("held", flush=True)
    sys.stdin.read()
"""

Hold = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """An image folder that is there."""
    folder = tmp_path / "images"
    folder.mkdir()
    return folder


@pytest.fixture
def hold(images: Path) -> Iterator[Hold]:
    """Hold the lock in another process, until its standard input ends."""
    with ExitStack() as stack:

        def start(kind: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-c", _HOLDER, str(images), kind],
                env={"PYTHONPATH": str(Path(__file__).parents[3])},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.callback(process.communicate)
            stack.callback(process.kill)
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            return process

        yield start


class TestExclusive:
    @pytest.mark.parametrize("kind", ["shared", "exclusive"])
    def test_refuses_beside_another_process(self, kind: str, hold: Hold, images: Path) -> None:
        hold(kind)
        with pytest.raises(PurgeLockTimeoutError) as refused, PurgeLock(images).exclusive(0):
            pass
        assert refused.value.status == 503
        assert refused.value.detail == {"reason": "backup_running"}


class TestShared:
    def test_refuses_beside_a_purge(self, hold: Hold, images: Path) -> None:
        hold("exclusive")
        with pytest.raises(PurgeLockTimeoutError, match="clean-up"), PurgeLock(images).shared(0):
            pass


def test_lies_in_the_folder_and_is_made_when_needed(images: Path) -> None:
    path = images / ".emberpeak" / "purge-lock"
    assert not path.exists()
    with PurgeLock(images).shared():
        assert path.exists()
    assert [path.name for path in images.parent.iterdir()] == ["images"]


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with PurgeLock(tmp_path / "images").shared(0), PurgeLock(tmp_path / "images").exclusive(0):
        pass
    assert list(tmp_path.iterdir()) == []
