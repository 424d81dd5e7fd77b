"""PackExport: takes images out of the library, with everything that is known of them."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack

import structlog

from app.database.engine import Database
from app.domain import SubjectType
from app.errors import AppError, NotFoundError
from app.models import ImageOrigin
from app.services.packs.archive import PackFile, Spool, zipped
from app.services.packs.disclosure import Disclosure
from app.services.packs.engines import FORMS, FormName
from app.services.packs.manifest import (
    NAME,
    ImageEntry,
    LeftOut,
    ManifestWriter,
    Marks,
    OriginalMarks,
    Papers,
    Reason,
    SceneEntry,
    SentRequest,
)
from app.services.packs.selection import (
    SelectedImage,
    Selection,
    is_unchanged,
    require_images,
    selected_images,
)
from app.services.provenance.found_marks import marks_in
from app.services.provenance.webp import chunks_of
from app.services.storage import StorageService
from app.services.storage.errors import StorageEmptyError

log = structlog.get_logger()

_GATHERED = 2**16


class PackExport:
    """One pack on its way out.

    The same library gives the same bytes. Images come first and their manifest last: each file is
    read once, and what is gathered meanwhile lies on the disk if it is large. No transaction is
    open between two pages of rows, so that an image added meanwhile may be in the pack or not.

    Attributes:
        taken: Images in the pack so far.
        left_out: Images whose file is missing or damaged; the rest is exported all the same.
    """

    def __init__(
        self, database: Database, storage: StorageService, selection: Selection, form: FormName
    ) -> None:
        self._database = database
        self._storage = storage
        self._selection = selection
        self._form = form
        self.taken = 0
        self.left_out: list[LeftOut] = []

    def check(self) -> None:
        """Make sure that there is something to export.

        Raises:
            NotFoundError: When no image is selected.
            StorageUnavailableError: When the image folder is not there, or another library's.
        """
        if self._storage.trouble() is not None:
            raise StorageEmptyError
        require_images(self._database, self._selection)

    def zip(self) -> Iterator[bytes]:
        """The whole pack as a zip, in pieces worth sending."""
        gathered = bytearray()
        for piece in zipped(self.files()):
            gathered += piece
            if len(gathered) >= _GATHERED:
                yield bytes(gathered)
                gathered.clear()
        yield bytes(gathered)

    def files(self) -> Iterator[PackFile]:
        """All files, in the order in which a zip holds them; each must be read at once."""
        with ExitStack() as stack:
            manifest, writer = Spool(stack), ManifestWriter()
            disclosure = Disclosure()
            form = FORMS[self._form](stack)
            for selected in selected_images(self._database, self._selection):
                found = self._read(selected)
                if found is None:
                    continue
                entry, full, thumbnail = found
                manifest.write(writer.add(entry))
                disclosure.add(entry.papers)
                yield PackFile.of(entry.file, full)
                yield PackFile.of(entry.thumbnail, thumbnail)
                if entry.papers.original.manifest and selected.origin.manifest:
                    yield PackFile.of(entry.papers.original.manifest, selected.origin.manifest)
                yield from form.add(entry, full)
                self.taken += 1
            yield from form.finish()
            yield PackFile.of("disclosure.txt", disclosure.text().encode())
            manifest.write(writer.end(self.left_out))
            yield manifest.file(NAME)

    def _read(self, selected: SelectedImage) -> tuple[ImageEntry, bytes, bytes] | None:
        image = selected.image
        reason: Reason
        try:
            full = self._storage.read_path(image.storage_path_full)
            thumbnail = self._thumbnail(selected)
            if hashlib.sha256(full).hexdigest() == image.content_hash:
                return _entry(selected, full, thumbnail), full, thumbnail
            reason = "damaged"
        except NotFoundError:
            reason = "missing"
        except AppError:
            reason = "unreadable"
        if not is_unchanged(self._database, image):
            reason = "changed"
        self.left_out.append(LeftOut(file=image.storage_path_full, reason=reason))
        log.warning("an image is left out", path=image.storage_path_full, reason=reason)
        return None

    def _thumbnail(self, selected: SelectedImage) -> bytes:
        """Read it; one that is missing or cut off is made again."""
        path = selected.image.storage_path_thumbnail
        try:
            data = self._storage.read_path(path)
            list(chunks_of(data))
        except (NotFoundError, ValueError):
            self._storage.renew_thumbnail(path.rpartition("/")[2])
            data = self._storage.read_path(path)
        return data


def _entry(selected: SelectedImage, full: bytes, thumbnail: bytes) -> ImageEntry:
    image = selected.image
    # Without its rules: what a library of earlier years holds is exported as it is.
    return ImageEntry.model_construct(
        file=image.storage_path_full,
        thumbnail=image.storage_path_thumbnail,
        alt_text=image.alt_text,
        subject_type=SubjectType(image.subject_type),
        subject_name=image.subject_name,
        component=image.component,
        width=image.width,
        height=image.height,
        size_bytes=len(full),
        sha256=image.content_hash,
        thumbnail_sha256=hashlib.sha256(thumbnail).hexdigest(),
        preview=image.preview,
        is_featured=image.is_featured,
        created_at=image.created_at,
        scenes=tuple(
            SceneEntry.model_construct(
                location=scene.location,
                time_of_day=scene.time_of_day,
                weather=scene.weather,
                shown_since=scene.created_at,
                expires_at=scene.expires_at,
            )
            for scene in selected.scenes
        ),
        papers=_papers(selected, full),
    )


def _papers(selected: SelectedImage, full: bytes) -> Papers:
    image, origin, marks = selected.image, selected.origin, marks_in(full)
    request = None
    if origin.request_path is not None and origin.request_body is not None:
        request = SentRequest(path=origin.request_path, body=origin.request_body)
    return Papers.model_construct(
        provider=origin.provider,
        model=image.model_used,
        prompt=image.prompt_used,
        style=image.custom_prompt,
        aspect_ratio=image.aspect_ratio,
        number=image.variation,
        milliseconds=image.generation_time_ms,
        request=request,
        source_sha256=image.source_hash,
        original=_original(image.storage_path_full, origin),
        marks=Marks(
            digital_source_type=marks.digital_source_type,
            software=marks.software,
            has_manifest=marks.has_manifest,
        ),
    )


def _original(path: str, origin: ImageOrigin) -> OriginalMarks:
    name = sha256 = None
    if origin.manifest is not None:
        stem = path.rpartition("/")[2].removesuffix(".webp")
        name, sha256 = f"originals/{stem}.c2pa", hashlib.sha256(origin.manifest).hexdigest()
    return OriginalMarks.model_construct(
        digital_source_type=origin.found_source_type,
        software=origin.found_software,
        manifest=name,
        manifest_sha256=sha256,
    )
