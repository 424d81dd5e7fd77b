"""Room on a disk, where the disk tells."""

import shutil
from pathlib import Path


def free_bytes(folder: Path) -> int | None:
    """Bytes that are free there; None where nobody knows.

    A mounted cloud drive says that it has 0 bytes in all, which is not a full disk.

    Raises:
        OSError: When the folder cannot be reached.
    """
    usage = shutil.disk_usage(folder)
    return usage.free if usage.total > 0 else None
