"""The process behind ``fork_server``: imports everything once, and forks for each request.

It has no threads, so that a fork is whole. A child leaves the loop and ends as any interpreter
does that ran a module: with its exit status, its traceback and its threads waited for.
"""

import gc
import importlib
import json
import os
import runpy
import select
import socket
import struct
import sys
from contextlib import suppress
from typing import Any

_REQUEST_BYTES = 2**18
_FILES = 4  # standard input, output and error, and where the child's status is told
_NUMBER = struct.Struct("i")

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


def main() -> dict[str, Any]:
    """Fork until the socket is closed; only children return, with what they shall run."""
    for name in (*_PROGRAMS, *_LATER):
        importlib.import_module(name)
    for name in _PROGRAMS:
        del sys.modules[name]
    gc.collect()
    gc.freeze()
    control = socket.socket(fileno=int(sys.argv[1]))
    running: dict[int, tuple[int, int]] = {}
    while True:
        ready = select.select([control.fileno(), *running], [], [])[0]
        for ended in running.keys() & ready:
            _report(ended, *running.pop(ended))
        if control.fileno() not in ready:
            continue
        message, files, _, _ = socket.recv_fds(control, _REQUEST_BYTES, _FILES)
        if not message:
            sys.exit()
        # Its end tells that the child is gone: it alone holds the other.
        alive, held = os.pipe()
        process_id = os.fork()
        if process_id == 0:
            request: dict[str, Any] = json.loads(message)
            _become(request, files, held)
            return request
        os.close(held)
        for file in files[:-1]:
            os.close(file)
        os.write(files[-1], _NUMBER.pack(process_id))
        running[alive] = (process_id, files[-1])


def _report(alive: int, process_id: int, reports: int) -> None:
    status = os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1])
    with suppress(BrokenPipeError):  # nobody waits for it any more
        os.write(reports, _NUMBER.pack(status))
    os.close(alive)
    os.close(reports)


def _become(request: dict[str, Any], files: list[int], held: int) -> None:
    """Take the place, the environment and the files that were asked for."""
    for number, file in enumerate(files[:3]):
        os.dup2(file, number)
    os.closerange(3, held)
    os.closerange(held + 1, os.sysconf("SC_OPEN_MAX"))
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, "utf-8", "backslashreplace", closefd=False)
    sys.argv = request["program"]


if __name__ == "__main__":
    asked = main()
    runpy.run_module(asked["program"][0], run_name="__main__", alter_sys=True)
