"""Checking, encoding and writing images on all cores, and handing them on in order."""

import asyncio
import base64
import binascii
import hashlib
import re
from collections import deque
from collections.abc import AsyncGenerator, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.domain import SceneSetting, SubjectType
from app.errors import AppError
from app.models import ImageAsset
from app.services.migration.offers import BadEntry, Offer, Outcome
from app.services.players.growth import Growth
from app.services.players.identity import Caller
from app.services.storage import InvalidImageError, StorageService, StoredImage

# Later versions of the old game labelled everything image/webp; the label is not believed.
_DATA_URI = re.compile(r"\s*data:[^,]{0,100},", re.IGNORECASE)


def decode_payload(payload: str) -> bytes:
    """Decode base64, bare or in a data URI.

    Raises:
        InvalidImageError: When it is empty, or no base64.
    """
    uri = _DATA_URI.match(payload)
    text = payload[uri.end() :] if uri else payload
    try:
        data = _decode(text)
    except ValueError as error:
        raise InvalidImageError(
            "The image's data is cut short or no base64.", "not_base64"
        ) from error
    if not data:
        raise InvalidImageError("The entry holds no image: its data is empty.", "empty")
    return data


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        # Broken into lines, as some programs write it; rare, so the copy is made only here.
        return base64.b64decode("".join(text.split()), validate=True)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One image to be kept, and every entry that offers it.

    What one twin lacks another may have: the earliest date, any star, the first style.

    Attributes:
        source_hash: SHA-256 of the bytes offered, in hexadecimal.
        source_bytes: How many bytes were offered.
        offers: The entries, in the order they were found.
    """

    source_hash: str
    source_bytes: int
    offers: tuple[Offer, ...]

    @property
    def first(self) -> Offer:
        """The entry found first; it gives the subject."""
        return self.offers[0]

    @property
    def created_at(self) -> datetime | None:
        """The earliest date of any twin."""
        return min((offer.created_at for offer in self.offers if offer.created_at), default=None)

    @property
    def last_used(self) -> datetime | None:
        """The latest use of any twin."""
        return max((offer.last_used for offer in self.offers if offer.last_used), default=None)

    @property
    def use_count(self) -> int:
        """The largest count of any twin: if added up, each rerun would count again."""
        return max(offer.use_count for offer in self.offers)

    @property
    def is_featured(self) -> bool:
        """Whether any twin was starred."""
        return any(offer.is_featured for offer in self.offers)

    @property
    def starred_at(self) -> datetime | None:
        """The newest date of a starred twin: what its star is weighed with."""
        return _newest(offer for offer in self.offers if offer.is_featured)

    @property
    def scenes(self) -> dict[SceneSetting, datetime | None]:
        """The scenes that the image shows, each with the newest date given for it."""
        settings = dict.fromkeys(offer.setting for offer in self.offers if offer.setting)
        return {
            setting: _newest(offer for offer in self.offers if offer.setting == setting)
            for setting in settings
        }

    @property
    def style(self) -> str | None:
        """The first style that is not empty."""
        return next((offer.custom_prompt for offer in self.offers if offer.custom_prompt), None)

    @property
    def prompt(self) -> str:
        """The first prompt of any twin."""
        return next((offer.prompt for offer in self.offers if offer.prompt), "")


def group_offers(offers: Iterable[Offer]) -> tuple[list[Candidate], list[BadEntry]]:
    """Group the offers by subject and content; gives those that cannot be decoded apart.

    Each payload is decoded and let go of again, so that only one is held at a time.
    """
    groups: dict[tuple[SubjectType, str, str, int], list[Offer]] = {}
    bad = []
    for offer in offers:
        try:
            data = decode_payload(offer.payload)
        except InvalidImageError as error:
            bad.append(BadEntry(offer.key, error.message))
        else:
            digest = hashlib.sha256(data).hexdigest()
            key = (offer.subject_type, offer.subject_name, digest, len(data))
            groups.setdefault(key, []).append(offer)
    return [Candidate(key[2], key[3], tuple(group)) for key, group in groups.items()], bad


def _newest(offers: Iterable[Offer]) -> datetime | None:
    return max((offer.created_at for offer in offers if offer.created_at), default=None)


def find_same(session: Session, candidate: Candidate, caller: Caller) -> ImageAsset | None:
    """Get the row of the same bytes for the same subject, from the trash only what may be restored.

    For all others an image in the trash is gone: with a copy of it they could undo what the
    operator took down. A live one comes first, then the caller's own.
    """
    is_live = ImageAsset.deleted_at.is_(None)
    is_own = ImageAsset.player_hash == caller.known_player
    found = select(ImageAsset).where(
        ImageAsset.subject_name == candidate.first.subject_name,
        ImageAsset.subject_type == candidate.first.subject_type,
        ImageAsset.source_hash == candidate.source_hash,
    )
    if not caller.is_admin:
        found = found.where(or_(is_live, is_own))
    order = (is_live.desc(), is_own.desc().nulls_last(), ImageAsset.id)
    return session.scalar(found.order_by(*order).limit(1))


log = structlog.get_logger()

# Finished images that wait for a slow one before them: only their names are held.
_AHEAD = 4


@dataclass(frozen=True, slots=True)
class Prepared:
    """An image whose bytes were checked, and written if that was needed.

    Attributes:
        candidate: The image and its entries.
        existing: Its row, if it has one already that the caller may know of.
        lost_path: Name of the existing full file, if that or the thumbnail is gone.
        stored: Files just written, which no row names yet.
        error: Why it cannot be kept.
    """

    candidate: Candidate
    existing: ImageAsset | None = None
    lost_path: str | None = None
    stored: StoredImage | None = None
    error: AppError | None = None

    @property
    def paths(self) -> list[str]:
        """The files just written."""
        return [] if self.stored is None else [self.stored.path_full, self.stored.path_thumbnail]

    @property
    def expected(self) -> Outcome:
        """What keeping it will do."""
        if self.existing is None:
            return "stored"
        if self.existing.deleted_at is not None:
            return "restored"
        return "already_there" if self.lost_path is None else "healed"


class Preparation:
    """Turns candidates into files.

    Args:
        database: Knows which images are here already.
        storage: Checks, encodes and writes.
        growth: Refuses new ones before they are encoded.
        executor: Threads that do so.
        at_once: Most images on the threads at once, over all imports: players wait for images
            that are made on the same threads.
    """

    def __init__(
        self,
        database: Database,
        storage: StorageService,
        growth: Growth,
        executor: Executor,
        at_once: int,
    ) -> None:
        self._database = database
        self._storage = storage
        self._growth = growth
        self._executor = executor
        self._slots = asyncio.Semaphore(at_once)
        self._most_ahead = at_once * _AHEAD

    async def in_order(
        self, candidates: Iterable[Candidate], caller: Caller, *, dry_run: bool
    ) -> AsyncGenerator[Prepared, None]:
        """Prepare several at a time, but give them in the order offered: rows keep that order.

        Closed early it removes what was written and not handed on.
        """
        under_way: deque[asyncio.Task[Prepared]] = deque()
        waiting = iter(candidates)
        try:
            while True:
                for candidate in waiting:
                    task = asyncio.create_task(self.prepare(candidate, caller, dry_run=dry_run))
                    under_way.append(task)
                    if len(under_way) >= self._most_ahead:
                        break
                if not under_way:
                    return
                # Shielded: a task that is cut off cannot say which files its thread wrote.
                prepared = await asyncio.shield(under_way[0])
                under_way.popleft()
                yield prepared
        finally:
            for left_over in await asyncio.gather(*under_way, return_exceptions=True):
                if isinstance(left_over, Prepared):
                    await self.discard(left_over.paths)

    async def prepare(self, candidate: Candidate, caller: Caller, *, dry_run: bool) -> Prepared:
        """Find out whether the image is here; check and write it if it is not.

        A dry run writes nothing.
        """
        async with self._slots:
            with self._database.reading() as session:
                existing = find_same(session, candidate, caller)
                try:
                    if existing is None:
                        self._growth.check_picture(session, caller.adds_as, utc_now())
                except AppError as error:
                    return Prepared(candidate, error=error)
            lost_path = None
            if existing is not None:
                if await self._storage.disk.run(self._storage.has_files, existing):
                    return Prepared(candidate, existing)
                lost_path = existing.storage_path_full
            loop = asyncio.get_running_loop()
            try:
                stored = await loop.run_in_executor(self._executor, self._store, candidate, dry_run)
            except AppError as error:
                return Prepared(candidate, existing, lost_path, error=error)
            return Prepared(candidate, existing, lost_path, stored)

    async def discard(self, paths: list[str]) -> None:
        """Remove files that no row will ever name."""
        if paths:
            await asyncio.to_thread(self._storage.remove, paths)

    def _store(self, candidate: Candidate, dry_run: bool) -> StoredImage | None:
        data = decode_payload(candidate.first.payload)
        try:
            if dry_run:
                self._storage.check(data)
                return None
            created_at = candidate.created_at or utc_now()
            return self._storage.store_upload(data, candidate.first.subject_name, created_at)
        except (OSError, ValueError, MemoryError) as error:
            # One image that the encoder chokes on must not stop all others for ever.
            log.warning(
                "an imported image cannot be stored",
                source_hash=candidate.source_hash,
                reason=repr(error),
            )
            raise InvalidImageError("The image cannot be stored.", "not_storable") from error
