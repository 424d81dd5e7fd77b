"""How long a refused prompt is remembered."""

from datetime import UTC, datetime, timedelta

import pytest

from app.database.engine import Database
from app.services.billing.refused_prompts import RefusedPrompts
from app.services.generation.errors import PromptRefusedError

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MEMORY = RefusedPrompts("model", passing_seconds=600)


def remember(database: Database, reason: str) -> None:
    with database.unit_of_work() as session:
        MEMORY.remember(
            session, "a mill", PromptRefusedError("No.", detail={"reason": reason}), NOW
        )


def is_refused(database: Database, now: datetime, *, is_forced: bool = False) -> bool:
    with database.reading() as session:
        try:
            MEMORY.check(session, "a mill", now, is_forced=is_forced)
        except PromptRefusedError:
            return True
    return False


@pytest.mark.parametrize("reason", ["image_safety", "prompt_safety", "prompt_other"])
def test_verdict_that_may_change_passes(database: Database, reason: str) -> None:
    remember(database, reason)
    assert is_refused(database, NOW + 9 * MINUTE)
    assert not is_refused(database, NOW + 10 * MINUTE)


@pytest.mark.parametrize("reason", ["prompt_prohibited_content", "prompt_blocklist"])
def test_verdict_about_the_words_stays(database: Database, reason: str) -> None:
    remember(database, reason)
    assert is_refused(database, NOW + timedelta(days=1000))
    assert is_refused(database, NOW, is_forced=True)


def test_later_verdict_replaces_an_earlier_one(database: Database) -> None:
    remember(database, "image_safety")
    remember(database, "prompt_prohibited_content")
    assert is_refused(database, NOW + 100 * MINUTE)


def test_verdict_from_the_future_passes(database: Database) -> None:
    """The clock was set back since."""
    remember(database, "image_safety")
    assert not is_refused(database, NOW - timedelta(days=2))


def test_time_left_is_said(database: Database) -> None:
    remember(database, "image_safety")
    with database.reading() as session, pytest.raises(PromptRefusedError) as refused:
        MEMORY.check(session, "a mill", NOW + 4 * MINUTE, is_forced=False)
    assert refused.value.retry_after == 360
