"""Files of earlier versions get the mark that says what made them, under a new name.

A name stands for one content for ever, so the old name stays known and leads to the new file.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.domain import PIXEL_ARTIST_MODEL, SourceType
from app.errors import AppError
from app.models import FormerName, ImageAsset, ImageOrigin, LedgerEntry, PurgedFiles
from app.services.integrity.findings import Report
from app.services.provenance.mark import Mark
from app.services.storage import StorageService
from app.services.storage.layout import new_file_name, storage_path

log = structlog.get_logger()

_DATA_URI = "data:image/webp;base64,"
_SOURCE_TYPES: dict[str | None, SourceType] = {
    "gemini": "trainedAlgorithmicMedia",
    "pixel": "algorithmicMedia",
}
# Of a WebP file: the name of its first chunk, and whether XMP stands in it. Foreign metadata is
# dropped before an image is stored, so that XMP in a stored file is ours.
_EXTENDED, _FLAGS, _HAS_XMP = b"VP8X", 20, 0x04


@dataclass(frozen=True, slots=True)
class _Files:
    """Both files of an image with their mark, and the names of both before."""

    name: str
    full: bytes
    thumbnail: bytes
    preview: str
    before: tuple[str, str]


class MarkCheck:
    """Finds the images whose files do not say what made them, and marks them on request."""

    def __init__(self, database: Database, storage: StorageService, batch: int) -> None:
        self._database = database
        self._storage = storage
        self._batch = batch

    def run(self, report: Report, step: Callable[[int], None], *, repair: bool) -> None:
        """Count unmarked images; with ``repair`` mark them first, each in a unit of work.

        An image whose files are missing or damaged is left to the other checks.
        """
        for image_id in self._unmarked():
            step(0)
            try:
                is_marked = repair and self._mark(image_id)
            except (AppError, OSError, ValueError) as error:
                log.warning("an image could not be marked", image_id=image_id, reason=str(error))
                is_marked = False
            if is_marked:
                report.marked += 1
            else:
                report.unmarked += 1

    def _unmarked(self) -> Iterator[int]:
        last = 0
        while True:
            after = (
                select(ImageAsset.id, ImageAsset.storage_path_full)
                .where(ImageAsset.id > last, ImageAsset.missing_since.is_(None))
                .order_by(ImageAsset.id)
                .limit(self._batch)
            )
            with self._database.reading() as session:
                rows = session.execute(after).all()
            if not rows:
                return
            for last, path in rows:
                if not self._is_marked(path):
                    yield last

    def _is_marked(self, path: str) -> bool:
        file = self._storage.folder / path.removeprefix("images/")
        try:
            with file.open("rb") as opened:
                head = opened.read(_FLAGS + 1)
        except OSError:  # said by the check of the row
            return True
        return head[12:16] == _EXTENDED and bool(head[_FLAGS] & _HAS_XMP)

    def _mark(self, image_id: int) -> bool:
        """Write the marked files, let the row name them, then delete the others.

        Cut off before the row, the new files are strays; after it, the old ones are noted to be
        deleted, and the next start does it.
        """
        with self._database.reading() as session:
            image = session.get_one(ImageAsset, image_id)
            mark = _mark_of(session, image)
        files = self._marked_files(image, mark)
        paths = [storage_path(folder, files.name) for folder in ("full", "thumbnails")]
        self._storage.place(dict(zip(paths, (files.full, files.thumbnail), strict=True)))
        try:
            with self._database.unit_of_work() as session:
                is_marked = _rename(session, image_id, files)
        except BaseException:
            self._storage.remove(paths)
            raise
        if not is_marked:
            self._storage.remove(paths)
        elif not self._storage.remove(files.before):
            with self._database.unit_of_work() as session:
                full = files.before[0]
                session.execute(delete(PurgedFiles).where(PurgedFiles.storage_path_full == full))
        return is_marked

    def _marked_files(self, image: ImageAsset, mark: Mark) -> _Files:
        before = image.storage_path_full, image.storage_path_thumbnail
        old, thumbnail = (self._storage.read_path(path) for path in before)
        if hashlib.sha256(old).hexdigest() != image.content_hash:
            raise ValueError("its file is damaged")
        full = mark.on(old)
        preview = base64.b64decode(image.preview.removeprefix(_DATA_URI))
        return _Files(
            name=new_file_name(image.subject_name, image.created_at, full),
            full=full,
            thumbnail=mark.on(thumbnail),
            preview=_DATA_URI + base64.b64encode(mark.short_on(preview)).decode("ascii"),
            before=before,
        )


def _mark_of(session: Session, image: ImageAsset) -> Mark:
    """What is known to have made an image; of one that was imported nothing is claimed."""
    origin = session.get(ImageOrigin, image.id)
    source_type = _SOURCE_TYPES.get(origin.provider if origin else None)
    if source_type is None and origin is None:
        was_paid = select(LedgerEntry.id).where(LedgerEntry.image_id == image.id).limit(1)
        if image.model_used == PIXEL_ARTIST_MODEL:
            source_type = "algorithmicMedia"
        elif session.scalar(was_paid) is not None:
            source_type = "trainedAlgorithmicMedia"
    model = image.model_used if source_type else None
    return Mark(source_type, model, image.created_at)


def _rename(session: Session, image_id: int, files: _Files) -> bool:
    """Let the row name the new files; False if it names others meanwhile, or is gone."""
    image = session.get(ImageAsset, image_id)
    if image is None or image.storage_path_full != files.before[0]:
        return False
    image.storage_path_full = storage_path("full", files.name)
    image.storage_path_thumbnail = storage_path("thumbnails", files.name)
    image.content_hash = hashlib.sha256(files.full).hexdigest()
    image.file_size_bytes = len(files.full)
    image.preview = files.preview
    full, thumbnail = files.before
    session.add(FormerName(name=full.rpartition("/")[2], image_id=image_id))
    session.add(
        PurgedFiles(storage_path_full=full, storage_path_thumbnail=thumbnail, purged_at=utc_now())
    )
    session.flush()
    return True
