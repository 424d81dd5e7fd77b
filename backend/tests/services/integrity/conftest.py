"""A small real library, and the self-check over it."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.clock import utc_now
from app.database.engine import Database
from app.domain import GeneratedImage, SceneSetting
from app.models import ImageAsset
from app.services.integrity import Report, VerificationService
from app.services.library.identity import join
from app.services.scenes.cache import CacheService
from app.services.storage import StorageService
from tests.support.pictures import encode, noise
from tests.support.rows import CREATED_AT, image_row

SETTING = SceneSetting("Old Mill", "day", "clear")


@dataclass(frozen=True)
class Library:
    """Database, storage and the self-check, as the server builds them."""

    database: Database
    storage: StorageService
    verification: VerificationService
    cache: CacheService

    def add(self, **values: Any) -> ImageAsset:
        """Store an image with its row."""
        data = encode(noise(64, 36), "PNG")
        stored = self.storage.store_now(
            GeneratedImage(data, "test"), "Old Mill", CREATED_AT, "A mill"
        )
        facts = {
            "storage_path_full": stored.path_full,
            "storage_path_thumbnail": stored.path_thumbnail,
            "file_size_bytes": stored.file_size_bytes,
            "content_hash": stored.content_hash,
            "source_hash": stored.source_hash,
            "width": stored.width,
            "height": stored.height,
            "preview": stored.preview,
        }
        row = image_row(**{**facts, **values})
        with self.database.unit_of_work() as session:
            session.add(row)
        return row

    def full(self, row: ImageAsset) -> Path:
        """Where its full file should lie."""
        return self.storage.folder / row.storage_path_full.removeprefix("images/")

    def thumbnail(self, row: ImageAsset) -> Path:
        """Where its thumbnail should lie."""
        return self.storage.folder / row.storage_path_thumbnail.removeprefix("images/")

    def lost(self) -> list[str]:
        """What lies in quarantine."""
        folder = self.storage.folder.joinpath("quarantine")
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.*"))

    def execute(self, statement: str, **values: object) -> None:
        """Change rows as no program of ours would, foreign keys and all."""
        engine = self.database.writer
        with engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
            connection.execute(text(statement), values)
            connection.commit()
            connection.connection.cursor().execute("PRAGMA foreign_keys=ON")

    def row(self, row: ImageAsset) -> ImageAsset:
        """The row as it is now."""
        with self.database.reading() as session:
            found = session.get(ImageAsset, row.id)
        assert found is not None
        return found

    def show(self, row: ImageAsset) -> None:
        """Serve the scene with an image."""
        with self.database.unit_of_work() as session:
            image = session.get(ImageAsset, row.id)
            assert image is not None
            self.cache.put(session, SETTING, image, utc_now())

    def shown(self) -> int | None:
        """The image that the scene is served with."""
        with self.database.reading() as session:
            entry = self.cache.find(session, SETTING, utc_now())
        return entry.image_id if entry else None

    def check(self) -> dict[str, int]:
        """What is found, by kind."""
        return found(self.verification.run())

    def repair(self, *, force: bool = False) -> Report:
        """Mend; afterwards nothing may be left to find."""
        report = self.verification.run(repair=True, force=force)
        assert self.check() == {}
        return report


def found(report: Report) -> dict[str, int]:
    """Counts by kind."""
    return {str(kind): count for kind, count in report.counts.items()}


def sha256(path: Path) -> str:
    """Hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


OpenLibrary = Callable[..., Library]


@pytest.fixture
def open_library(tmp_path: Path, empty_database: Path) -> Iterator[OpenLibrary]:
    """Open the library of the test, as one more process would."""
    shutil.copy(empty_database, tmp_path / "game.db")
    with ExitStack() as stack:
        executor = stack.enter_context(ThreadPoolExecutor(1))

        def open_one(**limits: Any) -> Library:
            database = Database(f"sqlite:///{tmp_path / 'game.db'}")
            stack.callback(database.close)
            storage = StorageService(
                tmp_path / "images", executor, quality=85, thumbnail_side=200, max_bytes=2**20
            )
            stack.callback(storage.close)
            join(database, storage)
            return Library(
                database,
                storage,
                VerificationService(database, storage, **limits),
                CacheService(timedelta(days=7), has_model=False),
            )

        yield open_one


@pytest.fixture
def library(open_library: OpenLibrary) -> Library:
    return open_library()
