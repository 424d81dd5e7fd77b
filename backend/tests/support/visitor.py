"""A normal client that looks at images all the while, and must be served.

It is a program of its own: in the process of the attackers it would wait for them.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from select import select
from urllib.parse import urlsplit

PAUSE_SECONDS = 0.005
ENOUGH = 50


@contextmanager
def visitor(url: str, path: str) -> Iterator[threading.Event]:
    """Ask for ``path`` again and again, on one connection, until the block ends.

    The block begins when the first answer has come. Gives an event that is set when the client
    was served often; fails at the end where it was refused once.
    """
    enough = threading.Event()
    command = [sys.executable, __file__, url, path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        output = process.stdout
        output.readline()
        lines: list[bytes] = []

        def listen() -> None:
            for line in output:
                lines.append(line)
                enough.set()

        listener = threading.Thread(target=listen)
        listener.start()
        try:
            yield enough
        finally:
            process.stdin.close()
            listener.join()
    assert json.loads(lines[-1]) == []


def _visit(url: str, path: str) -> list[str]:
    failures = []
    connection = HTTPConnection(urlsplit(url).netloc, timeout=120)
    asked = 0
    while not _is_over():
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                failures.append(f"{answer.status} {text!r}")
        except (OSError, HTTPException) as error:
            failures.append(repr(error))
            connection.close()
        asked += 1
        if asked in {1, ENOUGH}:
            print("served", flush=True)  # noqa: T201 - tells whoever started it
    return failures


def _is_over() -> bool:
    """Whether the block has ended; waits a moment for that."""
    time.sleep(PAUSE_SECONDS)
    return bool(select([sys.stdin], [], [], 0)[0])


if __name__ == "__main__":
    print(json.dumps(_visit(sys.argv[1], sys.argv[2])))  # noqa: T201
