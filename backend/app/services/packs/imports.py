"""PackImport: brings the images of a pack into the library, as they were."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.domain import SceneSetting
from app.errors import ConflictError
from app.models import ImageAsset, ImageOrigin, SceneCache
from app.services.library.images import has_featured
from app.services.packs.manifest import ImageEntry
from app.services.packs.reading import Pack, is_pack, open_pack
from app.services.players.growth import Growth
from app.services.players.identity import OPERATOR
from app.services.scenes.key import scene_key
from app.services.storage import StorageService
from app.services.storage.errors import StorageEmptyError

_BATCH = 20
_PATIENCE_SECONDS = 600.0

Progress = Callable[[int], None]


@dataclass(slots=True)
class PackReport:
    """What an import did, or would do: images that are new, came back, or were there already.

    An image comes back from the trash, or if its file was lost.
    """

    stored: int = 0
    restored: int = 0
    already_there: int = 0

    @property
    def images(self) -> int:
        """How many images the pack holds."""
        return self.stored + self.restored + self.already_there


class PackImport:
    """Keeps names, bytes, dates and papers, so that the library can export the same pack again.

    The whole pack is checked before anything is written. An import that is cut off later has kept
    whole images, and the same again adds the rest.
    """

    def __init__(self, database: Database, storage: StorageService, growth: Growth) -> None:
        self._database = database
        self._storage = storage
        self._growth = growth

    @staticmethod
    def accepts(path: Path) -> bool:
        """Whether a folder or zip is a pack of Emberpeak's."""
        return is_pack(path)

    def run(
        self, path: Path, *, dry_run: bool = False, progress: Progress = lambda _count: None
    ) -> PackReport:
        """Import a folder or a zip; blocks its thread.

        Args:
            path: The pack.
            dry_run: Check everything and store nothing.
            progress: Called with the number of images that were checked or kept.

        Raises:
            PackError: When a file is missing or damaged; the library is as it was.
            ConflictError: When the library holds another image under the same name; likewise.
            LibraryFullError: When the pack is larger than the library may grow.
            DiskFullError: When there is no room for the next images.
            PurgeLockTimeoutError: When a backup took too long; what came before it is kept.
            StorageUnavailableError: When the image folder cannot be used.
        """
        if self._storage.trouble() is not None:
            raise StorageEmptyError
        with open_pack(path) as pack:
            report = self._check(pack, progress)
            if not dry_run:
                for entries in _batches(pack.entries(), _BATCH):
                    # Apart from other imports, and from whoever moves files without a row.
                    with self._storage.purge_lock.exclusive(_PATIENCE_SECONDS):
                        self._keep(pack, entries)
                    progress(len(entries))
        return report

    def _check(self, pack: Pack, progress: Progress) -> PackReport:
        report, size = PackReport(), 0
        for entries in _batches(pack.entries(), _BATCH):
            with self._database.reading() as session:
                known = _known(session, entries)
            for entry in entries:
                pack.check(entry)
                image = known.get(entry.file)
                if image is None:
                    report.stored += 1
                    size += entry.size_bytes
                elif image.content_hash != entry.sha256:
                    raise ConflictError(f"The library has another image named {entry.file}.")
                elif self._is_whole(image):
                    report.already_there += 1
                else:
                    report.restored += 1
            progress(len(entries))
        if size:
            with self._database.reading() as session:
                self._growth.check_picture(session, OPERATOR, utc_now(), size)
        return report

    def _is_whole(self, image: ImageAsset) -> bool:
        is_hidden = image.deleted_at is not None or image.missing_since is not None
        return not is_hidden and self._storage.has_files(image)

    def _keep(self, pack: Pack, entries: list[ImageEntry]) -> None:
        with self._database.reading() as session:
            known = _known(session, entries)
        files: dict[str, bytes] = {}
        manifests: dict[str, bytes | None] = {}
        for entry in entries:
            image = known.get(entry.file)
            if image is None or not self._storage.has_files(image):
                files |= pack.files_of(entry)
            manifests[entry.file] = pack.original_manifest(entry)
        self._storage.place(files)
        try:
            with self._database.unit_of_work() as session:
                _store(session, entries, manifests, utc_now(), self._growth)
        except BaseException:
            self._discard(files, entries)
            raise

    def _discard(self, files: dict[str, bytes], entries: list[ImageEntry]) -> None:
        """Remove files whose rows were not stored."""
        with self._database.reading() as session:
            known = _known(session, entries)
        lost = (entry for entry in entries if entry.file not in known and entry.file in files)
        self._storage.remove(path for entry in lost for path in (entry.file, entry.thumbnail))


def _batches(entries: Iterable[ImageEntry], size: int) -> Iterator[list[ImageEntry]]:
    left = iter(entries)
    while batch := list(islice(left, size)):
        yield batch


def _known(session: Session, entries: Iterable[ImageEntry]) -> dict[str, ImageAsset]:
    paths = [entry.file for entry in entries]
    found = session.scalars(select(ImageAsset).where(ImageAsset.storage_path_full.in_(paths)))
    return {image.storage_path_full: image for image in found}


def _store(
    session: Session,
    entries: list[ImageEntry],
    manifests: dict[str, bytes | None],
    now: datetime,
    growth: Growth,
) -> None:
    known = _known(session, entries)
    for entry in entries:
        image = known.get(entry.file)
        if image is None:
            image = _row(entry, manifests[entry.file])
            image.is_featured = entry.is_featured and not has_featured(session, image)
            session.add(image)
            growth.add(session, OPERATOR, now, entry.size_bytes)
        elif image.deleted_at is not None or image.missing_since is not None:
            image.is_featured = image.is_featured and not has_featured(session, image)
            image.deleted_at = image.missing_since = None
        session.flush()
        _show(session, entry, image)


def _show(session: Session, entry: ImageEntry, image: ImageAsset) -> None:
    """Let scenes show the image that show none yet."""
    for scene in entry.scenes:
        key = scene_key(SceneSetting(scene.location, scene.time_of_day, scene.weather))
        if session.scalar(select(SceneCache.id).where(SceneCache.cache_key == key)) is not None:
            continue
        session.add(
            SceneCache(
                cache_key=key,
                location=scene.location,
                time_of_day=scene.time_of_day,
                weather=scene.weather,
                image_id=image.id,
                created_at=scene.shown_since,
                expires_at=scene.expires_at,
            )
        )
        session.flush()


def _row(entry: ImageEntry, manifest: bytes | None) -> ImageAsset:
    papers = entry.papers
    request, original = papers.request, papers.original
    return ImageAsset(
        subject_type=entry.subject_type,
        subject_name=entry.subject_name,
        component=entry.component,
        prompt_used=papers.prompt,
        custom_prompt=papers.style,
        model_used=papers.model,
        aspect_ratio=papers.aspect_ratio,
        alt_text=entry.alt_text,
        storage_path_full=entry.file,
        storage_path_thumbnail=entry.thumbnail,
        file_size_bytes=entry.size_bytes,
        width=entry.width,
        height=entry.height,
        content_hash=entry.sha256,
        source_hash=papers.source_sha256,
        preview=entry.preview,
        generation_time_ms=papers.milliseconds,
        created_at=entry.created_at,
        variation=papers.number,
        origin=ImageOrigin(
            provider=papers.provider,
            request_path=request.path if request else None,
            request_body=request.body if request else None,
            found_source_type=original.digital_source_type,
            found_software=original.software,
            manifest=manifest,
        ),
    )
