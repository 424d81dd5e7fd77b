"""The way in and out of the image folder."""

import asyncio
import base64
import errno
import hashlib
import os
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from app.domain import GeneratedImage
from app.errors import DiskFullError, NotFoundError
from app.services.storage import InvalidImageError, StorageService, StorageUnavailableError
from tests.services.storage.conftest import StorageFactory
from tests.support.pictures import encode, noise

MOMENT = datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC)
PNG = encode(noise(640, 360), "PNG")


def picture(data: bytes = PNG, *, lossless: bool = False) -> GeneratedImage:
    return GeneratedImage(data=data, model="some-model", lossless=lossless)


def files(folder: Path) -> list[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return sorted(str(path.relative_to(folder)) for path in found)


class TestStore:
    def test_names_and_folders(self, storage: StorageService, images: Path) -> None:
        stored = storage.store_now(picture(), "Old Mill", MOMENT, "A lamp")
        match = re.fullmatch(
            r"images/full/(Old_Mill_20261123_040506_[0-9a-f]{16}\.webp)", stored.path_full
        )
        assert match
        assert stored.path_thumbnail == f"images/thumbnails/{match[1]}"
        assert files(images) == [f"full/{match[1]}", f"thumbnails/{match[1]}"]
        assert sorted(entry.name for entry in images.iterdir()) == [
            ".emberpeak",
            "full",
            "thumbnails",
        ]

    def test_facts(self, storage: StorageService, images: Path) -> None:
        stored = storage.store_now(picture(), "Old Mill", MOMENT, "A lamp")
        data = (images.parent / stored.path_full).read_bytes()
        assert stored.content_hash == hashlib.sha256(data).hexdigest()
        assert stored.source_hash == hashlib.sha256(PNG).hexdigest()
        assert stored.file_size_bytes == len(data)
        with Image.open(BytesIO(data)) as full:
            assert (full.format, full.size) == ("WEBP", (stored.width, stored.height))
        assert (stored.width, stored.height) == (640, 360)
        with Image.open(images.parent / stored.path_thumbnail) as thumbnail:
            assert thumbnail.size == (200, 113)
        assert base64.b64decode(stored.preview.partition(",")[2])[8:12] == b"WEBP"

    def test_lossless_where_asked(self, storage: StorageService, images: Path) -> None:
        stored = storage.store_now(picture(lossless=True), "A", MOMENT, "A lamp")
        with Image.open(images.parent / stored.path_full) as full:
            assert full.convert("RGB").tobytes() == noise(640, 360).tobytes()

    @pytest.mark.parametrize("data", [b"", b"<html>", PNG[:2000]])
    def test_what_is_no_picture_leaves_nothing(
        self, data: bytes, storage: StorageService, images: Path
    ) -> None:
        with pytest.raises(InvalidImageError):
            storage.store_now(picture(data), "A", MOMENT, "A lamp")
        assert files(images) == []

    def test_an_upload_of_too_many_bytes_leaves_nothing(
        self, make_storage: StorageFactory, images: Path
    ) -> None:
        with pytest.raises(InvalidImageError, match="MAX_IMAGE_SIZE_MB"):
            make_storage(max_bytes=len(PNG) - 1).store_upload(PNG, "A", MOMENT)
        assert files(images) == []

    def test_the_limit_of_uploads_is_none_for_what_was_made(
        self, make_storage: StorageFactory, images: Path
    ) -> None:
        make_storage(max_bytes=0).store_now(picture(), "A", MOMENT, "A lamp")
        assert len(files(images)) == 2

    def test_the_first_of_several_that_is_one(self, storage: StorageService) -> None:
        several = GeneratedImage(b"<html>", "some-model", others=(PNG[:2000], PNG, b""))
        stored = storage.store_now(several, "A", MOMENT, "A lamp")
        assert stored.source_hash == hashlib.sha256(PNG).hexdigest()

    def test_the_same_picture_at_once_gets_different_names(
        self, storage: StorageService, images: Path
    ) -> None:
        async def store_many() -> set[str]:
            stores = (storage.store(picture(), "Old Mill", MOMENT, "A lamp") for _ in range(12))
            return {stored.path_full for stored in await asyncio.gather(*stores)}

        paths = asyncio.run(store_many())
        assert len(paths) == 12
        assert len(files(images)) == 24


SMALL = encode(noise(8, 8), "PNG")


class TestRead:
    @pytest.mark.parametrize(
        ("folder", "name"),
        [
            ("full", "Gone_20261123_040506_0123456789abcdef.webp"),
            ("full", "../../game.db"),
            ("full", "..\\..\\game.db"),
            ("full", "../thumbnails/A.webp"),
            ("full", "/etc/passwd"),
            ("full", "A.webp\0"),
            ("..", "A.webp"),
            ("", "A.webp"),
            (".", "A.webp"),
            ("full/..", "A.webp"),
            ("quarantine/full", "A.webp"),
            ("FULL", "A.webp"),
            ("full", ""),
            ("full", "x" * 5000 + ".webp"),
        ],
    )
    def test_nothing_else(
        self, folder: str, name: str, storage: StorageService, images: Path
    ) -> None:
        for place in (images.parent, images, images.joinpath("quarantine")):
            place.mkdir(exist_ok=True)
            (place / "A.webp").write_bytes(b"secret")
        (images.parent / "game.db").write_bytes(b"secret")
        with pytest.raises(NotFoundError):
            storage.read(folder, name)

    def test_a_folder_in_the_way(self, storage: StorageService, images: Path) -> None:
        (images / "full" / "A.webp").mkdir()
        with pytest.raises(StorageUnavailableError):
            storage.read("full", "A.webp")


class TestRemove:
    @pytest.mark.parametrize(
        "path",
        ["game.db", "images/../game.db", "images/full/../../game.db", "../images/game.db", ""],
    )
    def test_nothing_outside(self, path: str, storage: StorageService, images: Path) -> None:
        outside = images.parent / "game.db"
        outside.write_bytes(b"everything")
        storage.remove([path, str(outside)])
        assert outside.read_bytes() == b"everything"


class TestTrouble:
    @pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
    def test_no_room(
        self, code: int, storage: StorageService, images: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "fsync", failing_with(code))
        with pytest.raises(DiskFullError) as caught:
            storage.store_now(picture(), "A", MOMENT, "A lamp")
        assert caught.value.status == 507
        assert str(images) not in caught.value.message
        assert files(images) == []

    @pytest.mark.parametrize("code", [errno.EIO, errno.EROFS, errno.EMFILE])
    def test_other_errors_of_the_disk(
        self, code: int, storage: StorageService, images: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "fsync", failing_with(code))
        with pytest.raises(StorageUnavailableError) as caught:
            storage.store_now(picture(), "A", MOMENT, "A lamp")
        assert caught.value.status == 503
        assert caught.value.retry_after
        assert str(images) not in caught.value.message
        assert files(images) == []


def failing_with(code: int) -> object:
    def fail(_descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    return fail


class TestFolder:
    def test_stays_the_same_when_the_process_moves(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with ThreadPoolExecutor(1) as executor:
            storage = StorageService(
                Path("./images"), executor, quality=85, thumbnail_side=200, max_bytes=2**20
            )
            (tmp_path / "elsewhere").mkdir()
            monkeypatch.chdir(tmp_path / "elsewhere")
            stored = storage.store_now(picture(SMALL), "A", MOMENT, "A lamp")
            storage.close()
        assert (tmp_path / stored.path_full).exists()
        assert list((tmp_path / "elsewhere").iterdir()) == []
