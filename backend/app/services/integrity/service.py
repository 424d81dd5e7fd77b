"""VerificationService: the whole self-check, beside a running server or without one."""

import threading
from collections.abc import Callable
from contextlib import ExitStack

from sqlalchemy import func, select

from app.database.engine import Database
from app.domain import FindingKind
from app.errors import ConflictError, OverloadedError
from app.models import ImageAsset
from app.services.integrity.database import check_database, check_stars
from app.services.integrity.findings import Finding, Report
from app.services.integrity.marks import MarkCheck
from app.services.integrity.rows import RowCheck
from app.services.integrity.strays import StrayCheck
from app.services.library.identity import join
from app.services.library.recovery import put_back_known
from app.services.storage import StorageService, StorageUnavailableError
from app.services.storage.layout import TROUBLES

Progress = Callable[[int, int], None]


def _silent(_rows: int, _total: int) -> None:
    """Nobody watches."""


class VerificationService:
    """Compares the stores with each other; one run at a time.

    Memory does not grow with the library: rows and names are read in batches, and of a library
    that is well nothing is kept.

    Args:
        database: The rows.
        storage: The files.
        batch: How many rows or names are read at a time.
        patience_seconds: How long a repair waits for a backup or a purge; its client waits as long.
    """

    def __init__(
        self,
        database: Database,
        storage: StorageService,
        *,
        batch: int = 200,
        patience_seconds: float = 30.0,
    ) -> None:
        self._database = database
        self._storage = storage
        self._rows = RowCheck(database, storage, batch)
        self._marks = MarkCheck(database, storage, batch)
        self._strays = StrayCheck(database, storage, batch)
        self._patience_seconds = patience_seconds
        self._turn = threading.Lock()
        self._is_ending = False

    def close(self) -> None:
        """Let a run under way end at its next step."""
        self._is_ending = True

    def run(
        self, *, repair: bool = False, force: bool = False, progress: Progress = _silent
    ) -> Report:
        """Check everything on this thread, which may take minutes.

        Args:
            repair: Repair what can be repaired without deleting anything.
            force: Repair even if folder and rows do not seem to belong together.
            progress: Called with how many more rows were checked, and how many there are.
        """
        if not self._turn.acquire(blocking=False):
            raise ConflictError(
                "A self-check is under way already.", detail={"reason": "already_running"}
            )
        try:
            return self._run(repair=repair, force=force, progress=progress)
        finally:
            self._turn.release()

    def _run(self, *, repair: bool, force: bool, progress: Progress) -> Report:
        with self._database.reading() as session:
            total = session.scalar(select(func.count()).select_from(ImageAsset)) or 0
        report = Report()

        def step(rows: int) -> None:
            if self._is_ending:
                raise OverloadedError("The server is stopping.", retry_after=30)
            if rows:
                progress(rows, total)

        self._check_folder(report, total, repair=repair, force=force)
        if repair:
            put_back_known(self._database, self._storage)
        # Files first: one that is written from here on is not in the list.
        strays = self._strays.suspects(report, step)
        check_database(self._database, report, repair=repair)
        suspects = self._rows.suspects(report, step)
        with ExitStack() as stack:
            if repair and (strays or suspects):
                # A backup needs the files where they are, and a purge must not take them away.
                stack.enter_context(self._storage.purge_lock.exclusive(self._patience_seconds))
            self._rows.confirm(suspects, report, step, repair=repair)
            self._strays.confirm(strays, report, step, repair=repair)
        with ExitStack() as stack:
            if repair:  # for the same reasons
                stack.enter_context(self._storage.purge_lock.exclusive(self._patience_seconds))
            self._marks.run(report, step, repair=repair)
        check_stars(self._database, report, repair=repair)
        return report

    def _check_folder(self, report: Report, rows: int, *, repair: bool, force: bool) -> None:
        trouble = join(self._database, self._storage)
        if trouble is None:
            return
        if trouble == "image_folder_missing":
            raise StorageUnavailableError
        words = f"{TROUBLES[trouble][0].upper()}{TROUBLES[trouble][1:]}."
        if repair and not force:
            raise ConflictError(
                f"{words} With force=true images without a file are hidden, and files without a "
                "row moved into quarantine.",
                detail={"reason": trouble, "rows": rows},
            )
        if repair:
            self._storage.mark()
        report.add(Finding(FindingKind.IMAGE_FOLDER, words, repaired=repair))
