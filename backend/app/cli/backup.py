"""``python -m app.cli.backup``: make a backup, prove it, and remove the oldest."""

import click

from app.cli import console
from app.cli.checkout import own_settings
from app.config import ConfigurationError
from app.services.backup.errors import BackupError
from app.services.backup.make import BackupReport, make_backup
from app.services.backup.store import place_of


@click.command(
    epilog="Exit status: 0 all is well; 1 a new backup was made, but older ones or live files are "
    "damaged; 2 no backup was made."
)
def main() -> int:
    """Back up the database and its images into BACKUP_DIR, beside a running server.

    Everything is read back, and backups older than BACKUP_RETENTION_DAYS are removed.
    """
    try:
        settings = own_settings("backup")
        report = make_backup(
            place_of(settings),
            settings.backup_dir,
            settings.backup_retention_days,
            watch=console.draw_on_terminal,
        )
    except (BackupError, ConfigurationError) as error:
        console.error(str(error), command="backup")
        console.error("No backup was made; the older ones are as they were.", command="backup")
        return 2
    except KeyboardInterrupt:
        console.error(
            "Stopped; there is no new backup, and the older ones are as they were.",
            command="backup",
        )
        return 130
    console.print(_summary(report))
    for problem in report.problems:
        console.error(problem, command="backup")
    return 1 if report.problems else 0


def _summary(report: BackupReport) -> str:
    removed = f"; removed {', '.join(report.removed)}" if report.removed else ""
    return (
        f"Backup {report.name}: {report.images} images, {report.added_files} new files, "
        f"{report.added_bytes / 2**20:.1f} MB added; read back and whole{removed}."
    )
