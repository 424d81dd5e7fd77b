"""A command that is killed at a chosen change of a folder, as often as a test likes.

One process imports the command once and forks for each try. Python's audit hook is told of every
file that is opened for writing, renamed, removed or made; at the chosen one the fork kills itself.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_BACKEND = Path(__file__).resolve().parents[2]

_PROGRAM = """
import importlib, os, signal, sys
command, folder = importlib.import_module(sys.argv[1]), sys.argv[2]
CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir"}
for line in sys.stdin:
    number, *arguments = line.split()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        count = 0
        def hook(event, values):
            global count
            writes = event == "open" and values[2] & (os.O_WRONLY | os.O_RDWR)
            if (writes or event in CHANGES) and str(values[0]).startswith(folder):
                count += 1
                os.write(writing, b".")
                if count == int(number):
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.stdout = open(os.devnull, "w")
        sys.addaudithook(hook)
        os._exit(command.main.main(arguments, standalone_mode=False))
    os.close(writing)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with os.fdopen(reading, "rb") as changes:
        print(status, len(changes.read()), flush=True)
"""


class Killer:
    """The process that forks."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, number: int, *arguments: str) -> tuple[int, int]:
        """Kill the command before its n-th change; gives its exit status, and its changes.

        With 0 it is left alone.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(" ".join((str(number), *arguments)) + "\n")
        self._process.stdin.flush()
        status, changes = self._process.stdout.readline().split()
        return int(status), int(changes)


@contextmanager
def killer(module: str, folder: Path, environment: Mapping[str, str]) -> Iterator[Killer]:
    """Have a command killed at changes below ``folder``."""
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, module, str(folder)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(_BACKEND), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Killer(process)
        finally:
            process.send_signal(signal.SIGKILL)


def spread(changes: int, most: int) -> list[int]:
    """Some of the numbers from 1 to ``changes``, first and last among them."""
    if changes <= most:
        return list(range(1, changes + 1))
    return sorted({round(1 + step * (changes - 1) / (most - 1)) for step in range(most)})
