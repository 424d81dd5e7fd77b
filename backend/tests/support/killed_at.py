"""The server as it ships, which ends as by SIGKILL when it reaches one of its own steps.

``python -m tests.support.killed_at app.services.billing.ledger:Ledger.reserve`` serves until that
method is called.
"""

import importlib
import os
import signal
import sys
from typing import NoReturn

from app.__main__ import main


def _die(*_arguments: object, **_named: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody outlives SIGKILL")


def _set_trap(step: str) -> None:
    module, _, place = step.partition(":")
    owner, _, method = place.partition(".")
    holder = getattr(importlib.import_module(module), owner)
    assert callable(getattr(holder, method)), "a trap that no one walks into"
    setattr(holder, method, _die)


if __name__ == "__main__":
    _set_trap(sys.argv[1])
    sys.exit(main())
