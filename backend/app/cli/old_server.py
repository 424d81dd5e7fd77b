"""``migrate.sh --from-server``: imports the library of the old backend into this one."""

import os
from datetime import timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.cli import console
from app.cli.checkout import LibraryError, open_library, own_settings
from app.config import ConfigurationError
from app.database.schema import SchemaError
from app.errors import AppError
from app.services.migration.old_server import (
    OldLibrary,
    OldServerError,
    OldServerImport,
    OldServerReport,
)
from app.services.scenes.cache import CacheService

_PROJECT = Path(__file__).resolve().parents[3]


def move_old_server(folder: Path, *, dry_run: bool) -> int:
    """Move it; gives 0 if all is here now, 1 if something is not, 2 if it cannot work."""
    folder = folder.absolute()
    os.chdir(_PROJECT)  # the settings' relative paths begin there
    try:
        settings = own_settings()
        old = OldLibrary(folder)
        with open_library(settings) as (database, storage):
            cache = CacheService(
                timedelta(days=settings.cache_expiry_days), has_model=settings.uses_gemini
            )
            progress = console.Progress(max(1, len(old.images) + len(old.scenes)), things="rows")
            try:
                report = OldServerImport(database, storage, cache).run(
                    old, dry_run=dry_run, progress=progress.advance
                )
            finally:
                progress.finish()
    except (OldServerError, LibraryError, ConfigurationError, SchemaError, AppError) as error:
        console.error(str(error))
        return 2
    except (SQLAlchemyError, OSError) as error:
        console.error(f"Could not move the library: {getattr(error, 'orig', None) or error}")
        return 2
    _summarize(report, dry_run=dry_run)
    return 1 if report.errors else 0


def _summarize(report: OldServerReport, *, dry_run: bool) -> None:
    verb = "Would move" if dry_run else "Moved"
    console.print(
        f"{verb}: {report.images} images, {report.scenes} scenes. "
        f"Already there: {report.already_there}. Errors: {len(report.errors)}."
    )
    for bad in report.errors:
        console.print(f"  {bad.key}: {bad.error}")
