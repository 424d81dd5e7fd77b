"""What belongs to this checkout: its settings, its server and its library."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
from sqlalchemy.exc import SQLAlchemyError

from app.cli import console
from app.config import ConfigurationError, Settings, load_settings
from app.database.engine import Database
from app.database.schema import SchemaError, check_schema, refuse_foreign
from app.errors import AppError
from app.server.start_checks import keep_private, mistyped_settings
from app.services.backup.errors import BackupError
from app.services.backup.journal import is_restoring
from app.services.backup.store import place_of
from app.services.storage import StorageService

if TYPE_CHECKING:
    import httpx2

_PROJECT = Path(__file__).resolve().parents[3]


class CommandError(click.ClickException):
    """The command cannot go on and ends with status 2; the message is for who ran it."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:  # noqa: ARG002 - click's signature
        """Write the message on standard error."""
        console.error(self.message)


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


@contextmanager
def connected(url: str, token: str, *, timeout: float, hint: str = "") -> Iterator[httpx2.Client]:
    """Open a client.

    Args:
        url: The server's address.
        token: The admin token; empty for none.
        timeout: Seconds that an answer may take.
        hint: What is said besides if the server cannot be reached.

    Raises:
        CommandError: When it cannot be reached.
    """
    import httpx2  # takes long, and most commands ask no server

    headers = {"Authorization": f"Bearer {token}"} if token else {}
    limits = httpx2.Timeout(timeout, connect=10)
    try:
        # No proxy: what the environment names would be asked for localhost too.
        with httpx2.Client(
            base_url=url, headers=headers, timeout=limits, trust_env=False
        ) as client:
            yield client
    except (httpx2.TransportError, httpx2.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise CommandError(
            f"The server at {url} cannot be reached ({reason}). Is it running?{hint}"
        ) from error


@contextmanager
def failing_plainly(*, failed: str, stopped: str) -> Iterator[None]:
    """Say in one line why a command ends, whatever it was.

    Args:
        failed: Stands before what the database or the system says.
        stopped: What is said if the user interrupts it; the status is 130 then.
    """
    try:
        yield
    except KeyboardInterrupt:
        console.error(stopped)
        raise click.exceptions.Exit(130) from None
    except (ConfigurationError, SchemaError, BackupError, AppError) as error:
        raise CommandError(str(error)) from error
    except (SQLAlchemyError, OSError) as error:
        raise CommandError(f"{failed}: {getattr(error, 'orig', None) or error}") from error


@contextmanager
def open_library(settings: Settings) -> Iterator[tuple[Database, StorageService]]:
    """Open database and image folder, beside a running server or without one.

    Raises:
        CommandError: When one of them is missing, or a restore was cut off.
        SchemaError: When the database is not of this version, or not ours.
    """
    if settings.database_file is None or not settings.database_file.is_file():
        raise CommandError(f"There is no database at {settings.database_url}.")
    if not settings.image_storage_dir.is_dir():
        raise CommandError(f"There is no folder {settings.image_storage_dir}: is its disk mounted?")
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
            raise CommandError(
                "A restore was cut off: start the server or run restore.sh again, which ends it."
            )
        refuse_foreign(settings.database_file)
        database = Database(settings.database_url)
        stack.callback(database.close)
        check_schema(database.writer)
        yield database, storage
