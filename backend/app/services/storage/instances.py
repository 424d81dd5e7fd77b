"""Which server processes are alive on one image folder.

Each holds a lock on a file of its own for as long as it lives; the system lets go of the lock
when the process dies, however it dies.
"""

import fcntl
import os
import uuid
from pathlib import Path


class InstanceRegistry:
    """This process's place among those that write into one image folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.instance_id = uuid.uuid4().hex[:16]
        folder.mkdir(parents=True, exist_ok=True)
        # Locked before it gets its final name: a neighbour that looks never sees it unlocked.
        nascent = folder / f".{self.instance_id}"
        self._descriptor = os.open(nascent, os.O_CREAT | os.O_RDWR, 0o644)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        nascent.rename(self._path(self.instance_id))

    def close(self) -> None:
        """Leave: from here on this instance counts as gone."""
        self._path(self.instance_id).unlink(missing_ok=True)
        os.close(self._descriptor)

    def neighbours(self) -> set[str]:
        """Ids of the other instances that are alive; what the dead left is cleared away."""
        return living_instances(self._folder, without=self.instance_id)

    def _path(self, instance_id: str) -> Path:
        return self._folder / f"{instance_id}.lock"


def living_instances(folder: Path, *, without: str = "") -> set[str]:
    """Ids of the instances that are alive; what the dead left is cleared away."""
    return {path.stem for path in folder.glob("*.lock") if path.stem != without and _is_alive(path)}


def _is_alive(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        path.unlink(missing_ok=True)
        return False
    finally:
        os.close(descriptor)
