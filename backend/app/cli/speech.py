"""What commands say on a terminal, in a pipe or in a file that their output is sent to."""

import os
import sys
from typing import TextIO


def printable(text: str) -> str:
    """Show control characters and what turns text around instead of obeying them."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def say(line: str) -> None:
    """Write one line on standard output, with nothing in it that a terminal would obey."""
    write(f"{printable(line)}\n", sys.stdout)


def complain(text: str, *, command: str | None = None) -> None:
    """Write on standard error, each line behind the name of the command where one is given."""
    before = f"{command}: " if command else ""
    for line in text.strip("\n").split("\n"):
        write(f"{before}{printable(line)}\n", sys.stderr)


def write(text: str, out: TextIO) -> None:
    """Write at once; where nobody reads any longer, as behind ``| head``, go on unheard.

    The work is brought to its end all the same, and the exit status stays true.
    """
    try:
        out.write(text)
        out.flush()
    except BrokenPipeError:
        # Python writes what is left once more when it ends, and would complain then.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, out.fileno())
        os.close(nowhere)
