"""``python -m app.cli.migrate``: import what the old game and the old backend kept."""

import json
import os
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import httpx2

from app.cli import console
from app.cli.checkout import (
    CommandError,
    connected,
    failing_plainly,
    open_library,
    own_server,
    own_settings,
)
from app.services.migration.dump_batches import Batch, Json, batches
from app.services.migration.old_server import (
    OldLibrary,
    OldServerImport,
)
from app.services.scenes.cache import CacheService

_PROJECT = Path(__file__).resolve().parents[3]
_PATH = "/api/v1/migrate/from-localstorage"
_SAVED_GAME = "aidnd_savegame"
_WAIT_FOR = {429, 503}
_MOST_WAITS = 20
# A batch of 2 MB takes a second or two; a machine that is busy otherwise may take far longer.
_ANSWER_SECONDS = 300


@dataclass(slots=True)
class Totals:
    """What all batches together came to."""

    scenes: int = 0
    items: int = 0
    already_there: int = 0
    errors: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, report: Any) -> None:
        """Add the server's report on one batch."""
        self.scenes += report["scenes"]
        self.items += report["items"]
        self.already_there += report["already_there"]
        self.errors += [(error["key"], error["error"]) for error in report["errors"]]
        self.notes += report["notes"]


@click.command(
    epilog="Save one in the old browser's console: copy(JSON.stringify(localStorage)). Running it "
    "again is harmless. Exit status: 0 all stored, 1 some not, 2 could not work."
)
@click.argument("dump", type=click.Path(path_type=Path), required=False)
@click.option(
    "--from-server",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="The old backend's folder, with dnd_game.db and images/ in it, instead of a dump.",
)
@click.option("--url", help="Another server than the one of this checkout.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
def main(dump: Path | None, from_server: Path | None, url: str | None, *, dry_run: bool) -> int:
    """Import the old game's images from DUMP, a saved LocalStorage, into the server.

    DUMP is a JSON file in any shape that the server takes.
    """
    match dump, from_server:
        case Path(), None:
            return _send_dump(dump, url, dry_run=dry_run)
        case None, Path():
            return _move_old_server(from_server, dry_run=dry_run)
    raise click.UsageError("name a DUMP, or a FOLDER with --from-server, and not both")


def _send_dump(path: Path, server: str | None, *, dry_run: bool) -> int:
    totals = Totals()
    with failing_plainly(failed="Could not go on", stopped="Stopped; run it again to go on."):
        try:
            # The operator's own dump is not bounded by what a player may add in a day.
            url, token = (server, "") if server else own_server()
            dump = _read(path)
            if dump.get(_SAVED_GAME):
                totals.notes.append(
                    f"{_SAVED_GAME}: saved games belong to a browser and are not sent from here; "
                    "open the new game in the browser that holds it."
                )
            _send_all(dump, url, token, totals, dry_run=dry_run)
        finally:
            both = totals.scenes + totals.items
            moved = f"{both} ({totals.scenes} scenes, {totals.items} items)"
            _summarize(moved, totals.already_there, totals.errors, totals.notes, dry_run=dry_run)
    return 1 if totals.errors else 0


def _read(path: Path) -> Json:
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise CommandError(f"There is no file {path}.") from None
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path} holds no JSON: {error}") from error
    if not isinstance(content, dict):
        raise CommandError(f"{path} holds JSON, but no object: it is no saved LocalStorage.")
    return content


def _send_all(dump: Json, url: str, token: str, totals: Totals, *, dry_run: bool) -> None:
    to_send = list(batches(dump))
    if not to_send:
        totals.notes.append("There are no images of the old game in this file.")
        return
    progress = console.Progress(sum(len(batch.keys) for batch in to_send))
    hint = " Then run this again: nothing is stored twice."
    with connected(url, token, timeout=_ANSWER_SECONDS, hint=hint) as client:
        try:
            for batch in to_send:
                _send(client, batch, totals, progress, dry_run=dry_run)
                progress.advance(len(batch.keys))
        finally:
            progress.finish()


def _send(
    client: httpx2.Client,
    batch: Batch,
    totals: Totals,
    progress: console.Progress,
    *,
    dry_run: bool,
) -> None:
    params = {"dry_run": "true"} if dry_run else {}
    for _ in range(_MOST_WAITS):
        response = client.post(_PATH, json=batch.body, params=params)
        if response.status_code not in _WAIT_FOR:
            break
        seconds = _seconds(response.headers.get("Retry-After", ""))
        progress.print(f"The server asks to wait {seconds} s ({response.status_code}).")
        time.sleep(seconds)
    if response.status_code == 413:
        reason = "Too large for the server (413)."
        totals.errors += [(key, reason) for key in batch.keys]
    elif response.status_code == 200:
        totals.add(_report(response))
    else:
        raise CommandError(f"The server answered {response.status_code}: {_message(response)}")


def _report(response: httpx2.Response) -> Any:
    try:
        report = response.json()
        Totals().add(report)
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError("What answers there is no Emberpeak server.") from error
    return report


def _message(response: httpx2.Response) -> str:
    try:
        return str(response.json()["message"])
    except (ValueError, KeyError, TypeError):
        return "no Emberpeak server answers there."


def _seconds(header: str) -> int:
    # Cut before it is read: Python refuses a number of thousands of digits.
    return min(max(int(header[:9]), 1), 3600) if header.isascii() and header.isdecimal() else 60


def _move_old_server(folder: Path, *, dry_run: bool) -> int:
    """Move it; gives 0 if all is here now, 1 if something is not."""
    folder = folder.absolute()
    os.chdir(_PROJECT)  # the settings' relative paths begin there
    with failing_plainly(
        failed="Could not move the library", stopped="Stopped; run it again to go on."
    ):
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
    errors = [(bad.key, bad.error) for bad in report.errors]
    moved = f"{report.images} images, {report.scenes} scenes"
    _summarize(moved, report.already_there, errors, [], dry_run=dry_run)
    return 1 if errors else 0


def _summarize(
    moved: str,
    already_there: int,
    errors: list[tuple[str, str]],
    notes: list[str],
    *,
    dry_run: bool,
) -> None:
    verb = "Would move" if dry_run else "Moved"
    console.print(f"{verb}: {moved}. Already there: {already_there}. Errors: {len(errors)}.")
    for key, error in errors:
        console.print(f"  {key}: {error}")
    for note in notes:
        console.print(f"Note: {note}")
