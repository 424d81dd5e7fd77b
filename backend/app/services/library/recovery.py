"""Clears up what a crash left, and puts back files that rows know, at the start."""

from collections.abc import Collection

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.database.engine import Database
from app.errors import AppError
from app.models import ImageAsset, PurgedFiles
from app.services.library.identity import join
from app.services.library.purge import PurgeService
from app.services.storage import StorageService
from app.services.storage.layout import TROUBLES, storage_path

log = structlog.get_logger()


def recover(database: Database, storage: StorageService, purge: PurgeService) -> None:
    """Finish what a crash cut short; what cannot be done now waits for the next start."""
    if database.in_memory:
        return  # it knows no image yet, so every file would look like a stray
    try:
        if (trouble := join(database, storage)) is not None:
            log.error(
                "nothing was cleared up", reason=TROUBLES[trouble], folder=str(storage.folder)
            )
            return
    except (AppError, SQLAlchemyError) as error:
        log.warning("what a crash left stays until the next start", reason=str(error))
        return
    try:
        if finished := purge.finish():
            log.warning("finished a purge that was cut short", pictures=finished)
    except SQLAlchemyError:
        log.exception("a purge that was cut short waits for the next one")
    _sweep(database, storage)
    try:
        returned = put_back_known(database, storage)
    except (AppError, SQLAlchemyError) as error:
        log.warning("pictures in quarantine could not be put back", reason=str(error))
        return
    if returned:
        log.warning("put back from quarantine what rows know", pictures=returned)


def _sweep(database: Database, storage: StorageService) -> None:
    def known(names: Collection[str]) -> set[str]:
        with database.reading() as session:
            return known_names(session, names)

    try:
        for folder in storage.adopt_former():
            log.warning("not taken over, since it is not all of our making", folder=str(folder))
        report = storage.sweep(known)
    except OSError as error:
        log.warning("what a crash left stays until the next start", reason=str(error))
        return
    if report.temporaries_deleted or report.strays_moved:
        log.warning(
            "cleared up after a crash",
            temporary_files_deleted=report.temporaries_deleted,
            files_put_aside=report.strays_moved,
            folder=str(storage.quarantine),
        )


def put_back_known(database: Database, storage: StorageService) -> int:
    """Put back the quarantined images that rows know; gives their number.

    Raises:
        DiskFullError: When there is no room; what was not put back stays where it is.
        StorageUnavailableError: When a file cannot be read or written.
    """

    def hashes(names: Collection[str]) -> dict[str, str]:
        with database.reading() as session:
            return _content_hashes(session, names)

    return storage.restore_quarantined(hashes)


def known_names(session: Session, names: Collection[str]) -> set[str]:
    """Those of some file names that a picture has, or one whose files are about to be deleted.

    Both files of a picture have the same name.
    """
    paths = [storage_path("full", name) for name in names]
    return {
        path.rpartition("/")[2]
        for column in (ImageAsset.storage_path_full, PurgedFiles.storage_path_full)
        for path in session.scalars(select(column).where(column.in_(paths)))
    }


def _content_hashes(session: Session, names: Collection[str]) -> dict[str, str]:
    """The content hash of those of some file names that a picture has."""
    paths = [storage_path("full", name) for name in names]
    rows = session.execute(
        select(ImageAsset.storage_path_full, ImageAsset.content_hash).where(
            ImageAsset.storage_path_full.in_(paths)
        )
    )
    return {path.rpartition("/")[2]: digest for path, digest in rows}
