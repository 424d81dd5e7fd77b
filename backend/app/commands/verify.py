"""``python -m app.commands.verify``: the self-check, beside a running server or without one."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from sqlalchemy.exc import SQLAlchemyError

from app.commands.progress import Progress
from app.commands.speech import complain, say
from app.config import ConfigurationError, Settings, load_settings
from app.database import Database
from app.errors import AppError
from app.schema import SchemaError, check_schema, refuse_foreign
from app.services.backup.errors import BackupError
from app.services.backup.journal import is_restoring
from app.services.backup.place import place_of
from app.services.storage import StorageService
from app.services.verification import Report, VerificationService


class VerifyError(Exception):
    """Nothing could be checked; the message is for the person who ran it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0: all is well now, 1: something is wrong, 2: it could not check."""
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    options = _parser().parse_args(arguments)
    try:
        with _opened(load_settings()) as verification:
            report = _run(verification, options)
    except KeyboardInterrupt:
        complain("Stopped; what was mended stays mended.")
        return 130
    except (ConfigurationError, SchemaError, VerifyError, BackupError, AppError) as error:
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
        help="make thumbnails again, move strays and damaged files to lost+found, hide pictures "
        "whose files are missing; nothing is deleted",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="repair even where the image folder has no originals, or most of its files belong "
        "to no row",
    )
    return parser


@contextmanager
def _opened(settings: Settings) -> Iterator[VerificationService]:
    if settings.database_file is None or not settings.database_file.is_file():
        raise VerifyError(f"There is no database at {settings.database_url}.")
    if not settings.image_storage_dir.is_dir():
        raise VerifyError(f"There is no folder {settings.image_storage_dir}: is its disk mounted?")
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
            raise VerifyError(
                "A restore was cut off: start the server or run restore.sh again, which ends it."
            )
        refuse_foreign(settings.database_file)
        database = Database(settings.database_url)
        stack.callback(database.close)
        check_schema(database.writer)
        yield VerificationService(database, storage)


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
