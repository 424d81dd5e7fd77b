"""Programs of the project in processes of their own, without paying for their imports each time.

Importing the app and Google's library takes two seconds of a core. The fork server of Python's
multiprocessing does it once for all tests of a worker; each of its children then runs a module as
``python -m`` does, with its own environment, folder and output.
"""

import atexit
import functools
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.context import ForkServerContext
from multiprocessing.forkserver import ensure_running
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.patience import PATIENCE_SECONDS

_BACKEND = Path(__file__).resolve().parents[2]
# Each is run as the main program later, which must not have been imported by its name before.
_PROGRAMS = (
    "app.__main__",
    *(f"app.cli.{name}" for name in ("backup", "migrate", "restore", "seed", "verify")),
)
# What they import only once they run.
_LATER = (
    "app.services.providers.gemini",
    "httptools",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.httptools_impl",
)


class ForkedProcess:
    """A program that runs; as much of ``subprocess.Popen`` as the tests use.

    Args:
        program: The module, then its arguments.
        folder: Where it runs.
        environment: All of its environment.
        stdout: The file that its output is added to.
        stderr: The same for standard error.
    """

    def __init__(
        self,
        program: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        stdout: Path,
        stderr: Path,
    ) -> None:
        self.args = list(program)
        values = (self.args, folder, dict(environment), stdout, stderr)
        self._process = _fork_server().Process(target=_run, args=values)
        self._process.start()
        self.pid: int = self._process.pid or 0

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, as soon as there is one.

        Raises:
            subprocess.TimeoutExpired: When it has not ended after ``timeout`` seconds.
        """
        self._process.join(timeout)
        status = self._process.exitcode
        if status is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return status

    def send_signal(self, number: signal.Signals) -> None:
        """Send it, unless the process has ended."""
        # Between the check and the signal it may end, and be reaped by the fork server.
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)


def run_forked(
    program: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a module to its end, and give what it wrote.

    Raises:
        subprocess.TimeoutExpired: When it takes too long; it is killed then.
    """
    with TemporaryDirectory() as output:
        stdout, stderr = Path(output, "stdout"), Path(output, "stderr")
        process = ForkedProcess(program, folder, environment, stdout, stderr)
        try:
            status = process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        written = [file.read_text("utf-8") for file in (stdout, stderr)]
    return subprocess.CompletedProcess(process.args, status, *written)


@functools.cache
def _fork_server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, *_PROGRAMS, *_LATER])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(_BACKEND)
    ensure_running()
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before
    return context


def _run(
    program: list[str], folder: Path, environment: dict[str, str], stdout: Path, stderr: Path
) -> None:
    """Take the folder, the environment and the files that were asked for, and run the module."""
    for number, path in enumerate((Path(os.devnull), stdout, stderr)):
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        os.dup2(file, number)
        os.close(file)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, "utf-8", "backslashreplace", closefd=False)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for name in _PROGRAMS:
        sys.modules.pop(name, None)
    sys.argv = program
    try:
        runpy.run_module(program[0], run_name="__main__", alter_sys=True)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except Exception:  # noqa: BLE001 - as the interpreter does
        sys.excepthook(*sys.exc_info())
        sys.exit(1)
    finally:
        atexit._run_exitfuncs()
