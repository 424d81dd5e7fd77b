"""Empties the trash: row, files and links of an image go together, also if the power fails."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.domain import Doubt
from app.errors import ConflictError
from app.models import ImageAsset, PurgedFiles
from app.services.library.clock_check import clock_may_be_ahead
from app.services.storage import StorageService
from app.services.storage.layout import TROUBLES

_BATCH = 500
_SAMPLE = 10
# How long a clean-up waits for a backup to end; its client waits as long.
PATIENCE_SECONDS = 30.0

_CLOCK_AHEAD = "nothing has happened here for so long that the clock may be wrong"


@dataclass(frozen=True, slots=True)
class DueImage:
    """One of the images that a purge is about."""

    id: int
    subject_name: str
    deleted_at: datetime
    file_size_bytes: int


@dataclass(frozen=True, slots=True)
class PurgePlan:
    """What a purge would remove, or has removed; ``doubt`` says why it needs to be forced."""

    count: int
    size_bytes: int
    library: int
    doubt: Doubt | None
    sample: list[DueImage]


class PurgeService:
    """Removes for good what has lain in the trash long enough, or is named.

    Rows go first, in one transaction with a note of their files; then the files; then the note.
    Up to the commit nothing is gone, and after it everything is, or is finished at the next
    start or purge. No other process has to be asked, since a note is never taken back.
    """

    def __init__(
        self,
        database: Database,
        storage: StorageService,
        trash_lifetime: timedelta,
        now: Callable[[], datetime] = utc_now,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._database = database
        self._storage = storage
        self._trash_lifetime = trash_lifetime
        self._now = now
        self._patience_seconds = patience_seconds

    def plan(self, *, image_ids: Collection[int] = ()) -> PurgePlan:
        """Say what a purge would remove now; blocks the thread."""
        return self._plan(self._is_due(image_ids), by_age=not image_ids)

    def run(self, *, force: bool, image_ids: Collection[int] = ()) -> PurgePlan:
        """Remove what is due, or those of some images that are in the trash, since when ever.

        Blocks the thread, also while a backup runs.
        """
        with self._storage.purge_lock.exclusive(self._patience_seconds):
            self.finish()
            is_due = self._is_due(image_ids)
            plan = self._plan(is_due, by_age=not image_ids)
            if plan.doubt is not None and not force:
                raise _refusal(plan, plan.doubt)
            count = size = 0
            while True:
                with self._database.unit_of_work() as session:
                    sizes = _forget(session, is_due)
                if not sizes:
                    break
                count += len(sizes)
                size += sum(sizes)
                self.finish()
        return PurgePlan(count, size, plan.library, None, plan.sample)

    def finish(self) -> int:
        """Delete the files that purges left to be deleted; gives the number of their images.

        Needs no lock: what a backup is about to copy is never among them.
        """
        both = select(PurgedFiles.storage_path_full, PurgedFiles.storage_path_thumbnail)
        with self._database.reading() as session:
            noted = session.execute(both).all()
        if not noted:
            return 0
        left = self._storage.remove([path for pair in noted for path in pair])
        gone = [pair[0] for pair in noted if left.isdisjoint(pair)]
        with self._database.unit_of_work() as session:
            for start in range(0, len(gone), _BATCH):
                names = gone[start : start + _BATCH]
                session.execute(delete(PurgedFiles).where(PurgedFiles.storage_path_full.in_(names)))
        return len(gone)

    def _is_due(self, image_ids: Collection[int]) -> ColumnElement[bool]:
        if image_ids:
            return and_(ImageAsset.deleted_at.is_not(None), ImageAsset.id.in_(image_ids))
        return ImageAsset.deleted_at < self._now() - self._trash_lifetime

    def _plan(self, is_due: ColumnElement[bool], *, by_age: bool) -> PurgePlan:
        with self._database.reading() as session:
            library, count, size = session.execute(
                select(
                    func.count(),
                    func.count().filter(is_due),
                    func.coalesce(func.sum(ImageAsset.file_size_bytes).filter(is_due), 0),
                ).select_from(ImageAsset)
            ).one()
            rows = session.scalars(
                select(ImageAsset).where(is_due).order_by(ImageAsset.deleted_at).limit(_SAMPLE)
            )
            sample = [_due(row) for row in rows]
            is_ahead = (
                by_age
                and count > 0
                and clock_may_be_ahead(session, self._now(), self._trash_lifetime)
            )
        doubt = self._storage.trouble() or ("clock_ahead" if is_ahead else None)
        return PurgePlan(count, size, library, doubt, sample)


def _forget(session: Session, is_due: ColumnElement[bool]) -> list[int]:
    """Remove some rows with the links to them; gives the sizes of their full files."""
    # Looked for in the transaction that deletes: what was restored meanwhile stays.
    due = select(ImageAsset.id).where(is_due).order_by(ImageAsset.deleted_at).limit(_BATCH)
    rows = session.execute(
        delete(ImageAsset)
        .where(ImageAsset.id.in_(due))
        .returning(
            ImageAsset.storage_path_full,
            ImageAsset.storage_path_thumbnail,
            ImageAsset.file_size_bytes,
        )
        .execution_options(synchronize_session=False)
    ).all()
    now = utc_now()
    session.add_all(
        PurgedFiles(storage_path_full=full, storage_path_thumbnail=thumbnail, purged_at=now)
        for full, thumbnail, _ in rows
    )
    return [size for _, _, size in rows]


def _due(row: ImageAsset) -> DueImage:
    assert row.deleted_at is not None  # noqa: S101 - the query asks for it
    return DueImage(row.id, row.subject_name, row.deleted_at, row.file_size_bytes)


def _refusal(plan: PurgePlan, doubt: Doubt) -> ConflictError:
    reason = _CLOCK_AHEAD if doubt == "clock_ahead" else TROUBLES[doubt]
    return ConflictError(
        f"{plan.count} of {plan.library} images would be removed, but {reason}. "
        "Nothing was removed: look at the plan with dry_run=true; force=true removes them.",
        detail={
            "reason": doubt,
            "would_delete": plan.count,
            "library": plan.library,
            "size_bytes": plan.size_bytes,
        },
    )
