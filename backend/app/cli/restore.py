"""``python -m app.cli.restore``: put a backup in the place of the live data."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from app.cli.own_settings import own_settings
from app.cli.progress import draw_on_terminal
from app.cli.speech import complain, say
from app.config import ConfigurationError, Settings
from app.services.backup.archive import MANIFEST, read_manifest
from app.services.backup.errors import BackupError, UnfinishedError, plain_errors, shortened
from app.services.backup.journal import is_restoring
from app.services.backup.restore import (
    check_restorable,
    existing_data,
    find_backup,
    is_served,
    restore,
    try_out,
)
from app.services.backup.store import BackupStore, place_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0: done, 1: begun but not at its end, 2: nothing was touched."""
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.list and options.backup is None:
        parser.error("name a BACKUP, or ask for --list")
    try:
        settings = own_settings("restore")
        if options.list:
            _list(settings)
        elif options.dry_run:
            _try(settings, options)
        else:
            _restore(settings, options)
    except (BackupError, ConfigurationError) as error:
        complain(str(error), command="restore")
        return 1 if isinstance(error, UnfinishedError) else 2
    except KeyboardInterrupt:
        complain(
            "Stopped. Run it again, or start the server: what is there is whole.", command="restore"
        )
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/restore.sh",
        description="Restore database and pictures from a backup; stop the server first. Every "
        "byte is checked before anything is touched.",
        epilog="Exit status: 0 done; 1 it was begun, and the next restore.sh or start of the "
        "server has to end it; 2 it could not be done, and all is as it was.",
    )
    parser.add_argument("backup", nargs="?", metavar="BACKUP", help="a name in BACKUP_DIR, or path")
    parser.add_argument("--list", action="store_true", help="show the backups in BACKUP_DIR")
    parser.add_argument("--dry-run", action="store_true", help="check everything, touch nothing")
    parser.add_argument(
        "--force",
        action="store_true",
        help="also where there is data, which is kept under a dated name",
    )
    parser.add_argument("--called-from", type=Path, default=Path(), help=argparse.SUPPRESS)
    return parser


def _list(settings: Settings) -> None:
    store = BackupStore(settings.backup_dir)
    with plain_errors(f"reading {store.folder}"):
        damaged = store.damaged()
        names = store.names()
    for name in names:
        try:
            pictures = f"{read_manifest(store.folder / name / MANIFEST)[0].pictures} pictures"
        except BackupError:
            pictures = "cannot be read"
        say(f"{name}  {pictures}{'  DAMAGED' if name in damaged else ''}")
    if not names:
        say(f"There is no backup in {store.folder}.")


def _try(settings: Settings, options: argparse.Namespace) -> None:
    folder = find_backup(options.backup, settings.backup_dir, options.called_from)
    checked = check_restorable(folder, draw_on_terminal)
    place = place_of(settings)
    with plain_errors(f"trying to restore into {place.database.parent}"):
        try_out(place, checked)
    say(f"Backup {folder.name} is whole: {checked.header.pictures} pictures would be restored.")
    _tell_lost([entry.path for entry in checked.lost])
    if is_restoring(place):
        say("An earlier restore was cut off; this one would end it first.")
    if is_served(place):
        say("A server is running: stop it before you restore.")
    if old := existing_data(place):
        say(f"There is data already, which needs --force: {', '.join(map(str, old))}.")


def _restore(settings: Settings, options: argparse.Namespace) -> None:
    place = place_of(settings)
    folder = find_backup(options.backup, settings.backup_dir, options.called_from)
    report = restore(folder, place, force=options.force, watch=draw_on_terminal)
    if report.finished:
        say("An earlier restore of this backup had been cut off; it is complete now.")
    say(f"Restored {report.backup}: {report.images} pictures, and the database.")
    _tell_lost(report.lost)
    for path in report.kept:
        say(f"What was there before is kept as {path}.")
    say("The server can be started now.")


def _tell_lost(lost: list[str]) -> None:
    if lost:
        say(
            "Damaged or missing already when the backup was made: "
            f"{shortened(lost)}. scripts/verify.sh deals with it."
        )


if __name__ == "__main__":
    sys.exit(main())
