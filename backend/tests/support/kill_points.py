"""``python -m tests.support.kill_points``: the server as it ships, killed at one exact point.

A point is a place in our code where files or rows change: before and after each commit, rename,
unlink and flush. ``KILL_POINT`` names the one at which the process kills itself with SIGKILL,
``KILL_COUNT`` how often it is passed before. Every point that is passed is written to
``points.log``, so that a test learns which there are.
"""

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy.orm import Session

from app import __main__
from app.database.engine import Database

_TARGET = os.environ.get("KILL_POINT", "")
_COUNT = int(os.environ.get("KILL_COUNT", "1"))
_lock = threading.Lock()
_passed: Counter[str] = Counter()
_log = Path("points.log")
_PRIMITIVES = ("fsync", "replace", "rename", "unlink")
_PASSED_ON = {"unit_of_work", "write", "unit", "wrapped", "watched", "hit", "_place"}


def hit(point: str) -> None:
    """Pass a point, or die there."""
    with _lock:
        _passed[point] += 1
        if _passed[point] == 1:
            with _log.open("a", encoding="utf-8") as file:
                file.write(f"{point}\n")
        if point == _TARGET and _passed[point] == _COUNT:
            os.kill(os.getpid(), signal.SIGKILL)


def _place() -> str:
    """The function of ours that changes something; for a unit of work, what it does."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_name
        work = frame.f_locals.get("work")
        if name == "unit" and callable(work):
            return str(getattr(work, "__qualname__", work))
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith("app.") and name not in _PASSED_ON:
            return f"{module.removeprefix('app.')}.{name}"
        frame = frame.f_back
    return ""


def _wrap(name: str) -> None:
    real: Callable[..., Any] = getattr(os, name)

    def wrapped(*arguments: Any, **options: Any) -> Any:
        place = _place()
        if not place:
            return real(*arguments, **options)
        hit(f"{place}: before {name}")
        result = real(*arguments, **options)
        hit(f"{place}: after {name}")
        return result

    setattr(os, name, wrapped)


def _wrap_units_of_work() -> None:
    real = Database.unit_of_work

    @contextmanager
    def watched(self: Database, asked_at: float | None = None) -> Iterator[Session]:
        place = _place()
        with real(self, asked_at) as session:
            yield session
            session.flush()
            hit(f"{place}: before commit")
        hit(f"{place}: after commit")

    Database.unit_of_work = watched  # type: ignore[method-assign]


if __name__ == "__main__":
    for primitive in _PRIMITIVES:
        _wrap(primitive)
    _wrap_units_of_work()
    sys.exit(__main__.main())
