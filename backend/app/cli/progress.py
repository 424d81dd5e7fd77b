"""How far a long command has come."""

import sys
from collections.abc import Callable
from typing import TextIO

from app.cli.speech import write

_WIDTH = 30


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

    def say(self, text: str) -> None:
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
