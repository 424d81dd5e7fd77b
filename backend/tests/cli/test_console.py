"""What commands do where nobody hears them."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import console
from tests.support.patience import PATIENCE_SECONDS

PROJECT = Path(__file__).resolve().parents[3]
TALKING = """
import sys
from app.cli import console

console.print("first")
sys.stdin.readline()
progress = console.Progress(100)
for _ in range(100):
    progress.advance(1)
    console.print("x" * 1000)
progress.finish()
sys.exit(7)
"""


def test_work_goes_on_behind_head() -> None:
    """With the true exit status at its end, and without a complaint of Python's."""
    with subprocess.Popen(
        [sys.executable, "-c", TALKING],
        env={**os.environ, "PYTHONPATH": str(PROJECT / "backend")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as talking:
        assert talking.stdin
        assert talking.stdout
        assert talking.stderr
        assert talking.stdout.readline() == b"first\n"
        talking.stdout.close()
        talking.stdin.write(b"\n")
        talking.stdin.close()
        assert talking.stderr.read() == b""
        assert talking.wait(PATIENCE_SECONDS) == 7


def test_other_trouble_is_told() -> None:
    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        console.write("text", Full())


@pytest.mark.parametrize(
    ("text", "shown"),
    [("plain é", "plain é"), ("a\x1b[31mb", "a\\x1b[31mb"), ("a\u202eb", "a\\u202eb")],
)
def test_nothing_that_a_terminal_obeys(text: str, shown: str) -> None:
    assert console.printable(text) == shown
