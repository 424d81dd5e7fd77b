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
from sqlalchemy.exc import SQLAlchemyError

from app.cli import console
from app.cli.checkout import LibraryError, open_library, own_server, own_settings
from app.cli.dump_batches import Batch, Json, batches
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
_PATH = "/api/v1/migrate/from-localstorage"
_SAVED_GAME = "aidnd_savegame"
_WAIT_FOR = {429, 503}
_MOST_WAITS = 20
# A batch of 2 MB takes a second or two; a machine that is busy otherwise may take far longer.
_TIMEOUT = httpx2.Timeout(300, connect=10)


class MigrateError(Exception):
    """The command cannot go on; the message is for the person who ran it."""


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
    except (MigrateError, ConfigurationError) as error:
        _summarize(totals, dry_run=dry_run)
        console.error(str(error))
        return 2
    except KeyboardInterrupt:
        _summarize(totals, dry_run=dry_run)
        console.error("Stopped; run it again to go on.")
        return 130
    _summarize(totals, dry_run=dry_run)
    return 1 if totals.errors else 0


def _read(path: Path) -> Json:
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise MigrateError(f"There is no file {path}.") from None
    except OSError as error:
        raise MigrateError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise MigrateError(f"{path} holds no JSON: {error}") from error
    if not isinstance(content, dict):
        raise MigrateError(f"{path} holds JSON, but no object: it is no saved LocalStorage.")
    return content


def _send_all(dump: Json, url: str, token: str, totals: Totals, *, dry_run: bool) -> None:
    to_send = list(batches(dump))
    if not to_send:
        totals.notes.append("There are no pictures of the old game in this file.")
        return
    progress = console.Progress(sum(len(batch.keys) for batch in to_send))
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    # No proxy: what the environment names would be asked for localhost too.
    with httpx2.Client(base_url=url, headers=headers, timeout=_TIMEOUT, trust_env=False) as client:
        try:
            for batch in to_send:
                _send(client, batch, totals, progress, dry_run=dry_run)
                progress.advance(len(batch.keys))
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            raise MigrateError(
                f"The server at {url} cannot be reached ({str(error) or type(error).__name__}). "
                "Is it running? Then run this again: nothing is stored twice."
            ) from error
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
        raise MigrateError(f"The server answered {response.status_code}: {_message(response)}")


def _report(response: httpx2.Response) -> Any:
    try:
        report = response.json()
        Totals().add(report)
    except (ValueError, KeyError, TypeError) as error:
        raise MigrateError("What answers there is no Emberpeak server.") from error
    return report


def _message(response: httpx2.Response) -> str:
    try:
        return str(response.json()["message"])
    except (ValueError, KeyError, TypeError):
        return "no Emberpeak server answers there."


def _seconds(header: str) -> int:
    # Cut before it is read: Python refuses a number of thousands of digits.
    return min(max(int(header[:9]), 1), 3600) if header.isascii() and header.isdecimal() else 60


def _summarize(totals: Totals, *, dry_run: bool) -> None:
    verb = "Would move" if dry_run else "Moved"
    moved = f"{totals.scenes + totals.items} ({totals.scenes} scenes, {totals.items} items)"
    lines = [
        f"{verb}: {moved}. Already there: {totals.already_there}. Errors: {len(totals.errors)}."
    ]
    lines += [f"  {key}: {error}" for key, error in totals.errors]
    lines += [f"Note: {note}" for note in totals.notes]
    for line in lines:
        console.print(line)


def _move_old_server(folder: Path, *, dry_run: bool) -> int:
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
    _summarize_move(report, dry_run=dry_run)
    return 1 if report.errors else 0


def _summarize_move(report: OldServerReport, *, dry_run: bool) -> None:
    verb = "Would move" if dry_run else "Moved"
    console.print(
        f"{verb}: {report.images} images, {report.scenes} scenes. "
        f"Already there: {report.already_there}. Errors: {len(report.errors)}."
    )
    for bad in report.errors:
        console.print(f"  {bad.key}: {bad.error}")
