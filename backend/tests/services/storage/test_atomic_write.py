"""Whole files or none: errors at every step, a full disk, a killed process; fresh names."""

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, ItemsView, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from app.services.backup.archive import written
from app.services.storage.atomic_write import (
    SETTLING_SECONDS,
    TEMPORARY_SUFFIX,
    FreshNames,
    flush_folder,
    temporary_name,
    write_durably,
    writer_of,
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


def test_writes_all(files: dict[Path, bytes], folders: tuple[Path, Path]) -> None:
    write_durably(files, INSTANCE)
    assert {path: path.read_bytes() for path in files} == files
    assert left(folders) == ["A.webp", "A.webp"]


@given(st.from_regex(r"[A-Za-z0-9_]{1,60}\.webp", fullmatch=True))
def test_temporary_names_tell_whose_they_are(name: str) -> None:
    temporary = temporary_name(name, INSTANCE)
    assert writer_of(temporary) == INSTANCE
    assert temporary.startswith(".")
    assert temporary.endswith(TEMPORARY_SUFFIX)


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

    def test_an_interrupt_leaves_nothing(
        self,
        files: dict[Path, bytes],
        folders: tuple[Path, Path],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def interrupted(_descriptor: int) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(os, "fsync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write_durably(files, INSTANCE)
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

    def test_a_folder_that_the_system_itself_cannot_flush(self) -> None:
        with pytest.raises(OSError, match="Invalid argument"):
            os.fsync(os.open("/proc", os.O_RDONLY))
        flush_folder(Path("/proc"))

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

    def test_a_backup_is_made_too(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "fsync", refusing(errno.EINVAL, folders_only=False))
        with written(tmp_path / "new") as file:
            file.write(b"data")
        assert (tmp_path / "new").read_bytes() == b"data"

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


class TestFullDisk:
    def test_what_was_there_stays_and_what_fits_fits(self, small_disk: Path) -> None:
        write_durably({small_disk / "A.webp": b"a" * 400_000}, INSTANCE)
        with pytest.raises(OSError, match="No space"):
            write_durably({small_disk / "B.webp": b"b" * 400_000}, INSTANCE)
        write_durably({small_disk / "C.webp": b"c" * 100_000}, INSTANCE)
        assert (small_disk / "A.webp").read_bytes() == b"a" * 400_000
        assert sorted(entry.name for entry in small_disk.iterdir()) == ["A.webp", "C.webp"]


_WRITE_FOR_EVER = """
import itertools, sys
from pathlib import Path
from app.services.storage.atomic_write import write_durably
folder = Path(sys.argv[1])
for number in itertools.count():
    data = bytes([number % 256]) * 100_000
    write_durably({folder / "full" / f"{number}.webp": data,
                   folder / "thumbnails" / f"{number}.webp": data[:999]}, "0123456789abcdef")
    print(number, flush=True)
"""


@pytest.mark.thorough
def test_killed_at_any_moment_every_file_is_whole(
    folders: tuple[Path, Path], long_run: bool
) -> None:
    told = -1
    for round_ in range(20 if long_run else 4):
        process = subprocess.Popen(
            [sys.executable, "-c", _WRITE_FOR_EVER, str(folders[0].parent)],
            env={"PYTHONPATH": str(Path(__file__).parents[3])},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        for _ in range(3 + 2 * round_):
            told = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        told = max([told, *map(int, process.communicate()[0].split())])
        whole = {int(path.stem): path for path in folders[0].glob("*.webp")}
        assert set(range(told + 1)) <= set(whole)
        for number, path in whole.items():
            assert path.read_bytes() == bytes([number % 256]) * 100_000
        assert set(range(told + 1)) <= {int(path.stem) for path in folders[1].glob("*.webp")}
        for folder in folders:
            for path in folder.iterdir():
                path.unlink()


class Interrupted(dict[str, float]):
    """Lets another thread add a name while one goes through the names, where nothing holds it."""

    def __init__(self, known: dict[str, float], interrupt: Callable[[], None]) -> None:
        super().__init__(known)
        self._interrupt = interrupt

    def items(self) -> ItemsView[str, float]:  # type: ignore[override]
        return InterruptedItems(self, self._interrupt)


class InterruptedItems(ItemsView[str, float]):
    """The names, between the first two of which something else happens."""

    def __init__(self, known: Mapping[str, float], interrupt: Callable[[], None]) -> None:
        super().__init__(known)
        self._interrupt = interrupt

    def __iter__(self) -> Iterator[tuple[str, float]]:
        pairs = super().__iter__()
        yield next(pairs)
        self._interrupt()
        yield from pairs


def test_known_until_its_row_is_surely_there(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    names = FreshNames()
    names.add("a")
    assert "a" in names
    assert "b" not in names
    now += SETTLING_SECONDS + 1
    assert "a" not in names
    names.add("b")
    assert names._written.keys() == {"b"}, "the old ones are forgotten"


def test_added_while_another_thread_adds() -> None:
    names = FreshNames()
    others: list[threading.Thread] = []

    def add_theirs() -> None:
        if not others:
            others.append(threading.Thread(target=names.add, args=["theirs"]))
            others[0].start()
            others[0].join(0.3)  # it must wait for its turn, and gets it later

    names.add("a")
    names.add("b")
    names._written = Interrupted(names._written, add_theirs)
    names.add("ours")
    others[0].join()
    assert "ours" in names
    assert "theirs" in names
