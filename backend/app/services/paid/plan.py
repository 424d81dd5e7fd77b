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
class Plan:
    """One flight: its key, and the rows that go with it.

    Attributes:
        key: The same key is never worked on twice at once, in however many processes.
        find: Gives the picture where somebody has made it meanwhile.
        reserve: Writes rows in the unit of work that takes the lease and reserves the money.
        attach: Writes rows in the unit of work that stores the picture.
        abandon: Takes the rows of ``reserve`` back when no picture came.
    """

    key: str
    find: Callable[[Session], ImageAsset | None] = _nothing_found
    reserve: Callable[[Session], None] = _nothing
    attach: Callable[[Session, ImageAsset], None] = _nothing_attached
    abandon: Callable[[Session], None] = _nothing
