"""Programs as a service runs them: a user of their own, code that is read-only, no environment."""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.support.patience import PATIENCE_SECONDS

UID = 54321
_SYSTEM = ("usr", "bin", "sbin", "lib", "lib64", "etc", "opt", "proc", "dev")


def need_root() -> None:
    """Skip where the machine does not let another user and its mounts be made."""
    if os.geteuid() != 0:
        pytest.skip("only root can run programs as another user")
    tried = subprocess.run(
        ["unshare", "--mount", "mount", "--bind", "/usr", "/usr"], capture_output=True, check=False
    )
    if tried.returncode:
        pytest.skip(f"the kernel refuses mounts of one's own: {tried.stderr.decode().strip()}")


@dataclass
class Service:
    """How programs are run.

    Attributes:
        folder: Where they run; below ``root``, if there is one.
        mounts: Commands of sh that make the mounts, which nobody else sees.
        root: A folder that is ``/`` to them.
        environment: All of their environment, beside ``PATH``.
    """

    folder: str
    mounts: list[str] = field(default_factory=list)
    root: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    def words(self, program: Sequence[str], **more: str) -> list[str]:
        """The command that runs a program so."""
        values = {"PATH": "/usr/local/bin:/usr/bin:/bin", **self.environment, **more}
        inside = [
            *("setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups"),
            *("--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"),
            *(
                "env",
                "-i",
                "-C",
                self.folder,
                *(f"{name}={value}" for name, value in values.items()),
            ),
            *program,
        ]
        if self.root is not None:
            inside = ["chroot", str(self.root), *inside]
        script = "\n".join(["set -e", *self.mounts, f"exec {shlex.join(inside)}"])
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script]

    def run(self, *program: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a program to its end."""
        return subprocess.run(
            self.words(program, **more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    @contextmanager
    def serving(
        self, log_file: Path, program: Sequence[str] = ("./start_server.sh",), **more: str
    ) -> Iterator[httpx.Client]:
        """Run the server, and stop it as a service manager does."""
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                self.words(program, HOST="127.0.0.1", PORT="0", **more),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            with httpx.Client(base_url=_address(process, log_file), timeout=60) as client:
                yield client
            process.send_signal(signal.SIGTERM)
            # It ends by the signal, once all is closed, as service managers expect.
            ended = process.wait(PATIENCE_SECONDS)
            assert ended == -signal.SIGTERM, log_file.read_text("utf-8")
        finally:
            process.kill()
            process.wait()


def root_with(root: Path, folders: Mapping[str, Path]) -> list[str]:
    """Make ``root`` a read-only ``/`` with the system's programs, and mount folders into it."""
    lines = [f"mount --bind {root} {root}"]
    for name in _SYSTEM:
        system = Path("/") / name
        if system.is_symlink():
            (root / name).symlink_to(system.readlink())
        elif system.is_dir():
            (root / name).mkdir()
            lines.append(f"mount --rbind {system} {root / name}")
    for name in ("tmp", *folders):
        (root / name).mkdir(parents=True, exist_ok=True)
    lines.append(f"mount -t tmpfs -o mode=1777 tmpfs {root}/tmp")
    lines += [f"mount --bind {path} {root / name}" for name, path in folders.items()]
    lines.append(f"mount -o remount,bind,ro {root}")
    return lines


def _address(process: subprocess.Popen[bytes], log_file: Path) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        text = log_file.read_text("utf-8")
        if "Uvicorn running on " in text and "Application startup complete" in text:
            return text.split("Uvicorn running on ")[1].split(" ")[0].strip('"')
        time.sleep(0.01)
    raise RuntimeError(log_file.read_text("utf-8"))
