"""Whether an image folder looks like one that holds images."""

from pathlib import Path

import pytest

from app.services.storage.errors import StorageUnavailableError
from app.services.storage.layout import folder_trouble
from tests.services.storage.conftest import StorageFactory

NAME = "Old_Mill_20261123_040506_0123456789abcdef.webp"


def test_one_picture_is_enough(images: Path) -> None:
    (images / "full").mkdir(parents=True)
    (images / "full" / NAME).touch()
    assert folder_trouble(images) is None


def test_nothing_there(images: Path) -> None:
    assert folder_trouble(images) == "image_folder_missing"


def test_only_the_point_where_a_disk_is_mounted(images: Path) -> None:
    images.mkdir()
    assert folder_trouble(images) == "image_folder_missing"


def test_a_file_in_its_place(images: Path) -> None:
    images.mkdir()
    (images / "full").touch()
    assert folder_trouble(images) == "image_folder_missing"


@pytest.mark.parametrize("name", ["README.txt", f".{NAME}.0123456789abcdef.tmp", "quarantine"])
def test_no_picture_in_it(name: str, images: Path) -> None:
    (images / "full" / name).mkdir(parents=True)
    (images / "thumbnails").mkdir()
    assert folder_trouble(images) == "image_folder_empty"
    (images / "thumbnails" / NAME).touch()  # made again from originals, which these are not
    assert folder_trouble(images) == "image_folder_empty"
    (images / "full" / NAME).touch()
    assert folder_trouble(images) is None


@pytest.mark.parametrize("target", ["../nowhere.webp", NAME], ids=["nowhere", "to itself"])
def test_links_that_lead_to_no_file(target: str, images: Path) -> None:
    (images / "full").mkdir(parents=True)
    (images / "full" / NAME).symlink_to(target)
    assert folder_trouble(images) == "image_folder_empty"


def test_that_cannot_be_read(make_storage: StorageFactory, images: Path) -> None:
    storage = make_storage()
    (images / "full").rmdir()
    (images / "full").symlink_to("full")  # a circle: there, and not to be read, also by root
    with pytest.raises(StorageUnavailableError):
        storage.trouble()
