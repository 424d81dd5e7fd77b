"""``python -m app.cli.verify``: the self-check, beside a running server or without one."""

import argparse
import sys
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from app.cli.library import LibraryError, open_library
from app.cli.own_settings import own_settings
from app.cli.progress import Progress
from app.cli.speech import complain, say
from app.config import ConfigurationError
from app.database.schema import SchemaError
from app.errors import AppError
from app.services.backup.errors import BackupError
from app.services.integrity import Report, VerificationService


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0: all is well now, 1: something is wrong, 2: it could not check."""
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    options = _parser().parse_args(arguments)
    try:
        with open_library(own_settings()) as (database, storage):
            report = _run(VerificationService(database, storage), options)
    except KeyboardInterrupt:
        complain("Stopped; what was mended stays mended.")
        return 130
    except (ConfigurationError, SchemaError, LibraryError, BackupError, AppError) as error:
        complain(str(error))
        return 2
    except (SQLAlchemyError, OSError) as error:
        reason = getattr(error, "orig", None) or error
        complain(f"Could not check: {reason}")
        return 2
    _tell(report)
    return 0 if report.is_clean else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/verify.sh",
        description="Compare database and image folder; harmless beside a running server.",
        epilog="Exit status: 0 all is well now, 1 something is wrong, 2 could not check.",
    )
    parser.add_argument(
        "--repair",
        action="store_true",
        help="make thumbnails again, move strays and damaged files into quarantine, hide pictures "
        "whose files are missing; nothing is deleted",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="repair even where the image folder has no originals, or most of its files belong "
        "to no row",
    )
    return parser


def _run(verification: VerificationService, options: argparse.Namespace) -> Report:
    bar: Progress | None = None

    def show(rows: int, total: int) -> None:
        nonlocal bar
        bar = bar or Progress(max(total, 1), things="pictures")
        bar.advance(rows)

    try:
        return verification.run(repair=options.repair, force=options.force, progress=show)
    finally:
        if bar is not None:
            bar.finish()


def _tell(report: Report) -> None:
    lines = [f"{report.rows} rows and {report.files} files were looked at."]
    lines += [finding.message for finding in report.findings]
    untold = report.counts.total() - len(report.findings)
    if untold:
        lines.append(f"... and {untold} more.")
    lines += [f"{kind.replace('_', ' ')}: {count}" for kind, count in report.counts.items()]
    if report.hidden:
        lines.append(f"{report.hidden} pictures are hidden until their files are back.")
    if report.counts:
        lines.append(f"{report.repaired} of {report.counts.total()} were mended.")
    else:
        lines.append("All is well.")
    for line in lines:
        say(line)


if __name__ == "__main__":
    sys.exit(main())
