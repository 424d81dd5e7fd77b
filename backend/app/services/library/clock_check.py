"""Whether the clock can be believed when it says that something is too old."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from app.models import (
    IdempotentRequest,
    ImageAsset,
    LedgerEntry,
    Preferences,
    RefusedPrompt,
    SavedGame,
    SceneCache,
    WarmJob,
)

# When something was written down by this library's own clock; dates of images may come from
# elsewhere.
_WITNESSES = (
    ImageAsset.deleted_at,
    SceneCache.created_at,
    SavedGame.updated_at,
    Preferences.updated_at,
    LedgerEntry.created_at,
    IdempotentRequest.created_at,
    RefusedPrompt.refused_at,
    WarmJob.created_at,
)


def clock_may_be_ahead(session: Session, now: datetime, kept_for: timedelta) -> bool:
    """Whether so much time has passed without a trace that the clock may have jumped.

    That is where two lifetimes lie between what is too old and whatever came after it. A library
    that is played with again is believed after one lifetime more. If things are kept for no time,
    no clock matters.
    """
    if not kept_for or kept_for > (now - datetime.min.replace(tzinfo=now.tzinfo)) / 2:
        return False
    limit = now - kept_for
    traces = union_all(
        *(
            select(
                func.max(column).filter(column <= limit).label("before"),
                func.min(column).filter(column > limit, column <= now).label("after"),
            )
            for column in _WITNESSES
        )
    ).subquery()
    before, after = session.execute(
        select(func.max(traces.c.before), func.min(traces.c.after))
    ).one()
    return before is not None and (after or now) - before > 2 * kept_for
