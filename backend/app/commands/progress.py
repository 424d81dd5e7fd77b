"""Words on a terminal, and in files that a terminal's output is sent to."""

import sys
from typing import TextIO

_WIDTH = 30


def printable(text: str) -> str:
    """Show control characters and what turns text around instead of obeying them."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


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
            self._out.write(f"\r\x1b[K[{bar}] {counted}")
        else:
            self._out.write(f"{counted}\n")
        self._out.flush()

    def say(self, text: str) -> None:
        """Write a line; the bar is drawn again with the next step."""
        self._out.write(f"{chr(13)}\x1b[K{text}\n" if self._is_terminal else f"{text}\n")
        self._out.flush()

    def finish(self) -> None:
        """Leave the bar's line."""
        if self._is_terminal and self._done:
            self._out.write("\n")
