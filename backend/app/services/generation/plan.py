"""What belongs to one generation besides its picture."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.models import ImageAsset


def _nothing_found(_session: Session) -> ImageAsset | None:
    return None


def _nothing(_session: Session) -> None:
    return None


def _nothing_attached(_session: Session, _image: ImageAsset) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Gallery:
    """The pictures of one subject, to which one more is to come.

    Attributes:
        subject_type: What is shown.
        subject_name: Whose pictures they are.
        most: How many may be visible, those under way included; None is no limit.
        is_numbered: Whether the picture gets the next number, so that a painter does not paint
            the same again; else it is number 0.
    """

    subject_type: str
    subject_name: str
    most: int | None = None
    is_numbered: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """One flight: its key, and the rows that go with it.

    Attributes:
        key: The same key is never worked on twice at once, in however many processes.
        find: Gives the picture where somebody has made it meanwhile.
        reserve: Writes rows in the unit of work that takes the lease and reserves the money.
        attach: Writes rows in the unit of work that stores the picture.
        abandon: Takes the rows of ``reserve`` back when no picture came.
        gallery: Where the picture belongs; checked and numbered in the unit of work of
            ``reserve``.
    """

    key: str
    find: Callable[[Session], ImageAsset | None] = _nothing_found
    reserve: Callable[[Session], None] = _nothing
    attach: Callable[[Session, ImageAsset], None] = _nothing_attached
    abandon: Callable[[Session], None] = _nothing
    gallery: Gallery | None = None
