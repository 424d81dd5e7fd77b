"""What belongs to this checkout: its settings, its server and its library."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.cli import console
from app.config import Settings, load_settings
from app.database.engine import Database
from app.database.schema import check_schema, refuse_foreign
from app.server.start_checks import keep_private, mistyped_settings
from app.services.backup.journal import is_restoring
from app.services.backup.store import place_of
from app.services.storage import StorageService

_PROJECT = Path(__file__).resolve().parents[3]


def own_settings(command: str | None = None) -> Settings:
    """Read the settings, report mistyped ones, and make new files private.

    Args:
        command: Name that stands before each line, where the command's other lines have it.

    Raises:
        ConfigurationError: When a value is not allowed.
    """
    keep_private()
    for line in mistyped_settings():
        console.error(line, command=command)
    return load_settings()


def own_server(project: Path = _PROJECT) -> tuple[str, str]:
    """Return the server's address and the admin token, empty if none is set.

    Args:
        project: Folder of the ``.env`` that is read after the environment.

    Raises:
        ConfigurationError: When a setting is not allowed.
    """
    settings = load_settings(_env_file=project / ".env")
    host = "localhost" if settings.listens_everywhere else settings.host
    if ":" in host:
        host = f"[{host}]"
    token = settings.admin_token
    return f"http://{host}:{settings.port}", token.get_secret_value() if token else ""


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
