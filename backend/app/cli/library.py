"""The library of this checkout, for commands that work on it without the server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from app.config import Settings
from app.database.engine import Database
from app.database.schema import check_schema, refuse_foreign
from app.services.backup.journal import is_restoring
from app.services.backup.store import place_of
from app.services.storage import StorageService


class LibraryError(Exception):
    """The library cannot be opened; the message is for the person who ran the command."""


@contextmanager
def open_library(settings: Settings) -> Iterator[tuple[Database, StorageService]]:
    """Open database and image folder, beside a running server or without one.

    Raises:
        LibraryError: When one of them is missing, or a restore was cut off.
        SchemaError: When the database is not of this version, or not ours.
    """
    if settings.database_file is None or not settings.database_file.is_file():
        raise LibraryError(f"There is no database at {settings.database_url}.")
    if not settings.image_storage_dir.is_dir():
        raise LibraryError(f"There is no folder {settings.image_storage_dir}: is its disk mounted?")
    with ExitStack() as stack:
        storage = StorageService(
            settings.image_storage_dir,
            stack.enter_context(ThreadPoolExecutor(1)),
            quality=settings.webp_quality,
            thumbnail_side=settings.thumbnail_size,
            max_bytes=settings.max_image_size_mb * 2**20,
        )
        stack.callback(storage.close)
        # Only now, since a restore refuses as soon as it sees this instance in the image folder.
        if is_restoring(place_of(settings)):
            raise LibraryError(
                "A restore was cut off: start the server or run restore.sh again, which ends it."
            )
        refuse_foreign(settings.database_file)
        database = Database(settings.database_url)
        stack.callback(database.close)
        check_schema(database.writer)
        yield database, storage
