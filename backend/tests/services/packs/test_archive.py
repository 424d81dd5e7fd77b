"""The zip that is written in one stream, read by Python's and by unzip."""

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from app.services.packs.archive import PackFile, zipped

FILES = {"images/full/a.webp": b"RIFF" * 20, "ü.txt": "Größe".encode(), "empty": b""}


def pack(limit: int = 2**32 - 1, **more: bytes) -> bytes:
    files = {**FILES, **more}
    return b"".join(zipped([PackFile.of(*file) for file in files.items()], limit=limit))


@pytest.mark.parametrize("limit", [2**32 - 1, 50, 0], ids=["plain", "some large", "all large"])
def test_is_read_by_others(limit: int, tmp_path: Path) -> None:
    data = pack(limit)
    assert data == pack(limit)
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == FILES
        assert {entry.date_time for entry in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    if shutil.which("unzip"):
        (tmp_path / "pack.zip").write_bytes(data)
        done = subprocess.run(["unzip", "-tq", tmp_path / "pack.zip"], check=False)
        assert done.returncode == 0


def test_more_files_than_a_plain_zip_holds() -> None:
    files = [PackFile.of(str(number), b"") for number in range(2**16 + 5)]
    with zipfile.ZipFile(io.BytesIO(b"".join(zipped(files)))) as opened:
        assert len(opened.namelist()) == len(files)
