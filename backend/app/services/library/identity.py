"""Whether database and image folder belong together: a marker file holds the id of a row."""

import uuid

import structlog
from sqlalchemy import select

from app.database.engine import Database
from app.domain import FolderTrouble
from app.models import ImageAsset, LibraryIdentity
from app.services.storage import StorageService, StorageUnavailableError

log = structlog.get_logger()

_SAMPLE = 100


def join(database: Database, storage: StorageService) -> FolderTrouble | None:
    """Compare the marker with this database's id; gives what is wrong, if anything.

    A folder without a marker, such as that of an earlier version, gets one if rows and files
    agree.

    Raises:
        SQLAlchemyError: When the id can be neither read nor made.
        StorageUnavailableError: When the folder cannot be read.
    """
    if database.in_memory:
        return storage.trouble()
    storage.library_id = _library_id(database)
    if storage.trouble() == "image_folder_empty" and _agree(database, storage):
        try:
            storage.mark()
        except StorageUnavailableError as error:
            log.warning("the image folder could not be marked", reason=str(error.__cause__))
            storage.library_id = None  # rows and files agree, and nothing can be written there
    return storage.trouble()


def _library_id(database: Database) -> str:
    with database.reading() as session:
        if (found := session.get(LibraryIdentity, 1)) is not None:
            return found.library_id
    with database.unit_of_work() as session:
        found = session.get(LibraryIdentity, 1)
        if found is None:  # or another process was faster
            found = LibraryIdentity(id=1, library_id=uuid.uuid4().hex)
            session.add(found)
        return found.library_id


def _agree(database: Database, storage: StorageService) -> bool:
    """Whether most of the newest rows have their file; without rows, whether there is no file."""
    with database.reading() as session:
        newest = (
            select(ImageAsset.storage_path_full)
            .where(ImageAsset.missing_since.is_(None))
            .order_by(ImageAsset.id.desc())
            .limit(_SAMPLE)
        )
        paths = session.scalars(newest).all()
    if not paths:
        return not storage.holds_images()
    return 2 * sum(map(storage.holds, paths)) > len(paths)
