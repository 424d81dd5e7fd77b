"""``python -m app.cli.export``: take images along, as a zip or as a folder."""

import shutil
from contextlib import suppress
from pathlib import Path

import click

from app.cli import console
from app.cli.checkout import CommandError, failing_plainly, open_library, own_settings
from app.services.library.identity import join
from app.services.packs.archive import write_folder
from app.services.packs.engines import FORMS, FormName
from app.services.packs.export import PackExport
from app.services.packs.selection import Selection


@click.command(
    epilog="Exit status: 0 all is in the pack, 1 some images were left out, 2 there is no pack."
)
@click.argument("output", type=click.Path(path_type=Path))
@click.option("--called-from", default=Path(), type=click.Path(path_type=Path), hidden=True)
@click.option("--form", type=click.Choice(list(FORMS)), default="plain", show_default=True)
@click.option("--place", multiple=True, help="Scenes of this place; repeatable.")
@click.option("--item", multiple=True, help="Images of this item; repeatable.")
@click.option("--character", multiple=True, help="Images of this character; repeatable.")
@click.option("--featured", is_flag=True, help="Only featured images and those of scenes.")
def main(
    output: Path,
    called_from: Path,
    form: FormName,
    place: tuple[str, ...],
    item: tuple[str, ...],
    character: tuple[str, ...],
    *,
    featured: bool,
) -> int:
    """Write images into OUTPUT: a zip if the name ends with .zip, else a new folder."""
    selection = Selection(place, item, character, featured)
    output = called_from / output
    unfinished = output.with_name(f".{output.name}.part")
    with failing_plainly(failed="There is no pack", stopped="Stopped; there is no pack."):
        try:
            with open_library(own_settings()) as (database, storage):
                join(database, storage)
                export = PackExport(database, storage, selection, form)
                export.check()
                _write(export, output, unfinished)
        finally:
            _remove(unfinished)
    console.print(f"{export.taken} images are in {output}.")
    for lacking in export.left_out:
        console.error(f"Left out: {lacking.file} is {lacking.reason}.")
    return 1 if export.left_out else 0


def _write(export: PackExport, output: Path, unfinished: Path) -> None:
    """Write beside the final name, so that a pack is whole or not there."""
    if output.is_dir() and any(output.iterdir()):
        raise CommandError(f"{output} is there already, and not empty.")
    _remove(unfinished)
    if output.suffix.lower() == ".zip":
        with unfinished.open("xb") as file:
            for piece in export.zip():
                file.write(piece)
    else:
        unfinished.mkdir()
        write_folder(export.files(), unfinished)
        with suppress(FileNotFoundError):
            output.rmdir()  # it is empty, and Windows replaces no folder
    unfinished.replace(output)


def _remove(unfinished: Path) -> None:
    if unfinished.is_dir():
        shutil.rmtree(unfinished)
    else:
        unfinished.unlink(missing_ok=True)
