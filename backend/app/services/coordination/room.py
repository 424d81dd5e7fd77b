"""Room for one more picture: in its gallery, and among all that are being made."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from app.errors import ConflictError
from app.models import ImageAsset
from app.services.coordination.leases import Leases
from app.services.generation.plan import Gallery

_WAITING = "waiting|"
# After so long a place in line is taken anew, at the end: a process that was stopped while it
# waited holds up the others no longer than that.
_WAITING_COUNTS = timedelta(seconds=10)


@dataclass(slots=True)
class InLine:
    """The place of one order among those of all processes that wait for room."""

    key: str = field(default_factory=lambda: f"{_WAITING}{uuid4().hex}")
    since: datetime | None = None

    @property
    def is_taken(self) -> bool:
        """Whether it waits already."""
        return self.since is not None


class Room:
    """Counts what is stored and what is under way, in all processes.

    Args:
        leases: What is under way.
        at_once: How many pictures may be made at once.
        longest_call: After so long no call is under way, also where its process was stopped.
    """

    def __init__(self, leases: Leases, at_once: int, longest_call: timedelta) -> None:
        self._leases = leases
        self._at_once = at_once
        self._longest_call = longest_call

    def check_gallery(self, session: Session, gallery: Gallery) -> None:
        """Look whether one more picture may come.

        Raises:
            ConflictError: When the gallery is full.
        """
        if gallery.most is None:
            return
        stored = session.scalar(
            select(func.count())
            .select_from(ImageAsset)
            .where(_is_of(gallery), ImageAsset.is_visible())
        )
        if (stored or 0) + len(self._leases.under_way(session, gallery)) >= gallery.most:
            raise ConflictError(
                f"The gallery of {gallery.subject_name} is full: "
                f"it holds {gallery.most} pictures. Delete one to make room.",
                detail={"reason": "gallery_full", "limit": gallery.most},
            )

    def next_number(self, session: Session, gallery: Gallery) -> int:
        """The number of a new picture, which none has that is stored, in the trash or under way.

        Pictures of earlier versions have no numbers, but each had one below their count.
        """
        count, last = session.execute(
            select(func.count(), func.max(ImageAsset.variation)).where(_is_of(gallery))
        ).one()
        numbers = [one.variation or 0 for one in self._leases.under_way(session, gallery)]
        return max([count, -1 if last is None else last + 1, *(number + 1 for number in numbers)])

    def is_there_for(self, session: Session, line: InLine, now: datetime) -> bool:
        """Whether one more picture may be made now, by whoever has this place in line.

        Whoever came earlier, in whatever process, goes first.
        """
        making, earlier = 0, 0
        for lease in self._leases.of_the_living(session):
            if lease.key.startswith(_WAITING):
                counts = now - _WAITING_COUNTS < lease.taken_at <= now and lease.key != line.key
                earlier += counts and (line.since is None or lease.taken_at < line.since)
            elif lease.subject_type is not None:
                making += lease.taken_at > now - self._longest_call
        return making + earlier < self._at_once

    def line_up(self, session: Session, line: InLine, now: datetime) -> None:
        """Take the place in line, or take it anew where it was held for long."""
        if line.since is None or now - line.since >= _WAITING_COUNTS or now < line.since:
            self._leases.take(session, line.key, now)
            line.since = now


def _is_of(gallery: Gallery) -> ColumnElement[bool]:
    return and_(
        ImageAsset.subject_type == gallery.subject_type,
        ImageAsset.subject_name == gallery.subject_name,
    )
