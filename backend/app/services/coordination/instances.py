"""Which server processes are alive on one image folder.

Each holds a lock on a file of its own for as long as it lives; the system lets go of the lock
when the process dies, however it dies, and not while it is only stopped.
"""

import errno
import fcntl
import os
import re
import uuid
from contextlib import suppress
from pathlib import Path

import structlog

log = structlog.get_logger()

_LOCK_NAME = re.compile(r"[0-9a-f]{16}\.lock")


class InstanceRegistry:
    """This process's place among those that write into one image folder.

    On a read-only disk it has none: nobody can write there, so nobody needs to know of it.

    Args:
        folder: Where the locks lie.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.instance_id = uuid.uuid4().hex[:16]
        self._descriptor: int | None = None
        try:
            self._descriptor = self._hold()
        except OSError as error:
            if error.errno != errno.EROFS:
                raise
            log.warning("the image folder is read-only: nothing can be stored", folder=str(folder))

    def close(self) -> None:
        """Leave: from here on this instance counts as gone."""
        if self._descriptor is not None:
            self._path(self.instance_id).unlink(missing_ok=True)
            os.close(self._descriptor)

    def renew(self) -> None:
        """Make the file anew where somebody removed it, or others would take this one for dead.

        Raises:
            OSError: When it cannot be made.
        """
        if self._descriptor is None:
            return
        try:
            there = self._path(self.instance_id).stat()
        except FileNotFoundError:
            there = None
        if there is None or not os.path.samestat(there, os.fstat(self._descriptor)):
            before, self._descriptor = self._descriptor, self._hold()
            os.close(before)

    def is_alive(self, instance_id: str) -> bool:
        """Whether an instance lives, even where it was stopped."""
        return instance_id == self.instance_id or _is_alive(self._path(instance_id))

    def neighbours(self) -> set[str]:
        """Ids of the other instances that are alive; what the dead left is cleared away."""
        return living_instances(self._folder, without=self.instance_id)

    def _hold(self) -> int:
        self._folder.mkdir(parents=True, exist_ok=True)
        # Locked before it gets its final name: a neighbour that checks never sees it unlocked.
        nascent = self._folder / f".{self.instance_id}"
        os.close(os.open(nascent, os.O_CREAT | os.O_WRONLY, 0o644))
        # Not for writing: the disk could not be made read-only while the server runs.
        descriptor = os.open(nascent, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError:  # NFS locks alone only what may be written
            os.close(descriptor)
            descriptor = os.open(nascent, os.O_RDWR)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        nascent.rename(self._path(self.instance_id))
        return descriptor

    def _path(self, instance_id: str) -> Path:
        return self._folder / f"{instance_id}.lock"


def living_instances(folder: Path, *, without: str = "") -> set[str]:
    """Ids of the instances that are alive; what the dead left is cleared away."""
    return {
        path.stem
        for path in folder.glob("*.lock")
        if _LOCK_NAME.fullmatch(path.name)
        and path.stem != without
        and not path.is_symlink()
        and _is_alive(path)
    }


def _is_alive(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    except OSError:
        return True  # one that cannot be checked: waiting is cheaper than paying twice
    try:
        # A shared one: two that check at once do not take each other for the owner.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        with suppress(OSError):  # gone already, or on a disk that has become read-only
            path.unlink()
        return False
    finally:
        os.close(descriptor)
