"""Output and progress of commands, on a terminal, in a pipe or into a file.

It needs no package: it says which one is missing.
"""

import os
import sys
from collections.abc import Callable
from typing import TextIO

_WIDTH = 30


def printable(text: str) -> str:
    """Escape control characters and those that change the direction of text."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def print(line: str) -> None:  # noqa: A001 - used as console.print
    """Write one line on standard output, with nothing in it that a terminal would obey."""
    write(f"{printable(line)}\n", sys.stdout)


def error(text: str, *, command: str | None = None) -> None:
    """Write on standard error, each line behind the name of the command where one is given."""
    before = f"{command}: " if command else ""
    for line in text.strip("\n").split("\n"):
        write(f"{before}{printable(line)}\n", sys.stderr)


def write(text: str, out: TextIO) -> None:
    """Write at once; if the reader is gone, as behind ``| head``, write to nowhere.

    The work still comes to its end, and the exit status stays true.
    """
    try:
        out.write(text)
        out.flush()
    except BrokenPipeError:
        # Python writes what is left once more when it ends, and would complain then.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, out.fileno())
        os.close(nowhere)


class Progress:
    """A bar where there is a terminal, and plain lines elsewhere."""

    def __init__(self, total: int, out: TextIO = sys.stdout, *, things: str = "entries") -> None:
        self._total = total
        self._things = things
        self._done = 0
        self._out = out
        self._is_terminal = out.isatty()

    def advance(self, count: int) -> None:
        """Some more entries were answered for."""
        self._done += count
        counted = f"{self._done} of {self._total} {self._things}"
        if self._is_terminal:
            bar = ("#" * (_WIDTH * self._done // self._total)).ljust(_WIDTH, ".")
            write(f"\r\x1b[K[{bar}] {counted}", self._out)
        else:
            write(f"{counted}\n", self._out)

    def print(self, text: str) -> None:
        """Write a line; the bar is drawn again with the next step."""
        write(f"\r\x1b[K{text}\n" if self._is_terminal else f"{text}\n", self._out)

    def finish(self) -> None:
        """Leave the bar's line."""
        if self._is_terminal and self._done:
            write("\n", self._out)


def draw_on_terminal(things: str, total: int) -> Callable[[int], None]:
    """Draw a bar where there is a terminal, and nothing in a log or a mail of cron.

    Gives what is called with the number of things that are done; it draws each hundredth only.
    """
    if not sys.stdout.isatty() or total == 0:
        return lambda _count: None
    progress = Progress(total, things=things)
    done = waiting = 0

    def advance(count: int) -> None:
        nonlocal done, waiting
        done += count
        waiting += count
        if waiting * 100 >= total or done == total:
            progress.advance(waiting)
            waiting = 0
        if done == total:
            progress.finish()

    return advance
