"""What the log tells of work that fails again and again."""

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from app.database.engine import sqlite_module
from app.observability.repeated_errors import RepeatedTrouble


def failure(name: str) -> OperationalError:
    """SQLite's, as SQLAlchemy passes it on: with the statement."""
    cause = sqlite_module().OperationalError(name.removeprefix("SQLITE_").lower())
    cause.sqlite_errorname = name
    return OperationalError("UPDATE lots SET much = 1", {}, cause)


def test_a_broken_database_is_told_once() -> None:
    trouble = RepeatedTrouble("it failed")
    with capture_logs() as lines:
        for name in ("SQLITE_READONLY", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_CANTOPEN"):
            trouble.tell(failure(name))
    assert lines == [
        {"event": "it failed", "log_level": "warning", "reason": reason}
        for reason in ("readonly", "cantopen")
    ]


def test_again_after_it_worked() -> None:
    trouble = RepeatedTrouble("it failed")
    with capture_logs() as lines:
        trouble.tell(failure("SQLITE_BUSY"))
        trouble.is_over()
        trouble.tell(failure("SQLITE_BUSY"))
    assert len(lines) == 2


@pytest.mark.parametrize("error", [ValueError("ours"), failure("SQLITE_CONSTRAINT")])
def test_a_mistake_of_ours_has_its_traceback(error: Exception) -> None:
    trouble = RepeatedTrouble("it failed")
    with capture_logs() as lines:
        trouble.tell(error)
        trouble.tell(error)
    assert [(line["log_level"], line["exc_info"]) for line in lines] == [("error", error)] * 2
