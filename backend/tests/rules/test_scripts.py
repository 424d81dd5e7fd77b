"""Shell scripts run where people have them: macOS' bash 3.2, checkouts made on Windows."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPTS = [*sorted((ROOT / "scripts").glob("*.sh")), ROOT / "start_server.sh"]
# For who develops, on Debian or alike.
ONLY_ON_DEBIAN = {"test.sh"}

NEWER_THAN_BASH_3 = {
    "mapfile": r"\b(mapfile|readarray)\b",
    "associative arrays": r"\b(declare|local|typeset)\s+-\w*[Ang]",
    "case conversion": r"\$\{\w+(\[[^]]*\])?(\^\^?|,,?)",
    "transformation": r"\$\{\w+@\w\}",
    "both outputs in one word": r"&>>|\|&",
    "coproc": r"\bcoproc\b",
    "fall through in case": r";;?&",
    "wait for any": r"\bwait\s+-n\b",
    "the time by printf": r"printf\s+['\"]?%\(",
    "negative index": r"\$\{\w+\[-",
    "whether a variable is set": r"\[\[?\s+-v\s",
    "EPOCHSECONDS": r"\$\{?EPOCH",
}
NOT_ON_MACOS = {
    "readlink -f without a way out": r"readlink -f(?!.*\|\|)",
    "sed in place": r"\bsed\s+-i\b",
    "date of a text": r"\bdate\s+-d\b",
    "stat": r"\bstat\s+-c\b",
    "realpath": r"\brealpath\b",
    "sha256sum": r"^\s*sha256sum\b",
    "timeout": r"^\s*timeout\b",
}


def code(script: Path) -> str:
    lines = script.read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.name))
def test_needs_no_newer_bash_than_macos_has(script: Path) -> None:
    if script.name in ONLY_ON_DEBIAN:
        pytest.skip("runs on Debian only")
    words = NEWER_THAN_BASH_3 | NOT_ON_MACOS
    text = code(script)
    assert [name for name, form in words.items() if re.search(form, text, re.MULTILINE)] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.name))
def test_is_proper_bash(script: Path) -> None:
    checked = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def git(*arguments: str) -> list[str]:
    done = subprocess.run(
        ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no checkout of git: {done.stderr}")
    return done.stdout.splitlines()


def test_lines_end_as_unix_does_in_every_checkout() -> None:
    """With CRLF a script fails at its first line, which names no program."""
    attributes = git("ls-files", "--eol")
    wrong = [line for line in attributes if "i/-text" not in line and "eol=lf" not in line]
    assert wrong == []
    assert [line for line in attributes if "i/crlf" in line or "i/mixed" in line] == []
