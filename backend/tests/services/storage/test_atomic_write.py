"""Whole files or none: errors at every step, a full disk, a killed process; fresh names."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog

from app.services.storage.atomic_write import (
    SETTLING_SECONDS,
    FreshNames,
    write_durably,
)

INSTANCE = "0123456789abcdef"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("full", "thumbnails"):
        (tmp_path / name).mkdir()
    return tmp_path / "full", tmp_path / "thumbnails"


@pytest.fixture
def files(folders: tuple[Path, Path]) -> dict[Path, bytes]:
    """An image of 200 kB and its thumbnail, as one write."""
    full, thumbnails = folders
    return {full / "A.webp": b"f" * 200_000, thumbnails / "A.webp": b"t" * 900}


def left(folders: tuple[Path, Path]) -> list[str]:
    return sorted(entry.name for folder in folders for entry in folder.iterdir())


class TestOrder:
    def test_flushed_then_renamed_then_folders_flushed(
        self, files: dict[Path, bytes], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Any other order can leave an empty file under the final name after a power cut."""
        steps: list[str] = []
        flush, rename = os.fsync, Path.replace

        def seen_flush(descriptor: int) -> None:
            target = Path(f"/proc/self/fd/{descriptor}").readlink()
            steps.append(f"flush {'folder' if target.is_dir() else target.suffix}")
            flush(descriptor)

        def seen_rename(source: Path, target: Path) -> Path:
            steps.append(f"rename {target.suffix}")
            return rename(source, target)

        monkeypatch.setattr(os, "fsync", seen_flush)
        monkeypatch.setattr(Path, "replace", seen_rename)
        write_durably(files, INSTANCE)
        assert steps == [
            *["flush .tmp"] * 2,
            *["rename .webp"] * 2,
            *["flush folder"] * 2,
        ]


class TestErrors:
    @pytest.mark.parametrize("step", range(6))
    @pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
    def test_at_every_step_nothing_is_left(
        self,
        step: int,
        code: int,
        files: dict[Path, bytes],
        folders: tuple[Path, Path],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        steps = iter(range(6))

        def failing(real: Any) -> Any:
            def act(*arguments: Any) -> Any:
                if next(steps) == step:
                    raise OSError(code, os.strerror(code))
                return real(*arguments)

            return act

        monkeypatch.setattr(os, "fsync", failing(os.fsync))
        monkeypatch.setattr(Path, "replace", failing(Path.replace))
        with pytest.raises(OSError, match=r"\[Errno") as caught:
            write_durably(files, INSTANCE)
        assert caught.value.errno == code
        assert left(folders) == []


def refusing(code: int, *, folders_only: bool) -> Callable[[int], None]:
    """A flush as a network share answers it."""
    flush = os.fsync

    def act(descriptor: int) -> None:
        if folders_only and not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            flush(descriptor)
            return
        raise OSError(code, os.strerror(code))

    return act


class TestWhatCannotBeFlushed:
    """Nothing is wrong with what was written: it is kept, and the operator is told once."""

    @pytest.mark.parametrize("folders_only", [True, False])
    @pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS])
    def test_is_kept(
        self,
        code: int,
        folders_only: bool,
        files: dict[Path, bytes],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(os, "fsync", refusing(code, folders_only=folders_only))
        write_durably(files, INSTANCE)
        assert {path: path.read_bytes() for path in files} == files

    def test_said_once_for_a_disk(self, small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "fsync", refusing(errno.EINVAL, folders_only=True))
        with structlog.testing.capture_logs() as lines:
            for name in ("A", "B"):
                write_durably({small_disk / f"{name}.webp": b"x"}, INSTANCE)
        assert [line["log_level"] for line in lines] == ["warning"]
        assert "cannot be flushed" in lines[0]["event"]

    def test_a_broken_disk_is_still_an_error(
        self, files: dict[Path, bytes], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "fsync", refusing(errno.EIO, folders_only=True))
        with pytest.raises(OSError, match="Input/output"):
            write_durably(files, INSTANCE)


def test_known_until_its_row_is_surely_there() -> None:
    now = 1000.0
    names = FreshNames(lambda: now)
    names.add("a")
    assert "a" in names
    assert "b" not in names
    now += SETTLING_SECONDS + 1
    assert "a" not in names
    names.add("b")
    assert "b" in names
