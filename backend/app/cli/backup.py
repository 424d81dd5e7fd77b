"""``python -m app.cli.backup``: make a backup, prove it, and remove the oldest."""

import argparse
import sys
from collections.abc import Sequence

from app.cli.own_settings import own_settings
from app.cli.progress import draw_on_terminal
from app.cli.speech import complain, say
from app.config import ConfigurationError
from app.services.backup.errors import BackupError
from app.services.backup.make import BackupReport, make_backup
from app.services.backup.store import place_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0: all is well, 1: a backup was made but something is wrong, 2: none."""
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    _parser().parse_args(arguments)
    try:
        settings = own_settings("backup")
        report = make_backup(
            place_of(settings),
            settings.backup_dir,
            settings.backup_retention_days,
            watch=draw_on_terminal,
        )
    except (BackupError, ConfigurationError) as error:
        complain(str(error), command="backup")
        complain("No backup was made; the older ones are as they were.", command="backup")
        return 2
    except KeyboardInterrupt:
        complain(
            "Stopped; there is no new backup, and the older ones are as they were.",
            command="backup",
        )
        return 130
    say(_summary(report))
    for problem in report.problems:
        complain(problem, command="backup")
    return 1 if report.problems else 0


def _parser() -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog="scripts/backup.sh",
        description="Back up the database and its pictures into BACKUP_DIR, beside a running "
        "server; check what is new and a part of what is stored; remove backups older than "
        "BACKUP_RETENTION_DAYS.",
        epilog="Exit status: 0 all is well; 1 a new backup was made, but older ones or live files "
        "are damaged; 2 no backup was made.",
    )


def _summary(report: BackupReport) -> str:
    removed = f"; removed {', '.join(report.removed)}" if report.removed else ""
    return (
        f"Backup {report.name}: {report.images} pictures, {report.added_files} new files, "
        f"{report.added_bytes / 2**20:.1f} MB added; read back and whole{removed}."
    )


if __name__ == "__main__":
    sys.exit(main())
