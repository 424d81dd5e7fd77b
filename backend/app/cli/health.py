"""``python -m app.cli health``: ask the server of this checkout how it is."""

import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

import click

from app.cli import console
from app.cli.checkout import own_server
from app.config import ConfigurationError

_ANSWER_SECONDS = 30
_BETWEEN_SECONDS = 0.5


@click.command(
    epilog="Exit status: 0 it is well; 1 it cannot serve or store images, or is of another "
    "version; 2 it does not answer."
)
@click.option("--wait", type=float, default=0, help="Wait until it is well; most seconds.")
@click.option("--version", help="The version that it must be of.")
def main(wait: float, version: str | None) -> int:
    """Ask the server of this checkout how it is."""
    try:
        address = own_server()[0]
    except ConfigurationError as error:
        console.error(str(error), command="health")
        return 2
    deadline = time.monotonic() + wait
    status, words = _look(address, version)
    while status != 0 and time.monotonic() < deadline:
        time.sleep(_BETWEEN_SECONDS)
        status, words = _look(address, version)
    if status == 0:
        console.print(words)
    else:
        console.error(words, command="health")
    return status


def _look(address: str, version: str | None) -> tuple[int, str]:
    try:
        running = _ask(address, "/")["version"]
        if version not in {None, running}:
            return 1, f"{address} is served by version {running}, not {version}."
        health = _ask(address, "/health")
        reasons = "".join(f"\n{reason}" for reason in health["reasons"])
        words = f"Emberpeak {running} at {address}: {health['status']}.{reasons}"
        return int(health["status"] == "error"), words
    except (OSError, http.client.HTTPException) as error:
        return 2, f"{address} does not answer: {error}."
    except (ValueError, KeyError, TypeError):
        return 2, f"What answers at {address} is no Emberpeak server."


def _ask(address: str, path: str) -> Any:
    # Not by a proxy: what the environment names would be asked for localhost too.
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", path, headers={"Accept": "application/json"})
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
