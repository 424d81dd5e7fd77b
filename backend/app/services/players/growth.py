"""Limits on bytes: of one client in a day, and of the whole library."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import ClientLimitError, LibraryFullError
from app.models import ClientUsage, ImageAsset
from app.services.players.identity import OPERATOR


class Growth:
    """Counts what clients add, in units of work that the caller opened; never commits.

    What is added counts in the transaction that stores it. How large an image will be is not
    known before it is made, and one that was made is always kept: the images that are under
    way when a limit is reached come on top of it.

    Args:
        client_bytes: What one client may add in a UTC day; the operator may add more.
        library_bytes: Size of all images, at which no more come in.
    """

    def __init__(self, client_bytes: int, library_bytes: int) -> None:
        self._client_bytes = client_bytes
        self._library_bytes = library_bytes

    def check_picture(self, session: Session, client: str, now: datetime, size: int = 1) -> None:
        """Look whether one more image may come."""
        if library_bytes(session) + size > self._library_bytes:
            raise LibraryFullError(
                f"The library holds the {self._library_bytes // 2**30} GB of images that "
                "LIBRARY_LIMIT_GB allows; no more are kept until some are deleted for good.",
                detail={"reason": "library_full", "limit_bytes": self._library_bytes},
            )
        self._check_client(session, client, now, size)

    def take_picture(self, session: Session, client: str, now: datetime, size: int) -> None:
        """Check an image whose size is known, and count it."""
        self.check_picture(session, client, now, size)
        self.add(session, client, now, size)

    def take(self, session: Session, client: str, now: datetime, size: int) -> None:
        """Do the same for anything but an image."""
        self._check_client(session, client, now, size)
        self.add(session, client, now, size)

    def add(self, session: Session, client: str, now: datetime, size: int) -> None:
        """Count what is kept in any case."""
        day = now.astimezone(UTC).date()
        usage = session.get(ClientUsage, (day, client))
        if usage is None:
            usage = ClientUsage(day=day, client=client, bytes=0)
            session.add(usage)
        usage.bytes += size

    def fullness(self, session: Session) -> float:
        """How much of the library's room is used; 1 is all of it."""
        return library_bytes(session) / self._library_bytes if self._library_bytes else 1.0

    def _check_client(self, session: Session, client: str, now: datetime, size: int) -> None:
        if client == OPERATOR:
            return
        usage = session.get(ClientUsage, (now.astimezone(UTC).date(), client))
        if (usage.bytes if usage else 0) + size <= self._client_bytes:
            return
        megabytes = self._client_bytes // 2**20
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        raise ClientLimitError(
            f"Your network address has added today's {megabytes} MB; more can be added tomorrow "
            "(UTC). CLIENT_DAILY_MB sets how much that is.",
            detail={"reason": "client_bytes", "limit_bytes": self._client_bytes},
            retry_after=(midnight + timedelta(days=1) - now).total_seconds(),
        )


def library_bytes(session: Session) -> int:
    """Size of all originals, those in the trash included; read from an index."""
    return session.scalar(select(func.coalesce(func.sum(ImageAsset.file_size_bytes), 0))) or 0
