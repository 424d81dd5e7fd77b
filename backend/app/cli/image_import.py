"""``emberpeak import``: bring images of other tools, or a pack, into the library."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click

from app.cli import console
from app.cli.checkout import CommandError, failing_plainly, open_library, own_settings
from app.config import Settings
from app.database.engine import Database
from app.services.imports.naming import Rule, read_rules
from app.services.imports.service import ImportedFile, ImportOptions, ImportReport, ToolImport
from app.services.library.identity import join
from app.services.packs.imports import PackImport, PackReport
from app.services.players.growth import Growth
from app.services.scenes.cache import CacheService
from app.services.storage import StorageService


@click.command(
    epilog="Running it again is harmless, and goes on where it was cut off. Exit status: 0 all "
    "images are in the library, 1 some are not, 2 nothing could be imported."
)
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--called-from", default=Path(), type=click.Path(path_type=Path), hidden=True)
@click.option("--rules", type=click.Path(path_type=Path), help="TOML file that names subjects.")
@click.option("--remove-hidden", is_flag=True, help="Remove prompts hidden in transparency.")
@click.option("--dry-run", is_flag=True, help="Only show what would be imported.")
def main(
    source: Path,
    called_from: Path,
    rules: Path | None,
    *,
    remove_hidden: bool,
    dry_run: bool,
) -> int:
    """Import SOURCE: a folder, a zip, an image, or a pack that export.sh made."""
    with failing_plainly(failed="The import ended", stopped="Stopped; run it again to go on."):
        settings = own_settings()
        read = _rules(called_from / rules) if rules else []
        options = ImportOptions(read, remove_hidden, dry_run)
        with open_library(settings) as (database, storage):
            join(database, storage)
            return _import(called_from / source, options, settings, database, storage)


def _rules(path: Path) -> list[Rule]:
    try:
        return read_rules(path.read_text("utf-8"))
    except UnicodeDecodeError:
        raise CommandError(f"{path} is no text.") from None


def _import(
    source: Path,
    options: ImportOptions,
    settings: Settings,
    database: Database,
    storage: StorageService,
) -> int:
    growth = Growth(settings.client_daily_mb * 2**20, settings.library_limit_gb * 2**30)
    if PackImport.accepts(source):
        report = PackImport(database, storage, growth).run(source, dry_run=options.dry_run)
        return _report_pack(report, dry_run=options.dry_run)
    lifetime = timedelta(days=settings.cache_expiry_days)
    cache = CacheService(lifetime, has_model=settings.uses_gemini)
    draw: Callable[[int], None] | None = None

    def advance(total: int) -> None:
        nonlocal draw
        draw = draw or console.draw_on_terminal("files", total)
        draw(1)

    found = ToolImport(database, storage, cache, growth).run(source, options, advance)
    return _report(found, dry_run=options.dry_run)


def _report_pack(report: PackReport, *, dry_run: bool) -> int:
    verb = "would be stored" if dry_run else "stored"
    console.print(
        f"A pack of {report.images} images: {report.stored} {verb}, {report.restored} brought "
        f"back, {report.already_there} were there."
    )
    return 0


def _report(report: ImportReport, *, dry_run: bool) -> int:
    if dry_run:
        for file in report.files:
            console.print(_line(file))
    for file in report.files:
        if file.outcome == "failed":
            console.error(f"Not imported: {file.file}: {file.error}")
    verb = "would be stored" if dry_run else "stored"
    console.print(
        f"{len(report.files)} files: {report.count('stored')} {verb}, "
        f"{report.count('already_there')} were there, {report.count('skipped')} skipped, "
        f"{report.count('failed')} failed."
    )
    return 1 if report.count("failed") else 0


def _line(file: ImportedFile) -> str:
    shown = f"{file.subject.subject_type} {file.subject.name}" if file.subject else "-"
    if file.subject and file.subject.setting:
        setting = file.subject.setting
        shown = f"{shown}, {setting.time_of_day}, {setting.weather}"
    return f"{file.outcome:<13}  {file.tool or '-':<14}  {shown:<40}  {file.file}"
