"""A folder with the project's scripts, whose .venv is this interpreter under another name."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 120


class ScriptProject:
    """Scripts that can be run without harm to the checkout's own .venv.

    Args:
        folder: Where it is made.
        python: What ``.venv/bin/python`` does, in the language of sh; ``$real`` is Python.
    """

    def __init__(self, folder: Path, python: str = 'exec "$real" "$@"') -> None:
        self.folder = folder
        (folder / "scripts").mkdir(parents=True)
        for script in (ROOT / "scripts").glob("*.sh"):
            shutil.copy(script, folder / "scripts")
        for name in ("requirements.txt", "start_server.sh", "alembic.ini"):
            shutil.copy(ROOT / name, folder)
        (folder / "backend").symlink_to(ROOT / "backend")
        (folder / ".venv" / "bin").mkdir(parents=True)
        self.python = folder / ".venv" / "bin" / "python"
        self.set_python('exec "$real" "$@"')
        done = self.run("-c", ". scripts/environment.sh; checksum requirements.txt", program="bash")
        self.stamp = folder / ".venv" / ".installed-requirements.txt"
        self.stamp.write_text(done.stdout, "utf-8")
        self.set_python(python)

    def set_python(self, lines: str) -> None:
        """Let ``.venv/bin/python`` do something else; it notes its arguments in ``calls``."""
        note = f'printf "%s\\n" "$*" >>"{self.folder.parent / "calls"}"'
        self.python.write_text(f'#!/bin/sh\n{note}\nreal="{sys.executable}"\n{lines}\n', "utf-8")
        self.python.chmod(0o755)

    @property
    def calls(self) -> str:
        """What ``.venv/bin/python`` was called with, a line each."""
        return (self.folder.parent / "calls").read_text("utf-8")

    def run(
        self, *arguments: str, program: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a script, by its path in the project, with as little as cron gives."""
        words = [program, *arguments] if program else [f"./{arguments[0]}", *arguments[1:]]
        return subprocess.run(
            words,
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "DATABASE_URL": "sqlite:///./data/game.db",
                **environment,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def contents(self) -> dict[str, tuple[int, bytes]]:
        """Every file with its date and bytes, but what lies in data/."""
        return {
            str(path.relative_to(self.folder)): (
                path.lstat().st_mtime_ns,
                path.read_bytes() if path.is_file() else b"",
            )
            for path in self.folder.rglob("*")
            if "data" not in path.relative_to(self.folder).parts
        }
