"""A command of the project, run as its script runs it."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.fork_server import run_forked
from tests.support.patience import PATIENCE_SECONDS


def run_command(
    name: str,
    arguments: tuple[str, ...],
    folder: Path,
    environment: Mapping[str, str],
    *,
    fresh: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run a command of ``app.cli`` in a folder, with nothing else in its environment.

    Args:
        name: The command.
        arguments: What it is given.
        folder: Where it runs.
        environment: All of its environment.
        fresh: Whether it gets an interpreter of its own, as for a user, instead of a fork.
    """
    program = ["app.cli", name, *arguments]
    if not fresh:
        return run_forked(program, folder, environment)
    return subprocess.run(
        [sys.executable, "-m", *program],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
