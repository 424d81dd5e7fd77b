"""``python -m app.cli.restore``: put a backup in the place of the live data."""

from pathlib import Path

import click

from app.cli import console
from app.cli.checkout import own_settings
from app.config import ConfigurationError, Settings
from app.services.backup.archive import MANIFEST, read_manifest
from app.services.backup.errors import BackupError, UnfinishedError, plain_errors, shortened
from app.services.backup.journal import is_restoring
from app.services.backup.restore import (
    check_restorable,
    find_backup,
    is_served,
    restore,
    try_out,
)
from app.services.backup.store import BackupStore, place_of
from app.services.backup.swap import existing_data


@click.command(
    epilog="Exit status: 0 done; 1 it was begun, and the next restore.sh or start of the server "
    "has to end it; 2 it could not be done, and all is as it was."
)
@click.argument("backup", required=False)
@click.option("--list", "lists", is_flag=True, help="Show the backups in BACKUP_DIR.")
@click.option("--dry-run", is_flag=True, help="Check everything, touch nothing.")
@click.option("--force", is_flag=True, help="Replace existing data; it is kept under a dated name.")
@click.option("--called-from", type=click.Path(path_type=Path), default=Path(), hidden=True)
def main(backup: str | None, called_from: Path, *, lists: bool, dry_run: bool, force: bool) -> int:
    """Restore database and images from BACKUP, a name in BACKUP_DIR or a path.

    Stop the server first. Every byte is checked before anything is touched.
    """
    if not lists and backup is None:
        raise click.UsageError("name a BACKUP, or ask for --list")
    try:
        settings = own_settings("restore")
        if backup is None or lists:
            _list(settings)
            return 0
        folder = find_backup(backup, settings.backup_dir, called_from)
        if dry_run:
            _try(settings, folder)
        else:
            _restore(settings, folder, force=force)
    except (BackupError, ConfigurationError) as error:
        console.error(str(error), command="restore")
        return 1 if isinstance(error, UnfinishedError) else 2
    except KeyboardInterrupt:
        console.error(
            "Stopped. Run it again, or start the server: what is there is whole.", command="restore"
        )
        return 130
    return 0


def _list(settings: Settings) -> None:
    store = BackupStore(settings.backup_dir)
    with plain_errors(f"reading {store.folder}"):
        damaged = store.damaged()
        names = store.names()
    for name in names:
        try:
            pictures = f"{read_manifest(store.folder / name / MANIFEST)[0].pictures} images"
        except BackupError:
            pictures = "cannot be read"
        console.print(f"{name}  {pictures}{'  DAMAGED' if name in damaged else ''}")
    if not names:
        console.print(f"There is no backup in {store.folder}.")


def _try(settings: Settings, folder: Path) -> None:
    checked = check_restorable(folder, console.draw_on_terminal)
    place = place_of(settings)
    with plain_errors(f"trying to restore into {place.database.parent}"):
        try_out(place, checked)
    console.print(
        f"Backup {folder.name} is whole: {checked.header.pictures} images would be restored."
    )
    _print_lost([entry.path for entry in checked.lost])
    if is_restoring(place):
        console.print("An earlier restore was cut off; this one would end it first.")
    if is_served(place):
        console.print("A server is running: stop it before you restore.")
    if old := existing_data(place):
        console.print(f"There is data already, which needs --force: {', '.join(map(str, old))}.")


def _restore(settings: Settings, folder: Path, *, force: bool) -> None:
    place = place_of(settings)
    report = restore(folder, place, force=force, watch=console.draw_on_terminal)
    if report.finished:
        console.print("An earlier restore of this backup had been cut off; it is complete now.")
    console.print(f"Restored {report.backup}: {report.images} images, and the database.")
    _print_lost(report.lost)
    for path in report.kept:
        console.print(f"What was there before is kept as {path}.")
    console.print("The server can be started now.")


def _print_lost(lost: list[str]) -> None:
    if lost:
        console.print(
            "Damaged or missing already when the backup was made: "
            f"{shortened(lost)}. scripts/verify.sh deals with it."
        )
