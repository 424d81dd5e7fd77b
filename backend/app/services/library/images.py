"""Rules of the library: look up, search, star, delete and restore."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from app.concurrency.bulkhead import Rooms
from app.database.engine import folded
from app.domain import SubjectType
from app.errors import NotFoundError
from app.models import ImageAsset
from app.services.players.identity import Caller, needs_token

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
    """What came of the wish to have one picture back; ``image`` where it is there."""

    id: int
    status: Literal["restored", "not_found", "forbidden"]
    message: str
    image: ImageAsset | None = None


class ImageService:
    """Works on rows in a session that the caller opened; never commits.

    Attributes:
        searches: One room is held during a search: words may take a look at every row.
    """

    def __init__(self) -> None:
        # Of one address may be a school, whose thirty games ask at once.
        self.searches = Rooms(
            "searches", at_once=4, of_a_client=2, in_line=128, in_line_of_a_client=48
        )

    def find(self, session: Session, image_id: int) -> ImageAsset:
        """Get one picture.

        Raises:
            NotFoundError: When there is none, it is in the trash, or hidden for want of its file.
        """
        image = self._get(session, image_id)
        if image is None or image.deleted_at is not None:
            raise NotFoundError(f"There is no image {image_id}.")
        _require_files(image)
        return image

    def search(
        self, session: Session, wanted: ImageFilter, page: int, page_size: int
    ) -> tuple[list[ImageAsset], int]:
        """Get one page, and how many fit over all pages.

        Featured pictures come first, then the newest; in the trash what was deleted last.
        """
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

    def toggle_featured(self, session: Session, image_id: int) -> ImageAsset:
        """Feature a picture and no other of its subject, or take the mark away.

        Raises:
            NotFoundError: When there is no such picture.
        """
        image = self.find(session, image_id)
        featured = not image.is_featured
        if featured:
            session.execute(
                update(ImageAsset)
                .where(
                    ImageAsset.subject_type == image.subject_type,
                    ImageAsset.subject_name == image.subject_name,
                    ImageAsset.is_visible(),
                )
                .values(is_featured=False)
            )
        image.is_featured = featured
        session.flush()
        return image

    def delete(self, session: Session, image_id: int, caller: Caller, now: datetime) -> ImageAsset:
        """Put a picture into the trash.

        Raises:
            NotFoundError: When there is no such picture, or it lies there already.
            UnauthorizedError: When it is somebody else's and the admin token is missing.
        """
        image = self.find(session, image_id)
        caller.require_owner(image.player_hash)
        image.deleted_at = now
        return image

    def restore(self, session: Session, image_id: int, caller: Caller) -> ImageAsset:
        """Take a picture out of the trash; one that is not there stays as it is.

        Its mark as featured comes back too, unless another picture of the subject has it now. A
        gallery may be full: undoing a delete costs nothing and must not fail, so only new
        pictures are refused there.

        Raises:
            NotFoundError: When there is no such picture, it was removed for good, or its file
                is missing.
            UnauthorizedError: When it is somebody else's and the admin token is missing.
        """
        image = self._get(session, image_id)
        if image is None:
            raise NotFoundError(f"There is no image {image_id}.")
        caller.require_owner(image.player_hash)
        _require_files(image)
        if image.deleted_at is None:
            return image
        if image.is_featured and self._has_featured(session, image):
            image.is_featured = False
        image.deleted_at = None
        return image

    def restore_many(
        self, session: Session, image_ids: Iterable[int], caller: Caller
    ) -> list[Restoration]:
        """Take pictures out of the trash, in one unit of work; what is refused stops no other."""
        return [
            self._try_to_restore(session, image_id, caller) for image_id in dict.fromkeys(image_ids)
        ]

    def _try_to_restore(self, session: Session, image_id: int, caller: Caller) -> Restoration:
        found = self._get(session, image_id)
        if found is not None and not caller.may_manage(found.player_hash):
            return Restoration(image_id, "forbidden", needs_token().message)
        try:
            image = self.restore(session, image_id, caller)
        except NotFoundError as refusal:
            return Restoration(image_id, "not_found", refusal.message)
        return Restoration(image_id, "restored", f"{image.subject_name} is in the library.", image)

    def _get(self, session: Session, image_id: int) -> ImageAsset | None:
        # SQLite cannot even compare with a larger number.
        return session.get(ImageAsset, image_id) if 0 < image_id <= _LARGEST_ID else None

    def _has_featured(self, session: Session, image: ImageAsset) -> bool:
        wanted = ImageFilter(
            subject_names=[image.subject_name],
            subject_type=SubjectType(image.subject_type),
            is_featured=True,
        )
        return bool(
            session.scalar(select(select(ImageAsset.id).where(*wanted.conditions()).exists()))
        )


def _order(wanted: ImageFilter) -> tuple[ColumnElement[Any], ...]:
    if wanted.deleted:
        return ImageAsset.deleted_at.desc(), ImageAsset.id.desc()
    return ImageAsset.is_featured.desc(), ImageAsset.created_at.desc(), ImageAsset.id.desc()


def _require_files(image: ImageAsset) -> None:
    if image.missing_since is not None:
        raise NotFoundError(
            f"The file of image {image.id} is missing or damaged; the picture is hidden until "
            "the file is back and the self-check has run.",
            detail={"reason": "file_missing"},
        )
