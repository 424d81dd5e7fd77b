"""Look up, search, star, delete and restore images."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.concurrency.bulkhead import Bulkhead
from app.database.engine import Database, folded
from app.domain import FileStamp, LibraryVersion, SubjectType
from app.errors import NotFoundError
from app.models import FormerName, ImageAsset
from app.services.library.usage import UsageRecorder, Use
from app.services.players.identity import Caller, needs_token
from app.services.storage import StorageService

_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ImageFilter:
    """What a search asks for; None leaves a field open."""

    subject_names: Collection[str] | None = None
    subject_type: SubjectType | None = None
    component: str | None = None
    is_featured: bool | None = None
    q: str | None = None
    deleted: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same as SQL conditions, over what may be shown or, with ``deleted``, the trash."""
        wanted: list[ColumnElement[bool]] = [
            ImageAsset.deleted_at.is_not(None) if self.deleted else ImageAsset.is_visible()
        ]
        if self.subject_names is not None:
            wanted.append(ImageAsset.subject_name.in_(self.subject_names))
        if self.subject_type is not None:
            wanted.append(ImageAsset.subject_type == self.subject_type)
        if self.component is not None:
            wanted.append(ImageAsset.component == self.component)
        if self.is_featured is not None:
            wanted.append(ImageAsset.is_featured.is_(self.is_featured))
        if self.q is not None:
            columns = (ImageAsset.subject_name, ImageAsset.prompt_used, ImageAsset.custom_prompt)
            words = folded(self.q)
            found = (func.folded(column).contains(words, autoescape=True) for column in columns)
            wanted.append(or_(*found))
        return wanted


@dataclass(frozen=True, slots=True)
class Restoration:
    """The result of restoring one image; ``image`` is set if it is in the library."""

    id: int
    status: Literal["restored", "not_found", "forbidden"]
    message: str
    image: ImageAsset | None = None


class ImageService:
    """Every method is one unit of work."""

    def __init__(
        self,
        database: Database,
        storage: StorageService,
        usage: UsageRecorder,
        trash_lifetime: timedelta,
    ) -> None:
        self._database = database
        self._storage = storage
        self._usage = usage
        self._trash_lifetime = trash_lifetime
        # A search for words may read every row. One address may be a school with thirty games.
        self._searches = Bulkhead(
            "searches", at_once=4, of_a_client=2, in_line=128, in_line_of_a_client=48
        )

    async def get(self, image_id: int) -> ImageAsset:
        """Get one image, and count one use of it."""
        with self._database.reading() as session:
            image = _find(session, image_id)
        use = self._usage.use(image.id, image.use_count)
        image.use_count, image.last_used = use.counted, use.last_used
        return image

    def version(self) -> LibraryVersion | None:
        """The version of the library, which every change that readers see raises.

        None if nobody can tell, as with a database in memory.
        """
        return self._database.version()

    def count_use(self, image_id: int, stored: int) -> Use:
        """Count one use of an image whose row has ``stored`` uses."""
        return self._usage.use(image_id, stored)

    def counts(self, image_ids: Collection[int]) -> dict[int, tuple[int, datetime | None]]:
        """How often images were used, as their rows say, and when last.

        An image whose row is gone, or cannot be read just now, is left out.
        """
        columns = select(ImageAsset.id, ImageAsset.use_count, ImageAsset.last_used)
        try:
            with self._database.reading() as session:
                rows = session.execute(columns.where(ImageAsset.id.in_(image_ids))).all()
        except SQLAlchemyError:
            rows = []
        return {image_id: (count, last_used) for image_id, count, last_used in rows}

    async def stamp(self, path: str) -> FileStamp | None:
        """Size and time of the file that a row or an address names; None if it is not there."""
        return await self._storage.stamp(path)

    async def read(self, image: ImageAsset) -> bytes:
        """Read the full file of an image."""
        return await self._storage.disk.run(self._storage.read_path, image.storage_path_full)

    async def has_file(self, folder: str, name: str) -> bool:
        """Whether there is a file of this name in ``full`` or ``thumbnails``, or was one."""
        is_there = await self._storage.disk.run(self._storage.has, folder, name)
        return is_there or self._newer_name(name) is not None

    async def read_file(self, folder: str, name: str) -> tuple[bytes, FileStamp | None]:
        """Read a file in ``full`` or ``thumbnails``, and its stamp from before that.

        A name that an image had before it was marked gives its file of today.
        """
        try:
            return await self._storage.disk.run(self._storage.read_with_stamp, folder, name)
        except NotFoundError:
            newer = self._newer_name(name)
            if newer is None:
                raise
        data = await self._storage.disk.run(self._storage.read, folder, newer)
        return data, None

    def _newer_name(self, name: str) -> str | None:
        path = select(ImageAsset.storage_path_full).join(FormerName)
        with self._database.reading() as session:
            found = session.scalar(path.where(FormerName.name == name))
        return found and found.rpartition("/")[2]

    async def search(
        self, wanted: ImageFilter, page: int, page_size: int, client: str
    ) -> tuple[list[ImageAsset], int]:
        """Get one page, and the number of matches on all pages.

        Featured images come first, then the newest; in the trash, the last deleted come first.
        """
        async with self._searches.enter(client):
            return await self._database.read(_search, wanted, page, page_size)

    async def toggle_featured(self, image_id: int) -> ImageAsset:
        """Feature an image and no other of its subject, or take the mark away."""
        return await self._database.write(_toggle_featured, image_id)

    async def delete(self, image_id: int, caller: Caller) -> ImageAsset:
        """Move an image to the trash."""
        return await self._database.write(_delete, image_id, caller, utc_now())

    async def restore(self, image_id: int, caller: Caller) -> ImageAsset:
        """Take an image out of the trash; one that is not there stays as it is.

        It is featured again, unless another image of the subject is by now. A gallery may be
        full: undoing a delete costs nothing, so only new images are refused there.
        """
        return await self._database.write(_restore, image_id, caller)

    async def restore_many(self, image_ids: Iterable[int], caller: Caller) -> list[Restoration]:
        """Take images out of the trash; one that is refused stops no other."""
        return await self._database.write(_restore_many, image_ids, caller)

    def purge_at(self, deleted_at: datetime) -> datetime:
        """When a clean-up may delete an image for good that was deleted at this time."""
        return deleted_at + self._trash_lifetime


def _find(session: Session, image_id: int) -> ImageAsset:
    image = _get(session, image_id)
    if image is None or image.deleted_at is not None:
        raise NotFoundError(f"There is no image {image_id}.")
    _require_files(image)
    return image


def _get(session: Session, image_id: int) -> ImageAsset | None:
    # SQLite cannot even compare with a larger number.
    return session.get(ImageAsset, image_id) if 0 < image_id <= _LARGEST_ID else None


def _search(
    session: Session, wanted: ImageFilter, page: int, page_size: int
) -> tuple[list[ImageAsset], int]:
    conditions = wanted.conditions()
    total = session.scalar(select(func.count()).select_from(ImageAsset).where(*conditions))
    rows = session.scalars(
        select(ImageAsset)
        .where(*conditions)
        .order_by(*_order(wanted))
        .limit(page_size)
        .offset((page - 1) * page_size)
    )
    return list(rows), total or 0


def _toggle_featured(session: Session, image_id: int) -> ImageAsset:
    image = _find(session, image_id)
    featured = not image.is_featured
    if featured:
        session.execute(update(ImageAsset).where(*_of_subject(image)).values(is_featured=False))
    image.is_featured = featured
    session.flush()
    return image


def _delete(session: Session, image_id: int, caller: Caller, now: datetime) -> ImageAsset:
    image = _find(session, image_id)
    caller.require_owner(image.player_hash)
    image.deleted_at = now
    return image


def _restore(session: Session, image_id: int, caller: Caller) -> ImageAsset:
    image = _get(session, image_id)
    if image is None:
        raise NotFoundError(f"There is no image {image_id}.")
    caller.require_owner(image.player_hash)
    _require_files(image)
    if image.deleted_at is None:
        return image
    if image.is_featured and has_featured(session, image):
        image.is_featured = False
    image.deleted_at = None
    return image


def _restore_many(session: Session, image_ids: Iterable[int], caller: Caller) -> list[Restoration]:
    done = []
    for image_id in dict.fromkeys(image_ids):
        found = _get(session, image_id)
        if found is not None and not caller.may_manage(found.player_hash):
            done.append(Restoration(image_id, "forbidden", needs_token().message))
            continue
        try:
            image = _restore(session, image_id, caller)
        except NotFoundError as refusal:
            done.append(Restoration(image_id, "not_found", refusal.message))
        else:
            words = f"{image.subject_name} is in the library."
            done.append(Restoration(image_id, "restored", words, image))
    return done


def has_featured(session: Session, image: ImageAsset) -> bool:
    """Whether a visible image of the same subject is featured."""
    wanted = select(ImageAsset.id).where(*_of_subject(image), ImageAsset.is_featured)
    return bool(session.scalar(select(wanted.exists())))


def _of_subject(image: ImageAsset) -> tuple[ColumnElement[bool], ...]:
    """The visible images of the same subject."""
    return (
        ImageAsset.subject_type == image.subject_type,
        ImageAsset.subject_name == image.subject_name,
        ImageAsset.is_visible(),
    )


def _order(wanted: ImageFilter) -> tuple[ColumnElement[Any], ...]:
    if wanted.deleted:
        return ImageAsset.deleted_at.desc(), ImageAsset.id.desc()
    return ImageAsset.is_featured.desc(), ImageAsset.created_at.desc(), ImageAsset.id.desc()


def _require_files(image: ImageAsset) -> None:
    if image.missing_since is not None:
        raise NotFoundError(
            f"The file of image {image.id} is missing or damaged; the image is hidden until "
            "the file is back and the self-check has run.",
            detail={"reason": "file_missing"},
        )
