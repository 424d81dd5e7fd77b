"""Which backups are too old, and whether the clock that says so can be believed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median_low

from app.services.backup.archive import made_at
from app.services.backup.check import Survey
from app.services.backup.store import BackupStore

_DAY = timedelta(days=1)


def _doubt(moments: Sequence[datetime], days: int, now: datetime) -> str | None:
    """Why the clock cannot be believed; empty if an earlier run has reported it.

    A clock that is ahead for one run would make everything look too old. So nothing is removed
    across a gap between backups that is longer than the retention, and than two of the usual
    gaps, until the backups after it span the retention themselves.

    Args:
        moments: When the backups were made, the new one included, oldest first.
        days: How long backups are kept; with 0 only the newest is, by no clock.
        now: The present moment.
    """
    if days == 0:
        return None
    past = [moment for moment in moments if moment <= now]
    gaps = [later - earlier for earlier, later in pairwise(past)]
    usual = median_low([gap / _DAY for gap in gaps]) if len(gaps) > 1 else 0.0
    longest = timedelta(days=min(max(days + 1, 2 * usual), 10**6))
    if moments and moments[-1] - now > longest:
        return (
            f"the newest backup is of {moments[-1]:%Y-%m-%d}, and today is said to be "
            f"{now:%Y-%m-%d}: one of the clocks was wrong. No old backup is removed "
            "until the wrong one is (rm -r its folder)"
        )
    wide = [number for number, gap in enumerate(gaps) if gap > longest]
    if not wide or (now - past[wide[-1] + 1]) / _DAY > days:
        return None
    if wide[-1] < len(gaps) - 1:
        return ""
    return (
        f"the backup before this one is of {past[-2]:%Y-%m-%d}, and today is said to be "
        f"{now:%Y-%m-%d}: is the clock right? No old backup was removed, and none will "
        f"be until new ones have been made for {days} days"
    )


def remove_old(
    survey: Survey, store: BackupStore, new: str, days: int, now: datetime
) -> tuple[list[str], str | None]:
    """Remove backups that are too old, but never the newest good one.

    Returns:
        Their names, and why those that seem too old were kept, if they were.
    """
    damaged = survey.damaged()
    made = {name: moment for name in store.names() if (moment := made_at(name)) is not None}
    # Two names if the clock was set back.
    kept = {new, max(name for name in made if name not in damaged)}
    old = [
        name for name, moment in made.items() if name not in kept and (now - moment) / _DAY > days
    ]
    doubt = _doubt(list(made.values()), days, now) if old else None
    if doubt is None:
        for name in old:
            survey.remove(name)
    survey.remove_unnamed()
    return (old if doubt is None else []), doubt or None
