"""A normal client that looks at pictures all the while, and how quickly it is served.

It is a program of its own: in the process of the attackers it would wait for them, and its times
would be theirs.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from select import select
from typing import IO
from urllib.parse import urlsplit

PAUSE_SECONDS = 0.005
# Of fewer than a hundred requests the p99 is the slowest one, whatever happened to it.
ENOUGH = 400


@dataclass
class Visits:
    """What became of each request, known when the block has ended; times are in milliseconds.

    ``enough`` is set as soon as there were so many that their p99 means something.
    """

    milliseconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    enough: threading.Event = field(default_factory=threading.Event)

    @property
    def p99(self) -> float:
        """99 of 100 requests took no longer."""
        return sorted(self.milliseconds)[int(len(self.milliseconds) * 0.99)]


@contextmanager
def visitor(url: str, path: str, at_least: int = 20) -> Iterator[Visits]:
    """Ask for ``path`` again and again, on one connection, until the block ends.

    The block begins when the first answer has come, and ends after ``at_least`` of them.
    """
    visits = Visits()
    command = [sys.executable, __file__, url, path, str(at_least)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        lines: list[bytes] = []

        def listen(output: IO[bytes]) -> None:
            for line in output:
                lines.append(line)
                if line == b"enough\n":
                    visits.enough.set()

        listener = threading.Thread(target=listen, args=[process.stdout])
        listener.start()
        try:
            yield visits
        finally:
            process.stdin.close()
            listener.join()
            found = json.loads(lines[-1])
            visits.milliseconds, visits.failures = found["milliseconds"], found["failures"]


def _visit(url: str, path: str, at_least: int) -> Visits:
    visits = Visits()
    connection = HTTPConnection(urlsplit(url).netloc, timeout=120)
    asked = 0
    while not (_is_over() and asked >= at_least):
        began = time.perf_counter()
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, HTTPException) as error:
            visits.failures.append(repr(error))
            connection.close()
        else:
            visits.milliseconds.append((time.perf_counter() - began) * 1000)
            if answer.status != 200:
                visits.failures.append(f"{answer.status} {text!r}")
        asked += 1
        if asked == 1:
            print("begun", flush=True)  # noqa: T201 - tells whoever started it
        if asked == ENOUGH:
            print("enough", flush=True)  # noqa: T201
    return visits


def _is_over() -> bool:
    """Whether the block has ended; waits a moment for that."""
    time.sleep(PAUSE_SECONDS)
    return bool(select([sys.stdin], [], [], 0)[0])


if __name__ == "__main__":
    done = _visit(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    print(json.dumps({"milliseconds": done.milliseconds, "failures": done.failures}))  # noqa: T201
