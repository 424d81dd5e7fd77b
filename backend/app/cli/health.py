"""``python -m app.cli health``: ask the server of this checkout how it is."""

import argparse
import http.client
import json
import sys
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from app.cli.own_server import own_server
from app.cli.speech import complain, say
from app.config import ConfigurationError

_ANSWER_SECONDS = 30
_BETWEEN_SECONDS = 0.5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0: it is well, 1: it says why it is not, 2: it does not answer."""
    options = _parser().parse_args(arguments)
    try:
        address = own_server()[0]
    except ConfigurationError as error:
        complain(str(error), command="health")
        return 2
    deadline = time.monotonic() + options.wait
    status, words = _look(address, options.version)
    while status != 0 and time.monotonic() < deadline:
        time.sleep(_BETWEEN_SECONDS)
        status, words = _look(address, options.version)
    if status == 0:
        say(words)
    else:
        complain(words, command="health")
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/health.sh",
        description="Ask the server of this checkout how it is.",
        epilog="Exit status: 0 it is well; 1 it cannot serve or store pictures, or is of another "
        "version; 2 it does not answer.",
    )
    parser.add_argument("--wait", type=float, default=0, help="until it is well; most seconds")
    parser.add_argument("--version", help="the version that it must be of")
    return parser


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


if __name__ == "__main__":
    sys.exit(main())
