"""Clears up what a crash left, and puts back files that rows know, at the start."""

from collections.abc import Collection

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.database.engine import Database
from app.errors import AppError
from app.models import ImageAsset, PurgedFiles
from app.services.library.identity import join
from app.services.library.trash import PurgeService
from app.services.storage import StorageService
from app.services.storage.layout import TROUBLES, storage_path
from app.services.storage.recovery import restore_quarantined, sweep

log = structlog.get_logger()


def recover(database: Database, storage: StorageService, purge: PurgeService) -> None:
    """Finish what a crash cut short; what cannot be done now waits for the next start."""
    if database.in_memory:
        return  # it knows no image yet, so every file would look like a stray
    try:
        if (trouble := join(database, storage)) is not None:
            log.error("nothing was cleared up", reason=TROUBLES[trouble])
            return
        if finished := purge.finish():
            log.warning("finished a purge that was cut short", images=finished)
        report = sweep(
            storage.layout, storage.instances, lambda names: known_names(database, names)
        )
        if report.temporaries_deleted or report.strays_moved:
            log.warning(
                "cleared up after a crash",
                temporary_files_deleted=report.temporaries_deleted,
                files_put_aside=report.strays_moved,
                folder=str(storage.quarantine),
            )
        if returned := put_back_known(database, storage):
            log.warning("put back from quarantine what rows know", images=returned)
    except (AppError, SQLAlchemyError, OSError) as error:
        log.warning("what a crash left stays until the next start", reason=str(error))


def put_back_known(database: Database, storage: StorageService) -> int:
    """Put back the quarantined images that rows know; gives their number.

    Raises:
        DiskFullError: When there is no room; the other images stay in quarantine.
        StorageUnavailableError: When a file cannot be read or written.
    """

    def hashes(names: Collection[str]) -> dict[str, str]:
        wanted = select(ImageAsset.storage_path_full, ImageAsset.content_hash).where(
            ImageAsset.storage_path_full.in_(_paths(names))
        )
        with database.reading() as session:
            return {_name(path): digest for path, digest in session.execute(wanted)}

    return restore_quarantined(storage.layout, hashes, storage.instances.instance_id)


def known_names(database: Database, names: Collection[str]) -> set[str]:
    """Those of some file names that an image has, or one whose files are about to be deleted.

    Both files of an image have the same name.
    """
    columns = (ImageAsset.storage_path_full, PurgedFiles.storage_path_full)
    with database.reading() as session:
        return {
            _name(path)
            for column in columns
            for path in session.scalars(select(column).where(column.in_(_paths(names))))
        }


def _paths(names: Collection[str]) -> list[str]:
    return [storage_path("full", name) for name in names]


def _name(path: str) -> str:
    return path.rpartition("/")[2]
