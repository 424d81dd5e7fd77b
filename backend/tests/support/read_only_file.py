"""A single file that cannot be written, also by root."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def read_only_file(path: Path) -> Iterator[None]:
    """Keep everybody from opening it for writing; the test is skipped where that is not allowed."""
    if os.geteuid() != 0:
        path.chmod(0o444)
        yield
        path.chmod(0o644)
        return
    over_itself = ["mount", "--bind", str(path), str(path)]
    if subprocess.run(over_itself, capture_output=True, check=False).returncode != 0:
        pytest.skip("this root may not mount")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(path)], check=True)
        yield
    finally:
        # Lazily: a server in this process may keep the file open for reading.
        subprocess.run(["umount", "--lazy", str(path)], check=True)
