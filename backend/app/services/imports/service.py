"""ToolImport: brings images of other tools into the library, each in a unit of work of its own."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.domain import AspectRatio, GeneratedImage, ImportOutcome, SubjectType
from app.errors import AppError, DiskFullError, LibraryFullError
from app.models import ImageAsset
from app.schemas.text import storable
from app.services.generation.order import GenerationOrder, row_of
from app.services.imports.fields import fields_in
from app.services.imports.generation import Generation
from app.services.imports.hidden_text import hidden_fields, hides_text, without_hidden_text
from app.services.imports.naming import Rule, Subject, rule_for, subject_of
from app.services.imports.source import SourceFile, open_source
from app.services.imports.tools import generation_of
from app.services.players.growth import Growth
from app.services.players.identity import OPERATOR
from app.services.scenes.cache import CacheService
from app.services.storage import StorageService, StorageUnavailableError
from app.services.storage.errors import StorageEmptyError
from app.services.storage.inspection import PAID, open_image, unpack

Progress = Callable[[int], None]
# The next file would meet the same.
_ENDS_ALL = (DiskFullError, LibraryFullError, StorageUnavailableError)


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of one file, or would.

    Attributes:
        file: Its path inside of the folder or zip.
        outcome: ``skipped`` by a rule; ``failed`` for the reason in ``error``.
        tool: Which tool wrote it, if any said so.
        subject: What it shows.
        error: Why it could not be imported.
    """

    file: str
    outcome: ImportOutcome
    tool: str | None = None
    subject: Subject | None = None
    error: str | None = None

    @property
    def subject_type(self) -> SubjectType | None:
        """What it shows."""
        return self.subject.subject_type if self.subject else None

    @property
    def subject_name(self) -> str | None:
        """Name of the subject."""
        return self.subject.name if self.subject else None


@dataclass(slots=True)
class ImportReport:
    """What an import did, or would do, file by file."""

    files: list[ImportedFile] = field(default_factory=list)

    def count(self, outcome: ImportOutcome) -> int:
        """How many files came to this."""
        return sum(file.outcome == outcome for file in self.files)


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import.

    Attributes:
        rules: What files show whose paths match.
        remove_hidden: Remove text that is hidden in the transparency of an image.
        dry_run: Check everything and store nothing.
    """

    rules: Sequence[Rule] = ()
    remove_hidden: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """A file that was read: its bytes, what to store, and what is known of it."""

    file: SourceFile
    data: bytes
    cleaned: bytes
    size: tuple[int, int]
    subject: Subject
    generation: Generation | None


class ToolImport:
    """The same again changes nothing: an image is known by its subject and its bytes."""

    def __init__(
        self, database: Database, storage: StorageService, cache: CacheService, growth: Growth
    ) -> None:
        self._database = database
        self._storage = storage
        self._cache = cache
        self._growth = growth

    def run(
        self, path: Path, options: ImportOptions, progress: Progress = lambda _total: None
    ) -> ImportReport:
        """Import a folder, a zip or a single image; blocks its thread.

        A file that is no image is reported, and the rest is kept. Cut off, it goes on when it is
        run again.

        Args:
            path: What to import.
            options: How.
            progress: Called before each file with the number of all.

        Raises:
            SourceError: When the folder or zip cannot be read.
            LibraryFullError: When the library may not grow further.
            DiskFullError: When there is no room for the next image.
            StorageUnavailableError: When the image folder cannot be used.
        """
        if self._storage.trouble() is not None:
            raise StorageEmptyError
        report = ImportReport()
        with open_source(path) as files:
            for file in files:
                progress(len(files))
                report.files.append(self._import(file, options))
        return report

    def _import(self, file: SourceFile, options: ImportOptions) -> ImportedFile:
        rule = rule_for(file.path, list(options.rules))
        if rule is not None and rule.skip:
            return ImportedFile(str(file.path), "skipped")
        try:
            found = _read(file, rule, remove_hidden=options.remove_hidden)
            outcome = self._keep(found, options)
        except _ENDS_ALL:
            raise
        except AppError as error:
            return ImportedFile(str(file.path), "failed", error=error.message)
        tool = found.generation.tool if found.generation else None
        return ImportedFile(str(file.path), outcome, tool, found.subject)

    def _keep(self, found: _Found, options: ImportOptions) -> ImportOutcome:
        source_hash = hashlib.sha256(found.data).hexdigest()
        with self._database.reading() as session:
            if _is_known(session, found.subject, source_hash):
                return "already_there"
        if options.dry_run:
            return "stored"
        order = _order(found)
        model = found.generation.model if found.generation else None
        image = GeneratedImage(data=found.cleaned, model=model or "unknown")
        created_at = min(found.file.modified_at, utc_now())
        stored = self._storage.store_now(image, order.subject_name, created_at, order.prompt)
        asset = row_of(order, image, stored, milliseconds=0, created_at=created_at)
        asset.source_hash = source_hash
        if asset.origin is not None and found.generation is not None:
            asset.origin.generation = found.generation.as_json()
        try:
            with self._database.unit_of_work() as session:
                size = stored.file_size_bytes
                self._growth.take_picture(session, OPERATOR, utc_now(), size)
                session.add(asset)
                session.flush()
                self._show(session, found.subject, asset)
        except BaseException:
            self._storage.remove([stored.path_full, stored.path_thumbnail])
            raise
        return "stored"

    def _show(self, session: Session, subject: Subject, image: ImageAsset) -> None:
        """Let a scene show the image that shows none yet."""
        setting = subject.setting
        if setting is not None and self._cache.find(session, setting, utc_now()) is None:
            self._cache.put(session, setting, image, utc_now())


def _read(file: SourceFile, rule: Rule | None, *, remove_hidden: bool) -> _Found:
    data = cleaned = file.read()
    fields = fields_in(data)
    image = unpack(open_image(data, PAID), PAID)
    hidden = hidden_fields(image)
    if remove_hidden and hides_text(image):
        cleaned = without_hidden_text(image)
    generation = generation_of({**hidden, **fields})
    subject = subject_of(file.path, rule, generation)
    return _Found(file, data, cleaned, image.size, subject, generation)


def _is_known(session: Session, subject: Subject, source_hash: str) -> bool:
    wanted = select(ImageAsset.id).where(
        ImageAsset.subject_type == subject.subject_type,
        ImageAsset.subject_name == subject.name,
        ImageAsset.source_hash == source_hash,
    )
    return bool(session.scalar(select(wanted.exists())))


def _order(found: _Found) -> GenerationOrder:
    subject, generation = found.subject, found.generation
    is_scene = subject.subject_type is SubjectType.SCENE
    prompt = generation.prompt if generation and generation.prompt else subject.name
    description = generation.description if generation else None
    return GenerationOrder(
        subject_type=subject.subject_type,
        subject_name=subject.name,
        prompt=storable(prompt),
        aspect_ratio=_nearest_ratio(*found.size),
        component="scene-viewer" if is_scene else "item-window",
        alt_text=storable(f"{subject.name}: {description}" if description else subject.name)[:500],
    )


def _nearest_ratio(width: int, height: int) -> AspectRatio:
    def distance(ratio: AspectRatio) -> float:
        across, down = map(int, ratio.value.split(":"))
        return abs(width / height - across / down)

    return min(AspectRatio, key=distance)
