"""A command of the project, run as its script runs it."""

import subprocess
import sys
from pathlib import Path


def run_command(
    name: str, arguments: tuple[str, ...], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run ``app.commands.<name>`` in a folder, with nothing else in its environment."""
    return subprocess.run(
        [sys.executable, "-m", f"app.commands.{name}", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
