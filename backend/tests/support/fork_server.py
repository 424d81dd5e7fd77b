"""Programs of the project in processes of their own, without paying for their imports each time.

Importing the app and Google's library takes two seconds of a core. One process does it once for
all tests of a worker, and forks for each program that is asked for; the child then runs the
module as ``python -m`` does, with its own environment, folder and output, and ends by itself.
"""

import atexit
import functools
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from tests.support.patience import PATIENCE_SECONDS

_BACKEND = Path(__file__).resolve().parents[2]
_NUMBER = struct.Struct("i")


class ForkedProcess:
    """A program that was asked for; as much of ``subprocess.Popen`` as the tests use."""

    def __init__(self, args: Sequence[str], reports: int) -> None:
        self.args = args
        self.returncode: int | None = None
        self._reports = os.fdopen(reports, "rb", buffering=0)
        self.pid: int = self._read_number()

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, as soon as there is one.

        Raises:
            subprocess.TimeoutExpired: When it has not ended after ``timeout`` seconds.
        """
        status = self._look(timeout)
        if status is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return status

    def send_signal(self, number: signal.Signals) -> None:
        """Send it, unless the process has ended."""
        # Between the look and the signal it may end, and be reaped by the fork server.
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _look(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._reports], [], [], timeout)[0]:
            self.returncode = self._read_number()
            self._reports.close()
        return self.returncode

    def _read_number(self) -> int:
        read = self._reports.read(_NUMBER.size)
        if not read:
            raise RuntimeError("the fork server has ended: what it wrote is above")
        number: int = _NUMBER.unpack(read)[0]
        return number


def fork_program(
    program: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    stdout: IO[bytes] | int,
    stderr: IO[bytes] | int,
) -> ForkedProcess:
    """Run a module with its arguments as ``python -m`` does, with nothing on standard input.

    Args:
        program: The module, then its arguments.
        folder: Where it runs.
        environment: All of its environment.
        stdout: An open file, or its descriptor.
        stderr: The same for standard error.
    """
    request = {"program": list(program), "folder": str(folder), "environment": dict(environment)}
    reading, writing = os.pipe()
    try:
        with Path(os.devnull).open("rb") as nothing:
            files = [_descriptor(file) for file in (nothing, stdout, stderr)]
            control, lock = _fork_server()
            with lock:
                socket.send_fds(control, [json.dumps(request).encode()], [*files, writing])
    finally:
        os.close(writing)
    return ForkedProcess(program, reading)


def run_forked(
    program: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a module to its end, and give what it wrote.

    Raises:
        subprocess.TimeoutExpired: When it takes longer than two minutes; it is killed then.
    """
    with TemporaryFile() as stdout, TemporaryFile() as stderr:
        process = fork_program(program, folder, environment, stdout=stdout, stderr=stderr)
        try:
            status = process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        written = []
        for file in (stdout, stderr):
            file.seek(0)
            written.append(file.read().decode())
    return subprocess.CompletedProcess(list(program), status, *written)


def _descriptor(file: IO[bytes] | int) -> int:
    return file if isinstance(file, int) else file.fileno()


@functools.cache
def _fork_server() -> tuple[socket.socket, threading.Lock]:
    """The one of this test process; it ends when its socket is closed, however that comes."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forking", str(its.fileno())],
            cwd=_BACKEND,
            env={**os.environ, "PYTHONPATH": str(_BACKEND)},
            pass_fds=[its.fileno()],
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours, threading.Lock()
