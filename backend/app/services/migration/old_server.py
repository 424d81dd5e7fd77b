"""Imports the library of the old backend: its SQLite file and its folder of images.

The old backend kept ``dnd_game.db`` with the tables ``image_assets`` and ``scene_cache``, and
WebP files in ``images/full``. Its times are UTC without a zone.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database, sqlite_module
from app.domain import (
    AspectRatio,
    GeneratedImage,
    SceneSetting,
    SubjectType,
)
from app.errors import AppError
from app.models import ImageAsset
from app.schemas.text import composed, storable
from app.services.generation.order import GenerationOrder, row_of
from app.services.migration.offers import BadEntry, read_moment, read_time
from app.services.scenes.cache import CacheService
from app.services.storage import StorageService

DATABASE = "dnd_game.db"
_Row = dict[str, Any]


class OldServerError(AppError):
    """The folder holds no library of the old backend; the message says what is missing."""

    status = 422


@dataclass(slots=True)
class OldServerReport:
    """What became of the old library.

    Attributes:
        images: Images stored by this run.
        already_there: Images that the library had.
        scenes: Scene entries that are served now.
        errors: What could not be imported, and why.
    """

    images: int = 0
    already_there: int = 0
    scenes: int = 0
    errors: list[BadEntry] = field(default_factory=list)


class OldLibrary:
    """The old backend's files, read and never written.

    Args:
        folder: The old backend's folder, with ``dnd_game.db`` and ``images/`` in it.

    Raises:
        OldServerError: When there is no such database, or it is another program's.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / DATABASE
        if not self._file.is_file():
            raise OldServerError(f"There is no {DATABASE} in {folder}.")
        sqlite = sqlite_module()
        try:
            self.images = self._read("SELECT * FROM image_assets ORDER BY id")
            self.scenes = self._read("SELECT * FROM scene_cache ORDER BY id")
        except sqlite.Error as error:
            raise OldServerError(f"{self._file} is no library of the old server: {error}") from None

    def _read(self, query: str) -> list[_Row]:
        address = f"{self._file.absolute().as_uri()}?mode=ro"
        with closing(sqlite_module().connect(address, uri=True)) as connection:
            cursor = connection.execute(query)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def read_image(self, row: _Row) -> bytes:
        """Read the full file of a row, wherever below the folder the old paths began.

        Raises:
            FileNotFoundError: When it is in none of the places.
        """
        path = Path(str(row["storage_path_full"]))
        for place in self._places(path):
            if place.is_file():
                return place.read_bytes()
        raise FileNotFoundError(f"the file {path} is missing")

    def _places(self, path: Path) -> Iterator[Path]:
        yield self.folder / "images" / "full" / path.name
        if not path.is_absolute() and ".." not in path.parts:
            yield self.folder / path
            yield self.folder / "images" / path


class OldServerImport:
    """Imports one image after the other, each in a unit of work; run again it adds nothing twice.

    Args:
        database: Where rows go.
        storage: Where files go.
        cache: Serves the scenes that images show.
    """

    def __init__(self, database: Database, storage: StorageService, cache: CacheService) -> None:
        self._database = database
        self._storage = storage
        self._cache = cache

    def run(
        self, library: OldLibrary, *, dry_run: bool, progress: Callable[[int], None]
    ) -> OldServerReport:
        """Import everything that can be imported.

        Args:
            library: What is imported.
            dry_run: Only say what would happen; the images are decoded all the same.
            progress: Called with the number of rows that are done.
        """
        report = OldServerReport()
        imported: dict[int, int] = {}
        for row in library.images:
            try:
                imported[row["id"]] = self._import(library, row, report, dry_run=dry_run)
            except (AppError, OSError, ValueError, KeyError, TypeError) as error:
                report.errors.append(BadEntry(f"image {row.get('id')}", str(error)))
            progress(1)
        for row in library.scenes:
            self._serve(row, imported, report, dry_run=dry_run)
            progress(1)
        return report

    def _import(
        self, library: OldLibrary, row: _Row, report: OldServerReport, *, dry_run: bool
    ) -> int:
        picture = GeneratedImage(
            data=library.read_image(row), model=_text(row.get("model_used") or "unknown")
        )
        order, created_at = _order_of(row), read_time(row["created_at"]) or utc_now()
        with self._database.reading() as session:
            known = self._known(session, order, hashlib.sha256(picture.data).hexdigest())
        if known is not None:
            report.already_there += 1
            return known
        if dry_run:
            self._storage.check(picture.data)
            report.images += 1
            return 0
        stored = self._storage.store_now(picture, order.subject_name, created_at, order.prompt)
        asset = row_of(
            order,
            picture,
            stored,
            milliseconds=max(0, int(row.get("generation_time_ms") or 0)),
            created_at=created_at,
        )
        asset.use_count = max(0, int(row.get("use_count") or 0))
        asset.last_used = read_time(row.get("last_used"))
        asset.deleted_at = read_time(row.get("deleted_at"))
        is_starred = bool(row.get("is_featured"))
        try:
            with self._database.unit_of_work() as session:
                asset.is_featured = is_starred and not _has_featured(session, order)
                session.add(asset)
                session.flush()
        except BaseException:
            self._storage.remove([stored.path_full, stored.path_thumbnail])
            raise
        report.images += 1
        return asset.id

    def _known(self, session: Session, order: GenerationOrder, source_hash: str) -> int | None:
        return session.scalar(
            select(ImageAsset.id)
            .where(
                ImageAsset.subject_type == order.subject_type,
                ImageAsset.subject_name == order.subject_name,
                ImageAsset.source_hash == source_hash,
            )
            .limit(1)
        )

    def _serve(
        self, row: _Row, imported: dict[int, int], report: OldServerReport, *, dry_run: bool
    ) -> None:
        """Serve a scene with its old image, unless it has a live one here."""
        image_id = imported.get(row["image_asset_id"])
        if image_id is None:
            report.errors.append(BadEntry(f"scene {row['id']}", "its image was not moved"))
            return
        setting = SceneSetting(
            _text(row["location"]), _text(row["time_of_day"]), _text(row["weather"])
        )
        if dry_run:
            report.scenes += 1
            return
        with self._database.unit_of_work() as session:
            image = session.get_one(ImageAsset, image_id)
            now = utc_now()
            if image.deleted_at is None and self._cache.find(session, setting, now) is None:
                entry = self._cache.put(session, setting, image, now)
                entry.expires_at = min(
                    read_moment(row.get("expires_at")) or entry.expires_at, entry.expires_at
                )
                report.scenes += 1


def _order_of(row: _Row) -> GenerationOrder:
    subject_type = SubjectType(str(row["subject_type"]).lower())
    is_scene = subject_type is SubjectType.SCENE
    ratio = str(row.get("aspect_ratio"))
    usual = AspectRatio.WIDE if is_scene else AspectRatio.SQUARE
    name, style = _text(row["subject_name"]), row.get("custom_prompt")
    return GenerationOrder(
        subject_type=subject_type,
        subject_name=name,
        prompt=storable(str(row["prompt_used"])),
        aspect_ratio=AspectRatio(ratio) if ratio in set(AspectRatio) else usual,
        component=_text(row.get("component") or ("scene-viewer" if is_scene else "item-window")),
        alt_text=name,
        custom_prompt=storable(str(style)) if style else None,
    )


def _has_featured(session: Session, order: GenerationOrder) -> bool:
    query = select(ImageAsset.id).where(
        ImageAsset.subject_type == order.subject_type,
        ImageAsset.subject_name == order.subject_name,
        ImageAsset.is_featured,
        ImageAsset.is_visible(),
    )
    return session.scalar(query.limit(1)) is not None


def _text(value: object) -> str:
    return composed(storable(str(value)))
