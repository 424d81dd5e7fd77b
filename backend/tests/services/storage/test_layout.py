"""Names of stored files, the look of an image folder, and the room on its disk."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.storage.errors import StorageUnavailableError
from app.services.storage.layout import (
    MARKER,
    folder_trouble,
    free_bytes,
    is_file_name,
    new_file_name,
)
from tests.services.storage.conftest import StorageFactory

MOMENT = datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC)
NAME = "Old_Mill_20261123_040506_0123456789abcdef.webp"


@settings(deadline=None)
@given(st.text(max_size=300), st.datetimes(timezones=st.just(UTC)), st.binary(max_size=20))
def test_any_subject_gives_a_safe_name(subject: str, moment: datetime, content: bytes) -> None:
    name = new_file_name(subject, moment, content)
    assert is_file_name(name)
    assert re.fullmatch(r"[A-Za-z0-9_]{1,60}_\d{1,8}_\d{6}_[0-9a-f]{16}\.webp", name)
    assert not name.startswith("_")


@pytest.mark.parametrize(
    ("subject", "readable"),
    [
        ("Starting Tavern", "Starting_Tavern"),
        ("  The  King's  Axe! ", "The_King_s_Axe"),
        ("../../etc/passwd", "etc_passwd"),
        ("..\\..\\boot.ini", "boot_ini"),
        ("a\0b\nc", "a_b_c"),
        ("洞窟", "Picture"),
        ("Höhle", "H_hle"),
        ("", "Picture"),
        ("...", "Picture"),
        ("x" * 200, "x" * 60),
        ("CON", "CON"),
    ],
)
def test_readable_part(subject: str, readable: str) -> None:
    name = new_file_name(subject, MOMENT, b"")
    assert name.rsplit("_", 3)[0] == readable
    assert "_20261123_040506_" in name


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_accepted_name_has_a_path_in_it(name: str) -> None:
    for candidate in (name, f"{name}.webp"):
        if is_file_name(candidate):
            assert candidate.isascii()
            assert not set("/\\:\0\n") & set(candidate)
            assert not candidate.startswith(".")


def test_whose_folder_it_is(images: Path) -> None:
    assert folder_trouble(images, "ours") == "image_folder_missing"
    images.mkdir()
    assert folder_trouble(images, None) == "image_folder_missing"
    (images / "full").touch()
    assert folder_trouble(images, "ours") == "image_folder_missing"
    (images / "full").unlink()
    (images / "full").mkdir()
    assert folder_trouble(images, "ours") == "image_folder_empty"
    (images / "full" / MARKER).write_bytes(b"theirs\n")
    assert folder_trouble(images, "ours") == "image_folder_foreign"
    assert folder_trouble(images, "theirs") is None
    assert folder_trouble(images, None) is None


def test_that_cannot_be_read(make_storage: StorageFactory, images: Path) -> None:
    storage = make_storage()
    (images / "full").rmdir()
    (images / "full").symlink_to("full")  # a circle: there, and not to be read, also by root
    with pytest.raises(StorageUnavailableError):
        storage.trouble()


def test_of_one_that_says_it_has_no_bytes_at_all() -> None:
    """As cloud drives do; the system's own /proc is such a one."""
    assert shutil.disk_usage("/proc").total == 0
    assert free_bytes(Path("/proc")) is None
