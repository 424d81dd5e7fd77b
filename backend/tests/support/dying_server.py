"""`python -m app`, which kills itself with SIGKILL at the point that DIES_AT names.

`before TEXT` and `after TEXT` are the moments around the first SQL statement that begins with
TEXT; what it wrote is not committed then. `remove N` is the moment before the N-th picture file
is removed.
"""

import os
import signal
import sys
from typing import Any

from sqlalchemy import Engine, event

from app.__main__ import main


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at(point: str) -> None:
    when, _, what = point.partition(" ")
    if when == "remove":
        left = int(what)

        def watch(name: str, arguments: tuple[Any, ...]) -> None:
            nonlocal left
            if name == "os.remove" and str(arguments[0]).endswith(".webp"):
                left -= 1
                if not left:
                    _die()

        sys.addaudithook(watch)
        return

    @event.listens_for(Engine, f"{when}_cursor_execute")
    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(what):
            _die()


if __name__ == "__main__":
    _die_at(os.environ["DIES_AT"])
    main()
